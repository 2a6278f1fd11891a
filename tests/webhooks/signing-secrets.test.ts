import { randomBytes } from 'node:crypto';
import { uuidOf } from '../../src/ids';
import { startTestApp, type TestApp } from '../support/app';
import { dumpOf, formsOf } from '../support/dump';
import { auditTrailOf, change, rowCounts, URL } from './change';
import { sign, signed, signingKeysOf } from './signing';

let app: TestApp;
let log = '';

beforeAll(async () => {
  const write = (line: string) => {
    log += line;
  };
  app = await startTestApp({ PROCESSES: 'api', LOG_LEVEL: 'trace' }, { write });
});
afterAll(() => app.stop());

const create = (input: object = {}) => signed(app, 'createWebhook', input);
const update = (id: string, input: object) => signed(app, 'updateWebhook', { id, ...input });
const rotate = (id: string, input: object = {}) => signed(app, 'rotateWebhookSecret', { id, ...input });
const refused = async (id: string, input: object = {}) =>
  (await sign(app, 'rotateWebhookSecret', { id, ...input })).userErrors;
const ownV1 = (bytes = 32) => `whsec_${randomBytes(bytes).toString('base64')}`;

const DAY_MS = 24 * 3600 * 1000;
const WHSEC = expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/);
const WHPK = expect.stringMatching(/^whpk_[A-Za-z0-9+/]{43}=$/);
const TEXT = expect.stringMatching(/^[\w-]{43}$/);

