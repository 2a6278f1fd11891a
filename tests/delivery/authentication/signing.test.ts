import { signatureHeaders, signingSecretsOf } from '../../../src/delivery/authentication/sign';
import { uuidOf } from '../../../src/values/ids';
import { useTestApp } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { type ReceivedCall, useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { invoice, publish } from '../../support/webhooks';
import { signed, signingKeysOf } from '../../webhooks/signing/signing';
import { allFinished, attemptsOf } from '../attempt/stored-attempts';
import { startParts } from '../worker-parts';
import { checksEd25519, frappeOf, hmacOf, PACKAGES, signaturesOf, verifyBy } from './verifying';

const app = useTestApp();
const parts = duringFile(() => startParts(app));
const partner = useFreshReceiver();

let types = 0;

/** A webhook that gets the events of this test alone. */
async function webhookWith(settings: object) {
  types += 1;
  const documentType = `Type ${types}`;
  const made = await signed(app, 'createWebhook', { url: partner.url, documentType, ...settings });
  const id: string = made.webhook.id;
  return {
    ...made,
    id,
    rotate: (input: object = {}) => signed(app, 'rotateWebhookSecret', { id, ...input }),
    update: (input: object) => signed(app, 'updateWebhook', { id, ...input }),
    /** The next call that it leads to. */
    async call(data: object = { name: 'INV-1', total: 561.8, customer: 'Zoë 🧾' }): Promise<ReceivedCall> {
      const n = partner.calls.length;
      await publish(app, [invoice('INV-1', { documentType, data })]);
      return waitFor('the call', () => partner.calls[n]);
    },
  };
}

describe.each(Object.keys(PACKAGES))('v1, checked by the package %s:', (name) => {
  test('a delivery is accepted, and says what happened', async () => {
    const webhook = await webhookWith({});
    const event = verifyBy(name, webhook.secret, await webhook.call());
    expect(event).toMatchObject({ type: expect.any(String), data: { total: 561.8, customer: 'Zoë 🧾' } });
  });

  test('a delivery is refused by the secret of another webhook, with another id, timestamp or body', async () => {
    const [webhook, other] = [await webhookWith({}), await webhookWith({})];
    const call = await webhook.call();
    expect(() => verifyBy(name, other.secret, call)).toThrow('No matching signature');
    for (const changes of [
      { 'webhook-id': 'dlv_0' },
      { 'webhook-timestamp': String(Number(call.headers['webhook-timestamp']) + 1) },
      { 'webhook-signature': signaturesOf(call)[0]?.replace('v1,', 'v2,') },
    ])
      expect(() => verifyBy(name, webhook.secret, call, changes)).toThrow('No matching signature');
    const forged = { ...call, body: Buffer.from(call.body.toString().replace('561.8', '861.8')) };
    expect(() => verifyBy(name, webhook.secret, forged)).toThrow('No matching signature');
  });

  test('the old and the new secret verify a delivery during the overlap, the new one alone after it', async () => {
    const webhook = await webhookWith({});
    const { secret: newer } = await webhook.rotate({ overlapSeconds: 600 });
    const during = await webhook.call();
    expect(signaturesOf(during)).toHaveLength(2);
    for (const secret of [webhook.secret, newer]) expect(verifyBy(name, secret, during)).toBeTruthy();
    await endOverlap(webhook.id);
    const after = await webhook.call();
    expect(signaturesOf(after)).toHaveLength(1);
    expect(verifyBy(name, newer, after)).toBeTruthy();
    expect(() => verifyBy(name, webhook.secret, after)).toThrow('No matching signature');
  });

  test('a given secret signs', async () => {
    const secret = `whsec_${Buffer.alloc(24, 'own').toString('base64')}`;
    const webhook = await webhookWith({ secret });
    expect(verifyBy(name, secret, await webhook.call())).toBeTruthy();
  });
});

/** Lets what is to expire have expired. */
async function endOverlap(webhookId: string): Promise<void> {
  const sql = `update webhook_secrets set expires_at = now() - interval '1 s'
    where webhook_id = $1 and expires_at is not null`;
  await app.database.query(sql, [uuidOf('Webhook', webhookId)]);
}

describe('v1a', () => {
  test('is checked by the public key that the answer showed, and by no other', async () => {
    const [webhook, other] = [await webhookWith({ signatures: ['V1A'] }), await webhookWith({ signatures: ['V1A'] })];
    const call = await webhook.call();
    expect(signaturesOf(call)).toEqual([expect.stringMatching(/^v1a,[A-Za-z0-9+/]{86}==$/)]);
    expect(checksEd25519(webhook.publicKey, call)).toBe(true);
    expect(checksEd25519(other.publicKey, call)).toBe(false);
    expect(checksEd25519(webhook.publicKey, { ...call, body: Buffer.concat([call.body, Buffer.from(' ')]) })).toBe(
      false,
    );
    expect(checksEd25519(webhook.publicKey, { ...call, headers: { ...call.headers, 'webhook-id': 'dlv_0' } })).toBe(
      false,
    );
  });

  test('is checked by the old and the new key during the overlap, by the new one alone after it', async () => {
    const webhook = await webhookWith({ signatures: ['V1A'] });
    const { publicKey: newer } = await webhook.rotate({ scheme: 'V1A' });
    const during = await webhook.call();
    expect(signaturesOf(during)).toHaveLength(2);
    for (const key of [webhook.publicKey, newer]) expect(checksEd25519(key, during)).toBe(true);
    await endOverlap(webhook.id);
    const after = await webhook.call();
    expect([checksEd25519(webhook.publicKey, after), checksEd25519(newer, after)]).toEqual([false, true]);
  });
});

describe('FRAPPE', () => {
  // base64.b64encode(hmac.new(secret.encode("utf8"), body.encode("utf8"), hashlib.sha256).digest()), by Python
  test('signs as Frappe does', async () => {
    const { id } = await webhookWith({ signatures: ['FRAPPE'], frappeSecret: 's3cr3t – påfrukt' });
    const body = '{"name": "INV-0042", "grand_total": 100.5, "customer": "Zo\\u00eb"}';
    expect(await headersFor(id, body)).toContainEqual([
      'X-Frappe-Webhook-Signature',
      'lMj6BW7sB6BDT6l5CYFTsAZ/ejXXRulJZxbOnoRoBvw=',
    ]);
    expect(await headersFor(id, '{"name":"INV-0042","customer":"Zoë"}')).toContainEqual([
      'X-Frappe-Webhook-Signature',
      '/omholctF4bE7yNeU5XQN8XroExcAVWnx9BPa4U4o6Q=',
    ]);
  });

  test('alone leaves out webhook-signature, and keeps id and timestamp', async () => {
    const webhook = await webhookWith({ signatures: ['FRAPPE'] });
    const call = await webhook.call();
    expect(frappeOf(call)).toBe(hmacOf(webhook.frappeSecret, call.body));
    expect(call.headers).not.toHaveProperty('webhook-signature');
    expect(call.headers).toMatchObject({ 'webhook-id': expect.any(String), 'webhook-timestamp': expect.any(String) });
  });

  test('has one signature at a time: of the old secret until the overlap ends, then of the new one', async () => {
    const webhook = await webhookWith({ signatures: ['FRAPPE'], frappeSecret: 'the old one' });
    await webhook.rotate({ scheme: 'FRAPPE', secret: 'the new one' });
    const during = await webhook.call();
    expect(frappeOf(during)).toBe(hmacOf('the old one', during.body));
    await endOverlap(webhook.id);
    const after = await webhook.call();
    expect(frappeOf(after)).toBe(hmacOf('the new one', after.body));
    await webhook.rotate({ scheme: 'FRAPPE', secret: 'the newest', overlapSeconds: 0 });
    const atOnce = await webhook.call();
    expect(frappeOf(atOnce)).toBe(hmacOf('the newest', atOnce.body));
  });
});

/** What would stand on the wire for the published examples, with the secrets as the database has them. */
async function headersFor(webhookId: string, body: string): Promise<[string, string][]> {
  const id = uuidOf('Webhook', webhookId) as string;
  const { keys, fault } = (await parts.transaction((db) => signingSecretsOf(db, parts.keyring, [id])))(id);
  expect(fault).toBeNull();
  return signatureHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, Buffer.from(body), keys);
}

