import { randomBytes } from 'node:crypto';
import { startTestApp, type TestApp } from '../../support/app';
import { dumpOf, formsOf } from '../../support/dump';
import { auditTrailOf, rowCounts, URL } from '../webhook-changes';
import { ownV1, TEXT, WHPK, WHSEC } from './secret-forms';
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