describe('createWebhook', () => {
  test.each([
    ['nothing', undefined, ['V1'], { secret: WHSEC, publicKey: null, frappeSecret: null }],
    ['null', null, ['V1'], { secret: WHSEC, publicKey: null, frappeSecret: null }],
    ['V1A', ['V1A'], ['V1A'], { secret: null, publicKey: WHPK, frappeSecret: null }],
    ['FRAPPE', ['FRAPPE'], ['FRAPPE'], { secret: null, publicKey: null, frappeSecret: TEXT }],
    [
      'all, in disorder and twice',
      ['FRAPPE', 'V1', 'V1A', 'V1'],
      ['V1', 'V1A', 'FRAPPE'],
      { secret: WHSEC, publicKey: WHPK, frappeSecret: TEXT },
    ],
  ])('with %s for signatures makes a secret for each', async (_what, signatures, kept, shown) => {
    const payload = await create({ signatures });
    expect(payload).toEqual({ webhook: { id: expect.any(String), signatures: kept }, ...shown, userErrors: [] });
    const keys = await signingKeysOf(app, payload.webhook.id);
    expect(keys.map((key) => key.scheme).sort()).toEqual([...kept].sort());
    for (const key of keys) {
      expect(key).toEqual({
        id: expect.stringMatching(/^sig_[0-9a-f]{32}$/),
        scheme: key.scheme,
        createdAt: expect.any(String),
        expiresAt: null,
        live: true,
        publicKey: key.scheme === 'V1A' ? payload.publicKey : null,
      });
    }
  });

  test('takes secrets of your own, and repeats only that of V1', async () => {
    const own = { secret: ownV1(24), frappeSecret: 'ein Gehéimnis – 🗝' };
    const payload = await create({ signatures: ['V1', 'FRAPPE'], ...own });
    expect(payload).toMatchObject({ secret: own.secret, frappeSecret: null });
    expect((await create({ secret: ownV1(64) })).secret).toHaveLength(6 + 88);
    expect(await create({ secret: null, frappeSecret: null })).toMatchObject({ secret: WHSEC, frappeSecret: null });
  });

  const V1_RIGHT = /^secret must be `whsec_` and base64 of 24 to 64 bytes\.$/;
  const FRAPPE_RIGHT = /^frappeSecret must be 1 to 200 characters, none of them a control character\.$/;
  const KEY = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  test.each<[string, object, string, RegExp]>([
    ['empty', { secret: '' }, 'secret', V1_RIGHT],
    ['of 23 bytes', { secret: ownV1(23) }, 'secret', V1_RIGHT],
    ['of 65 bytes', { secret: ownV1(65) }, 'secret', V1_RIGHT],
    ['that is huge', { secret: ownV1(1_000_000) }, 'secret', V1_RIGHT],
    ['without its prefix', { secret: KEY }, 'secret', V1_RIGHT],
    ['of another kind', { secret: `whsk_${KEY}` }, 'secret', V1_RIGHT],
    ['in another case', { secret: `WHSEC_${KEY}` }, 'secret', V1_RIGHT],
    ['in base64url', { secret: `whsec_${'-_'.repeat(16)}` }, 'secret', V1_RIGHT],
    ['with a line break', { secret: `whsec_${KEY}\n` }, 'secret', V1_RIGHT],
    ['with a space', { secret: `whsec_${KEY.slice(0, 16)} ${KEY.slice(16)}` }, 'secret', V1_RIGHT],
    ['without its padding', { secret: `whsec_${KEY}AA` }, 'secret', V1_RIGHT],
    ['with NUL', { secret: `whsec_${KEY}\u0000` }, 'secret', V1_RIGHT],
    ['of Frappe that is empty', { frappeSecret: '' }, 'frappeSecret', FRAPPE_RIGHT],
    ['of Frappe of 201 characters', { frappeSecret: 'f'.repeat(201) }, 'frappeSecret', FRAPPE_RIGHT],
    ['of Frappe with a line break', { frappeSecret: `${KEY}\n` }, 'frappeSecret', FRAPPE_RIGHT],
    ['of Frappe with half of a surrogate pair', { frappeSecret: `${KEY}\ud83d` }, 'frappeSecret', FRAPPE_RIGHT],
  ])('refuses a secret %s, stores nothing and does not repeat it', async (_what, own, field, message) => {
    const before = await rowCounts(app);
    const input = { name: 'Partner', url: URL, signatures: ['V1', 'FRAPPE'], ...own };
    const payload = await sign(app, 'createWebhook', input);
    expect(payload).toMatchObject({ webhook: null, secret: null, frappeSecret: null });
    expect(payload.userErrors).toEqual([{ field: [field], code: 'INVALID', message: expect.stringMatching(message) }]);
    expect(await rowCounts(app)).toEqual(before);
  });

  test.each([
    [{ signatures: ['V1A'], secret: 'x' }, 'secret', 'secret was given, but V1 is not among the signatures V1A.'],
    [{ frappeSecret: 'x' }, 'frappeSecret', 'frappeSecret was given, but FRAPPE is not among the signatures V1.'],
  ])('refuses a secret for a scheme that does not sign: %j', async (input, field, message) => {
    const { userErrors } = await sign(app, 'createWebhook', { name: 'Partner', url: URL, ...input });
    expect(userErrors).toEqual([{ field: [field], code: 'INVALID', message }]);
  });
});

describe('signatures', () => {
  test('must not be empty', async () => {
    const { webhook } = await create();
    const fault = [{ field: ['signatures'], code: 'INVALID', message: expect.stringMatching(/^signatures is empty/) }];
    for (const [mutation, input] of [
      ['createWebhook', { name: 'Partner', url: URL, signatures: [] }],
      ['updateWebhook', { id: webhook.id, signatures: [] }],
    ] as const)
      expect((await sign(app, mutation, input)).userErrors).toEqual(fault);
    expect(await signingKeysOf(app, webhook.id)).toHaveLength(1);
  });

  test('must not become null', async () => {
    const { webhook } = await create();
    const { userErrors } = await sign(app, 'updateWebhook', { id: webhook.id, signatures: null });
    expect(userErrors).toMatchObject([{ field: ['signatures'], code: 'REQUIRED' }]);
  });

  test.each(['V2', 'v1', '', 1])('are not %p', async (scheme) => {
    await expect(sign(app, 'createWebhook', { name: 'P', url: URL, signatures: [scheme] })).rejects.toThrow(
      'BAD_USER_INPUT',
    );
  });

  test('that are added get a secret, which the answer shows this once', async () => {
    const { webhook } = await create();
    const added = await update(webhook.id, { signatures: ['V1', 'V1A', 'FRAPPE'] });
    expect(added).toMatchObject({ secret: null, publicKey: WHPK, frappeSecret: TEXT });
    const nothing = { secret: null, publicKey: null, frappeSecret: null };
    expect(await update(webhook.id, { signatures: ['FRAPPE', 'V1A', 'V1'] })).toMatchObject(nothing);
    expect(await update(webhook.id, { name: 'New' })).toMatchObject(nothing);
    expect(await signingKeysOf(app, webhook.id)).toHaveLength(3);
  });

  test('that are removed end at once, stay on record, and get another secret when they are added again', async () => {
    const { webhook, secret } = await create({ signatures: ['V1', 'V1A'] });
    await rotate(webhook.id);
    await update(webhook.id, { signatures: ['V1A'] });
    const keys = await signingKeysOf(app, webhook.id);
    expect(keys.map((key) => [key.scheme, key.live])).toEqual([
      ['V1', false],
      ['V1A', true],
      ['V1', false],
    ]);
    const again = await update(webhook.id, { signatures: ['V1', 'V1A'] });
    expect(again).toMatchObject({ secret: WHSEC, publicKey: null });
    expect(again.secret).not.toBe(secret);
    expect((await signingKeysOf(app, webhook.id)).filter((key) => key.live)).toHaveLength(2);
    expect(await auditTrailOf(app, webhook.id)).toEqual([
      'webhook.created',
      'webhook.secret_rotated',
      'webhook.updated',
      'webhook.updated',
    ]);
  });
});