test('the published examples of v1 and v1a are reproduced exactly', async () => {
  const { id, rotate } = await webhookWith({
    signatures: ['V1', 'V1A'],
    secret: `whsec_${'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'}`,
  });
  const example = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
  const { publicKey } = await rotate({ scheme: 'V1A', secret: example, overlapSeconds: 0 });
  expect(publicKey).toBe('whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=');
  // v1: the manual of Svix and the tests of standardwebhooks; v1a: the example of the specification, whose key is in
  // the tests of Svix's server
  expect(await headersFor(id, '{"test": 2432232314}')).toEqual([
    ['webhook-id', 'msg_p5jXN8AQM9LWM0D4loKWxJek'],
    ['webhook-timestamp', '1614265330'],
    [
      'webhook-signature',
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= ' +
        'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
    ],
  ]);
});

test('all schemes at once: one header with v1 and v1a, newest first, and that of Frappe beside it', async () => {
  const webhook = await webhookWith({ signatures: ['FRAPPE', 'V1A', 'V1'] });
  const { secret } = await webhook.rotate();
  const { publicKey } = await webhook.rotate({ scheme: 'V1A' });
  const call = await webhook.call();
  expect(signaturesOf(call).map((signature) => signature.split(',')[0])).toEqual(['v1', 'v1', 'v1a', 'v1a']);
  for (const name of Object.keys(PACKAGES)) {
    expect(verifyBy(name, webhook.secret, call)).toBeTruthy();
    expect(verifyBy(name, secret, call, { 'webhook-signature': signaturesOf(call)[0] })).toBeTruthy();
  }
  expect(checksEd25519(webhook.publicKey, call)).toBe(true);
  expect(checksEd25519(publicKey, call)).toBe(true);
  expect(frappeOf(call)).toBe(hmacOf(webhook.frappeSecret, call.body));
});

