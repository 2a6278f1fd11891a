import { createPublicKey, type JsonWebKey, verify, webcrypto } from 'node:crypto';
import { uuidOf } from '../../src/values/ids';
import { useTestApp } from '../support/app';
import { type ReceivedCall, useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { invoice, publish } from '../support/webhooks';
import { signed, signingKeysOf } from '../webhooks/signing/signing';
import { change } from '../webhooks/webhook-changes';

const app = useTestApp();
const partner = useReceiver();

interface PublishedKey extends JsonWebKey {
  kid: string;
  whpk: string;
  webhook: string;
  createdAt: string;
  expiresAt: string | null;
}

const get = (query = '') => fetch(`${app.url}/.well-known/webhook-keys${query}`);
const read = async (query = '') => (await (await get(query)).json()) as { keys: PublishedKey[]; truncated: boolean };
const keysOf = async (webhookId: string) => (await read(`?webhook=${webhookId}`)).keys;
const create = (input: object = {}) => signed(app, 'createWebhook', { signatures: ['V1A'], ...input });
const rotate = (id: string, input: object = {}) => signed(app, 'rotateWebhookSecret', { id, scheme: 'V1A', ...input });

function checks(keys: readonly PublishedKey[], { headers, body }: ReceivedCall): string[] {
  const content = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body]);
  const signatures = String(headers['webhook-signature']).split(' ');
  const good = signatures.filter((signature) =>
    keys.some((key) =>
      verify(null, content, createPublicKey({ key, format: 'jwk' }), Buffer.from(signature.slice(4), 'base64')),
    ),
  );
  return signatures.map((signature) => (good.includes(signature) ? 'good' : 'bad'));
}

test('the public keys of v1a need no API key, and caches keep their JWK Set for a minute', async () => {
  const { webhook, publicKey } = await create();
  const response = await get();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/jwk-set\+json/);
  expect(response.headers.get('cache-control')).toBe('public, max-age=60');
  const { keys, truncated } = (await response.json()) as { keys: PublishedKey[]; truncated: boolean };
  const [key] = await signingKeysOf(app, webhook.id);
  expect(truncated).toBe(false);
  expect(keys.filter((each) => each.webhook === webhook.id)).toEqual([
    {
      kty: 'OKP',
      crv: 'Ed25519',
      x: Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url'),
      kid: key?.id,
      use: 'sig',
      alg: 'EdDSA',
      whpk: publicKey,
      webhook: webhook.id,
      createdAt: key?.createdAt,
      expiresAt: null,
    },
  ]);
  const imported = await webcrypto.subtle.importKey('jwk', keys[0] as JsonWebKey, 'Ed25519', true, ['verify']);
  expect(imported.type).toBe('public');
});

test('nothing of the other schemes is in it', async () => {
  const before = await read();
  const { secret, frappeSecret } = await create({ signatures: ['V1', 'FRAPPE'] });
  const text = await (await get()).text();
  expect(JSON.parse(text)).toEqual(before);
  for (const each of [secret.slice(6), frappeSecret]) expect(text).not.toContain(each);
});

test('a key is there before anything is signed with it: who asks on a call can check all its signatures', async () => {
  const { webhook } = await create({ url: partner.url, documentType: 'Keys' });
  for (let n = 0; n < 5; n += 1) {
    await rotate(webhook.id);
    await publish(app, [invoice(`INV-${n}`, { documentType: 'Keys' })]);
    const call = await waitFor('the call', () => partner.calls[n]);
    expect(checks(await keysOf(webhook.id), call)).toEqual(Array(n + 2).fill('good'));
  }
});

test('a key is there for ten minutes after its end, for what is checked later, and then no more', async () => {
  const { webhook, publicKey } = await create();
  await rotate(webhook.id, { overlapSeconds: 0 });
  const ended = (minutes: number) =>
    app.database.query(
      `update webhook_secrets set expires_at = now() - $2 * interval '1 minute'
       where webhook_id = $1 and expires_at is not null`,
      [uuidOf('Webhook', webhook.id), minutes],
    );
  expect(await keysOf(webhook.id)).toMatchObject([
    { expiresAt: null },
    { whpk: publicKey, expiresAt: expect.any(String) },
  ]);
  await ended(9);
  expect(await keysOf(webhook.id)).toHaveLength(2);
  await ended(11);
  expect(await keysOf(webhook.id)).toMatchObject([{ expiresAt: null }]);
});

