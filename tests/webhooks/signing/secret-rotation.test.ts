import { uuidOf } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { auditTrailOf, change, rowCounts } from '../webhook-changes';
import { ownV1, TEXT, WHPK, WHSEC } from './secret-forms';
import { sign, signed, signingKeysOf } from './signing';

const app = useTestApi();

const create = (input: object = {}) => signed(app, 'createWebhook', input);
const rotate = (id: string, input: object = {}) => signed(app, 'rotateWebhookSecret', { id, ...input });

const refused = async (id: string, input: object = {}) =>
  (await sign(app, 'rotateWebhookSecret', { id, ...input })).userErrors;

const DAY_MS = 24 * 3600 * 1000;

describe('rotateWebhookSecret', () => {
  test('makes a new secret, and the old ones sign for another day', async () => {
    const { webhook, secret } = await create();
    const before = Date.now();
    const payload = await rotate(webhook.id);
    const after = Date.now();
    expect(payload).toEqual({ webhook, secret: WHSEC, publicKey: null, userErrors: [] });
    expect(payload.secret).not.toBe(secret);
    const [newer, older] = await signingKeysOf(app, webhook.id);
    expect(newer).toMatchObject({ scheme: 'V1', live: true, expiresAt: null });
    expect(older).toMatchObject({ scheme: 'V1', live: true });
    const rotatedAt = Date.parse(older?.expiresAt as string) - DAY_MS;
    expect(rotatedAt).toBeGreaterThanOrEqual(before);
    expect(rotatedAt).toBeLessThanOrEqual(after);
  });

  test('ends the old ones at once with an overlap of 0', async () => {
    const { webhook } = await create();
    await rotate(webhook.id, { overlapSeconds: 3600 });
    await rotate(webhook.id, { overlapSeconds: 0 });
    expect((await signingKeysOf(app, webhook.id)).map((key) => key.live)).toEqual([true, false, false]);
  });

  test('keeps the latest 100 expired ones, of all schemes', async () => {
    const { webhook } = await create({ signatures: ['V1', 'V1A'] });
    const id = uuidOf('Webhook', webhook.id);
    await app.database.query(
      `insert into webhook_secrets (id, webhook_id, kind, kek, wrapped, box, created_at, expires_at)
       select new_id(), webhook_id, kind, kek, wrapped, box, now() - interval '2 days', now() - n * interval '1 minute'
       from webhook_secrets, generate_series(1, 60) as n where webhook_id = $1`,
      [id],
    );
    const expired = async () =>
      app.database.query(
        `select count(*)::int, round(extract(epoch from now() - min(expires_at)) / 60)::int as minutes
         from webhook_secrets where webhook_id = $1 and expires_at <= now()`,
        [id],
      );
    await rotate(webhook.id, { overlapSeconds: 0 });
    // 50 minutes of two schemes: the one that has expired now is the hundred and first
    expect(await expired()).toEqual([{ count: 100, minutes: 50 }]);
    const live = (await signingKeysOf(app, webhook.id)).filter((key) => key.live);
    expect(live.map(({ scheme }) => scheme).sort()).toEqual(['V1', 'V1A']);
  });

  test('never extends the life of an old secret', async () => {
    const { webhook } = await create();
    await rotate(webhook.id, { overlapSeconds: 60 });
    const [, oldest] = await signingKeysOf(app, webhook.id);
    await rotate(webhook.id, { overlapSeconds: 604_800 });
    const keys = await signingKeysOf(app, webhook.id);
    expect(keys[2]).toEqual(oldest);
    expect(Date.parse(keys[1]?.expiresAt as string)).toBeGreaterThan(Date.now() + 6 * DAY_MS);
  });

  test('leaves the secrets of other schemes alone', async () => {
    const { webhook, publicKey } = await create({ signatures: ['V1', 'V1A', 'FRAPPE'] });
    const rotated = await rotate(webhook.id, { scheme: 'V1A', overlapSeconds: 0 });
    expect(rotated).toMatchObject({ secret: null, publicKey: WHPK });
    expect(rotated.publicKey).not.toBe(publicKey);
    const keys = await signingKeysOf(app, webhook.id);
    expect(keys.filter((key) => !key.live).map((key) => key.publicKey)).toEqual([publicKey]);
    expect(keys.filter((key) => key.live).map((key) => key.expiresAt)).toEqual([null, null, null]);
    expect(await rotate(webhook.id, { scheme: 'FRAPPE' })).toMatchObject({ secret: TEXT, publicKey: null });
  });

  // RFC 8032, section 7.1, test 1
  const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
  const PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
  const whsk = (...parts: string[]) => `whsk_${Buffer.from(parts.join(''), 'hex').toString('base64')}`;

  test('takes a secret of your own for each scheme', async () => {
    const { webhook } = await create({ signatures: ['V1', 'V1A', 'FRAPPE'] });
    const own = ownV1(40);
    expect(await rotate(webhook.id, { secret: own })).toMatchObject({ secret: own, publicKey: null });
    const publicKey = `whpk_${Buffer.from(PUBLIC, 'hex').toString('base64')}`;
    for (const secret of [whsk(SEED), whsk(SEED, PUBLIC)]) {
      expect(await rotate(webhook.id, { scheme: 'V1A', secret })).toMatchObject({ secret: null, publicKey });
      await rotate(webhook.id, { scheme: 'V1A' });
    }
    expect(await rotate(webhook.id, { scheme: 'FRAPPE', secret: 'hunter2' })).toMatchObject({ secret: null });
  });

  test.each([
    ['V1', ownV1(), null],
    ['V1A', whsk(SEED), whsk(SEED, PUBLIC)],
    ['FRAPPE', 'hunter2', null],
  ])('refuses for %s the secret that signs now, and takes the one before', async (scheme, secret, otherwise) => {
    const { webhook } = await create({ signatures: ['V1', 'V1A', 'FRAPPE'] });
    await rotate(webhook.id, { scheme, secret });
    const before = await signingKeysOf(app, webhook.id);
    const message = 'secret is the one that already signs: give another one, or omit it for a random one.';
    for (const again of [secret, otherwise ?? secret]) {
      for (const overlapSeconds of [0, 60]) {
        const userErrors = await refused(webhook.id, { scheme, secret: again, overlapSeconds });
        expect(userErrors).toEqual([{ field: ['secret'], code: 'CONFLICT', message }]);
      }
    }
    expect(await signingKeysOf(app, webhook.id)).toEqual(before);
    await rotate(webhook.id, { scheme });
    await rotate(webhook.id, { scheme, secret });
  });

  test('takes any secret where the one that signs cannot be opened', async () => {
    const { webhook } = await create();
    await app.database.query(`update webhook_secrets set box = '\\x00' where webhook_id = $1`, [
      uuidOf('Webhook', webhook.id),
    ]);
    const own = ownV1();
    expect(await rotate(webhook.id, { secret: own })).toMatchObject({ secret: own });
  });

  test.each([
    ['V1', 'hunter2', /^secret must be `whsec_`/],
    ['V1', whsk(SEED), /^secret must be `whsec_`/],
    ['V1A', 'hunter2', /^secret must be `whsk_`/],
    ['V1A', '', /^secret must be `whsk_`/],
    ['V1A', 'whsk_', /^secret must be `whsk_`/],
    ['V1A', whsk(SEED, SEED), /^secret must be `whsk_`/],
    ['V1A', whsk(PUBLIC.slice(2)), /^secret must be `whsk_`/],
    ['V1A', whsk(SEED, PUBLIC, '00'), /^secret must be `whsk_`/],
    ['V1A', `whsec_${'A'.repeat(43)}=`, /^secret must be `whsk_`/],
    ['FRAPPE', '', /^secret must be 1 to 200 characters/],
    ['FRAPPE', `hunter2${'x'.repeat(194)}`, /^secret must be 1 to 200 characters/],
  ])('refuses for %s the secret %p, and does not repeat it', async (scheme, secret, message) => {
    const { webhook } = await create({ signatures: ['V1', 'V1A', 'FRAPPE'] });
    const before = await rowCounts(app);
    const errors = await refused(webhook.id, { scheme, secret });
    expect(errors).toEqual([{ field: ['secret'], code: 'INVALID', message: expect.stringMatching(message) }]);
    if (secret.length > 8) expect(errors[0].message).not.toContain(secret.slice(0, 12));
    expect(await rowCounts(app)).toEqual(before);
  });

  test.each([-1, 604_801, -2_147_483_648, 2_147_483_647])(
    'refuses an overlap of %d seconds',
    async (overlapSeconds) => {
      const { webhook } = await create();
      const message = `overlapSeconds is ${overlapSeconds}; it must be 0 to 604,800, which is 7 days.`;
      expect(await refused(webhook.id, { overlapSeconds })).toEqual([
        { field: ['overlapSeconds'], code: 'INVALID', message },
      ]);
      expect(await signingKeysOf(app, webhook.id)).toHaveLength(1);
    },
  );

  test.each([
    ['null', null],
    ['a half', 0.5],
    ['a word', 'day'],
    ['endless', 1e300],
  ])('refuses %s for an overlap', async (_what, overlapSeconds) => {
    const { webhook } = await create();
    await expect(sign(app, 'rotateWebhookSecret', { id: webhook.id, overlapSeconds })).rejects.toThrow(
      'BAD_USER_INPUT',
    );
  });

  test('refuses a scheme that does not sign', async () => {
    const { webhook } = await create();
    expect(await refused(webhook.id, { scheme: 'V1A' })).toEqual([
      {
        field: ['scheme'],
        code: 'CONFLICT',
        message: 'Partner is signed with V1: add V1A to its signatures, which creates a secret.',
      },
    ]);
  });

  test('refuses a webhook that is none, or is archived', async () => {
    for (const id of ['whk_00000000000070008000000000000000', 'usr_00000000000070008000000000000000', 'x', ''])
      expect(await refused(id)).toMatchObject([{ field: ['id'], code: 'NOT_FOUND' }]);
    const { webhook } = await create();
    await change(app, 'archiveWebhook', { id: webhook.id });
    expect(await refused(webhook.id)).toMatchObject([{ field: ['id'], code: 'CONFLICT' }]);
  });

  test('is allowed for INTEGRATION_MANAGER, and for no lower role', async () => {
    const { webhook } = await create();
    for (const role of ['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const) {
      const key = await app.keyFor(role);
      await expect(sign(app, 'rotateWebhookSecret', { id: webhook.id }, key)).rejects.toThrow('FORBIDDEN');
    }
    await expect(
      app.ask(`mutation { rotateWebhookSecret(input: { id: "${webhook.id}" }) { secret } }`, {}, null),
    ).resolves.toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    const key = await app.keyFor('INTEGRATION_MANAGER');
    expect(await sign(app, 'rotateWebhookSecret', { id: webhook.id }, key)).toMatchObject({ secret: WHSEC });
  });

  test('stops at ten live keys and names when the next one expires', async () => {
    const { webhook } = await create({ signatures: ['V1', 'FRAPPE'] });
    for (let n = 1; n <= 8; n += 1) await rotate(webhook.id, { overlapSeconds: n * 3600 });
    const keys = await signingKeysOf(app, webhook.id);
    expect(keys.filter((key) => key.live)).toHaveLength(10);
    const next = keys
      .map((key) => key.expiresAt)
      .filter((at) => at !== null)
      .sort()[0];
    const message = `Partner has 10 live keys; at most 10 sign. The next one expires at ${next}.`;
    const fault = { code: 'CONFLICT', message };
    expect(await refused(webhook.id, { overlapSeconds: 604_800 })).toEqual([{ field: ['id'], ...fault }]);
    expect(await refused(webhook.id, { scheme: 'FRAPPE' })).toEqual([{ field: ['id'], ...fault }]);
    const adding = await sign(app, 'updateWebhook', { id: webhook.id, signatures: ['V1', 'V1A', 'FRAPPE'] });
    expect(adding).toMatchObject({ webhook: null, userErrors: [{ field: ['signatures'], ...fault }] });
    expect(await signingKeysOf(app, webhook.id)).toEqual(keys);

    await rotate(webhook.id, { overlapSeconds: 0 });
    expect((await signingKeysOf(app, webhook.id)).filter((key) => key.live)).toHaveLength(2);
  });

  test('called concurrently makes one secret for each call, and never more than ten live ones', async () => {
    const { webhook } = await create();
    const payloads = await Promise.all(
      Array.from({ length: 14 }, () => sign(app, 'rotateWebhookSecret', { id: webhook.id })),
    );
    const made = payloads.filter((payload) => payload.userErrors.length === 0);
    expect(made).toHaveLength(9);
    expect(new Set(made.map((payload) => payload.secret)).size).toBe(9);
    const keys = await signingKeysOf(app, webhook.id);
    expect(keys).toHaveLength(10);
    expect(keys.filter((key) => key.expiresAt === null)).toHaveLength(1);
    expect(await auditTrailOf(app, webhook.id)).toHaveLength(10);
  });

  test('leaves an audit entry that says who, what and which key, and no secret', async () => {
    const { webhook } = await create();
    const { secret } = await rotate(webhook.id, { overlapSeconds: 60 });
    const [entry] = await app.database.query<{ actor: string; details: string; all: string }>(
      `select u.name as actor, a.details, a::text as all from audit_entries a join users u on u.id = a.actor_id
       where a.subject_id = $1 and a.action = 'webhook.secret_rotated'`,
      [uuidOf('Webhook', webhook.id)],
    );
    const [key] = await signingKeysOf(app, webhook.id);
    expect(entry?.actor).toBe('Administrator');
    expect(JSON.parse(entry?.details as string)).toEqual({ scheme: 'V1', overlapSeconds: 60, keyId: key?.id });
    expect(entry?.all).not.toContain(secret.slice(6));
  });
});

test('of very many keys the list shows the live ones, and the latest of the others', async () => {
  const { webhook } = await create({ signatures: ['V1', 'V1A'] });
  for (let n = 0; n < 25; n += 1) await rotate(webhook.id, { scheme: 'V1A', overlapSeconds: 0 });
  const keys = await signingKeysOf(app, webhook.id);
  expect(keys).toHaveLength(20);
  expect(keys.filter((key) => key.live).map((key) => key.scheme)).toEqual(['V1A', 'V1']);
  expect(keys.map((key) => key.id)).toEqual(
    keys
      .map((key) => key.id)
      .sort()
      .reverse(),
  );
});