describe('rotateWebhookSecret', () => {
  test('makes a new secret, and lets the old ones go on for a day', async () => {
    const { webhook, secret } = await create();
    const before = Date.now();
    const payload = await rotate(webhook.id);
    expect(payload).toEqual({ webhook, secret: WHSEC, publicKey: null, userErrors: [] });
    expect(payload.secret).not.toBe(secret);
    const [newer, older] = await signingKeysOf(app, webhook.id);
    expect(newer).toMatchObject({ scheme: 'V1', live: true, expiresAt: null });
    expect(older).toMatchObject({ scheme: 'V1', live: true });
    const overlap = Date.parse(older?.expiresAt as string) - before;
    expect(overlap).toBeGreaterThanOrEqual(DAY_MS);
    expect(overlap).toBeLessThan(DAY_MS + 10_000);
  });

  test('ends the old ones at once with an overlap of 0', async () => {
    const { webhook } = await create();
    await rotate(webhook.id, { overlapSeconds: 3600 });
    await rotate(webhook.id, { overlapSeconds: 0 });
    expect((await signingKeysOf(app, webhook.id)).map((key) => key.live)).toEqual([true, false, false]);
  });

  test('never lets an old one live longer than it would have', async () => {
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
      const message = `overlapSeconds is ${overlapSeconds}; it takes 0 to 604,800, which is 7 days.`;
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

  test('is of the managers', async () => {
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

  test('at once by many makes as many secrets, one after the other, and never more than ten', async () => {
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

test('no secret, made or given, private key included, can be read in the database or in the log', async () => {
  const given = { secret: ownV1(), frappeSecret: `frappé ${randomBytes(16).toString('hex')}` };
  const first = await create({ signatures: ['V1', 'V1A', 'FRAPPE'], ...given });
  const id = first.webhook.id;
  const seed = randomBytes(32);
  const texts = [
    given.secret,
    given.frappeSecret,
    (await create({ signatures: ['FRAPPE'] })).frappeSecret,
    (await rotate(id)).secret,
    (await rotate(id, { scheme: 'FRAPPE' })).secret,
  ];
  await rotate(id, { scheme: 'V1A', secret: `whsk_${seed.toString('base64')}` });
  const wrong = ownV1(70);
  await refused(id, { secret: wrong });
  const bytes = texts.filter((text) => text.startsWith('whsec_')).map((text) => Buffer.from(text.slice(6), 'base64'));
  expect(bytes).toHaveLength(2);
  const dump = await dumpOf(app.database);
  expect(dump).toContain('webhook.secret_rotated');
  expect(log).toContain('/graphql');
  for (const secret of [...texts, ...bytes, seed, wrong])
    for (const form of formsOf(secret)) {
      expect(dump).not.toContain(form);
      expect(log).not.toContain(form);
    }
});