test('the keys of a scheme that was removed, and of a webhook that was archived, go the same way', async () => {
  const removed = (await create({ signatures: ['V1', 'V1A'] })).webhook.id;
  const archived = (await create()).webhook.id;
  await signed(app, 'updateWebhook', { id: removed, signatures: ['V1'] });
  await change(app, 'archiveWebhook', { id: archived });
  for (const id of [removed, archived]) expect(await keysOf(id)).toHaveLength(1);
  const long = `- interval '11 minutes'`;
  await app.database.query(`update webhooks set updated_at = updated_at ${long} where id = $1`, [
    uuidOf('Webhook', archived),
  ]);
  await app.database.query(`update webhook_secrets set expires_at = expires_at ${long} where webhook_id = $1`, [
    uuidOf('Webhook', removed),
  ]);
  for (const id of [removed, archived]) expect(await keysOf(id)).toEqual([]);
});

test('?webhook= gives the keys of one webhook, and none for what is no webhook', async () => {
  const [one, other] = [await create(), await create()];
  expect((await keysOf(one.webhook.id)).map((key) => key.whpk)).toEqual([one.publicKey]);
  expect((await keysOf(other.webhook.id)).map((key) => key.whpk)).toEqual([other.publicKey]);
  const unknownId = 'whk_00000000000070008000000000000000';
  const strange = ['', unknownId, 'x', one.webhook.id.toUpperCase(), `${one.webhook.id}'--`, '%00', 'w'.repeat(2_000)];
  for (const text of strange)
    expect([text, await read(`?webhook=${text}`)]).toEqual([text, { keys: [], truncated: false }]);
  expect(await read(`?webhook=${one.webhook.id}&webhook=${other.webhook.id}`)).toEqual({ keys: [], truncated: false });
});

test.each(['webhook[]', 'webhooks', 'Webhook', '', '__proto__', 'w'.repeat(2_000)])(
  'a parameter that there is not, such as %.20p, is refused: it does not give the keys of all',
  async (name) => {
    const { webhook } = await create();
    for (const query of [`?${name}=${webhook.id}`, `?webhook=${webhook.id}&${name}=x`]) {
      const response = await get(query);
      expect([response.status, response.headers.get('cache-control')]).toEqual([400, null]);
      const { errors } = (await response.json()) as { errors: { message: string; extensions: object }[] };
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(errors[0]?.message).toMatch(/^There is no parameter .{2,150}: write \?webhook=whk_\.\.\., or none\.$/);
    }
  },
);

test('a thousand keys are shown, the newest, and that there are more is said', async () => {
  const { webhook } = await create();
  await app.database.query(
    `insert into webhook_secrets (id, webhook_id, kind, public_key, kek, wrapped, box, created_at)
     select overlay(id::text placing lpad(to_hex(n), 8, '0') from 1 for 8)::uuid, webhook_id, kind, public_key, kek,
       wrapped, box, created_at
     from webhook_secrets, generate_series(1, 1000) as n where webhook_id = $1`,
    [uuidOf('Webhook', webhook.id)],
  );
  const { keys, truncated } = await read(`?webhook=${webhook.id}`);
  expect([keys.length, truncated]).toEqual([1_000, true]);
  expect(keys[0]?.kid).toBe((await signingKeysOf(app, webhook.id))[0]?.id);
});

test('it is only read', async () => {
  for (const method of ['POST', 'PUT', 'DELETE'])
    expect((await fetch(`${app.url}/.well-known/webhook-keys`, { method })).status).toBe(405);
  expect((await fetch(`${app.url}/.well-known/webhook-keys`, { method: 'HEAD' })).status).toBe(200);
});