test('a change of signatures applies to the next attempt, also of a delivery that waits for it', async () => {
  partner.answerWith((_call, n) => (n === 1 ? { status: 500 } : {}));
  const webhook = await webhookWith({ retrySchedule: [0, 2] });
  const first = await webhook.call();
  const { publicKey } = await webhook.update({ signatures: ['V1A'] });
  const second = await waitFor('the second attempt', () => partner.calls[1]);
  expect(verifyBy('svix', webhook.secret, first)).toBeTruthy();
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
  expect(signaturesOf(second)).toHaveLength(1);
  expect(checksEd25519(publicKey, second)).toBe(true);
});

test('the bytes that are signed are those that are sent, whatever is in them', async () => {
  const webhook = await webhookWith({ signatures: ['V1', 'V1A', 'FRAPPE'] });
  for (const data of [{}, { text: '\u2028 \ud83d\ude00 \u0001 "\\" .' }, { text: 'é'.repeat(50_000) }]) {
    const call = await webhook.call(data);
    expect(verifyBy('standardwebhooks', webhook.secret, call)).toMatchObject({ data });
    expect(checksEd25519(webhook.publicKey, call)).toBe(true);
    expect(frappeOf(call)).toBe(hmacOf(webhook.frappeSecret, call.body));
  }
});

test.each([
  ['V1', 'V1'],
  ['V1A', 'V1A'],
  // the newest of FRAPPE does not sign yet
  ['FRAPPE', 'V1'],
])('after a rotation of %s the log names the newest secret that signed', async (scheme, named) => {
  const webhook = await webhookWith({ signatures: ['V1', 'V1A', 'FRAPPE'] });
  await webhook.rotate();
  await webhook.rotate({ scheme });
  await webhook.call();
  const [row] = await app.database.query<{ kid: string }>(
    `select 'sig_' || replace(secret_id::text, '-', '') as kid from webhook_request_logs where webhook_id = $1`,
    [uuidOf('Webhook', webhook.id)],
  );
  const newest = (await signingKeysOf(app, webhook.id)).find((key) => key.scheme === named);
  expect(row?.kid).toBe(newest?.id);
});

test('with no live secret nothing is sent, and the row says so', async () => {
  const webhook = await webhookWith({ retrySchedule: [0] });
  await app.database.query(`update webhook_secrets set expires_at = now() where webhook_id = $1`, [
    uuidOf('Webhook', webhook.id),
  ]);
  await publish(app, [invoice('INV-1', { documentType: `Type ${types}` })]);
  await allFinished(app, webhook.id, 1);
  const [attempt] = await attemptsOf(app, webhook.id);
  expect(attempt?.error).toMatch(/no valid signing secret/);
  expect(partner.calls).toHaveLength(0);
});

test('a rotation applies at once, however recently its secrets were used', async () => {
  const webhook = await webhookWith({});
  for (let n = 0; n < 3; n += 1) {
    const { secret } = await webhook.rotate({ overlapSeconds: 0 });
    const call = await webhook.call();
    expect(signaturesOf(call)).toHaveLength(1);
    expect(verifyBy('svix', secret, call)).toBeTruthy();
  }
});

test('a secret that was moved to another webhook does not sign there, also when it was used before', async () => {
  const [one, other] = [await webhookWith({ retrySchedule: [0] }), await webhookWith({ retrySchedule: [0] })];
  await one.call();
  await other.call();
  const moved = `update webhook_secrets t set kek = f.kek, wrapped = f.wrapped, box = f.box from webhook_secrets f
    where t.webhook_id = $1 and f.webhook_id = $2`;
  await app.database.query(moved, [uuidOf('Webhook', other.id), uuidOf('Webhook', one.id)]);
  await publish(app, [invoice('INV-2', { documentType: `Type ${types}` })]);
  await allFinished(app, other.id, 2);
  const attempts = await attemptsOf(app, other.id);
  expect(attempts[1]?.error).toMatch(/^Nothing was sent: the signing secret of this webhook cannot be decrypted/);
  expect(partner.calls).toHaveLength(2);
});
