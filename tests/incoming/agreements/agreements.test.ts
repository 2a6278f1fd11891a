import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { uuidOf } from '../../../src/values/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { dumpOf, formsOf } from '../../support/dump';
import { askMutation, mutate } from '../../support/mutate';
import { agree } from '../callers';

let app: TestApp;
let log = '';

beforeAll(async () => {
  const write = (line: string) => {
    log += line;
  };
  const certificates = { TRUSTED_PROXIES: '127.0.0.1', CLIENT_CERT_HEADER: 'X-Client-Cert' };
  app = await startTestApp({ PROCESSES: 'api', LOG_LEVEL: 'trace', ...certificates }, { write });
});
afterAll(() => app.stop());

const TOKEN = /^in_[0-9A-Za-z]{46}$/;
const WHSEC = expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/);
const TEXT = expect.stringMatching(/^[\w-]{43}$/);
const MADE = 'webhook { id status direction documentType url signatures } address token secret publicKey frappeSecret';
const create = (input: object) =>
  mutate(app, 'createWebhook', { name: 'Caller', direction: 'INCOMING', ...input }, MADE);

test.each([
  [undefined, 'Standard Webhooks', WHSEC],
  ['STANDARD_WEBHOOKS', 'Standard Webhooks', WHSEC],
  ['SVIX', 'Svix', WHSEC],
  ['GITHUB', 'GitHub', TEXT],
  ['GITLAB', 'GitLab', TEXT],
  ['STRIPE', 'Stripe', null],
  ['SHOPIFY', 'Shopify', null],
  ['SLACK', 'Slack', null],
  ['TWILIO', 'Twilio', null],
  ['MAILGUN', 'Mailgun', null],
  ['FRAPPE', 'Frappe', TEXT],
  ['MTLS', 'mTLS', null],
  ['NONE', 'Unsigned call', null],
])(
  'an agreement with %s without a secret gets one, unless the partner issues them',
  async (provider, title, secret) => {
    const made = await create({ provider });
    expect(made).toEqual({
      webhook: {
        id: expect.stringMatching(/^whk_/),
        status: 'ACTIVE',
        direction: 'INCOMING',
        documentType: title,
        url: null,
        signatures: [],
      },
      address: `${app.url}/in/${made.token}`,
      token: expect.stringMatching(TOKEN),
      secret,
      publicKey: null,
      frappeSecret: null,
      userErrors: [],
    });
  },
);

const PEM = readFileSync(join(__dirname, '../../delivery/fixtures/client.pem'), 'utf8');

test.each([
  ['STANDARD_WEBHOOKS', `whsec_${randomBytes(24).toString('base64')}`, 'V1'],
  ['STANDARD_WEBHOOKS', `whpk_${randomBytes(32).toString('base64')}`, 'V1A'],
  ['SVIX', `whsec_${randomBytes(64).toString('base64')}`, 'V1'],
  ['GITHUB', 'ein Gehéimnis – 🗝', 'TEXT'],
  ['GITLAB', 'a-secret-token', 'TEXT'],
  ['GITLAB', `whsec_${randomBytes(32).toString('base64')}`, 'V1'],
  ['STRIPE', 'whsec_issued-by-stripe', 'TEXT'],
  ['SHOPIFY', 'a client secret of Shopify', 'TEXT'],
  ['SLACK', 'a signing secret of Slack', 'TEXT'],
  ['TWILIO', 'an auth token of Twilio', 'TEXT'],
  ['MAILGUN', 'a signing key of Mailgun', 'TEXT'],
  ['FRAPPE', 'a secret that Frappe has', 'TEXT'],
  ['MTLS', PEM, 'CERTIFICATE'],
  ['MTLS', `${'ab:'.repeat(31)}CD`, 'CERTIFICATE'],
])('an agreement with %s takes a secret of your own, and does not repeat it', async (provider, secret, kind) => {
  const made = await create({ provider, secret });
  expect([made.userErrors, made.secret]).toEqual([[], null]);
  const read = await app.ask(
    'query ($id: ID!) { webhook(id: $id) { incoming { verificationKeys { kind live expiresAt } } } }',
    {
      id: made.webhook.id,
    },
  );
  expect(read.data.webhook.incoming.verificationKeys).toEqual([{ kind, live: true, expiresAt: null }]);
});

const STANDARD_RIGHT = /^secret must be `whsec_` and base64 of 24 to 64 bytes, or that base64 alone, or `whpk_`/;
const TEXT_RIGHT = /^secret must be .*16 to 500 characters/;
test.each<[string, string, RegExp]>([
  ['STANDARD_WEBHOOKS', 'hunter22-hunter22', STANDARD_RIGHT],
  ['STANDARD_WEBHOOKS', `whsec_${randomBytes(23).toString('base64')}`, STANDARD_RIGHT],
  ['STANDARD_WEBHOOKS', `whpk_${randomBytes(31).toString('base64')}`, STANDARD_RIGHT],
  ['STANDARD_WEBHOOKS', `whsk_${randomBytes(32).toString('base64')}`, STANDARD_RIGHT],
  ['GITHUB', 'hunter22\nhunter22', TEXT_RIGHT],
  ['GITHUB', ' hunter22-hunter22', TEXT_RIGHT],
  ['GITHUB', 'hunter22'.repeat(63), TEXT_RIGHT],
  ['GITHUB', 'hunter22', TEXT_RIGHT],
  ['GITHUB', 'hunter22-hunter22\ud83d', TEXT_RIGHT],
  ['GITHUB', 'hunter22-hunter22\u0000', TEXT_RIGHT],
  ['TWILIO', 'hunter22hunter2', /^secret must be the account's auth token.*16 to 500 characters/],
  ['GITLAB', 'whsec_hunter22-hunter22', /^secret must be GitLab's signing token/],
  ['STRIPE', 'sk_live_hunter22-hunter22', /^secret must be the endpoint's signing secret/],
  ['SLACK', 'hunter22\u0007hunter22', /^secret must be the app's signing secret/],
  ['MTLS', 'hunter22-hunter22', /^secret must be a certificate in PEM, or its SHA-256 fingerprint/],
  ['MTLS', PEM.slice(0, 200), /^secret must be a certificate in PEM/],
  ['NONE', 'hunter22-hunter22', /^Unsigned call has no secret: leave it out\.$/],
])('refuses for %s a secret that it cannot have, and does not repeat it', async (provider, secret, message) => {
  const made = await create({ provider, secret });
  expect(made).toMatchObject({ webhook: null, address: null, token: null, secret: null });
  expect(made.userErrors).toEqual([{ field: ['secret'], code: 'INVALID', message: expect.stringMatching(message) }]);
  expect(JSON.stringify(made)).not.toContain('hunter22');
});

test('two agreements never share an address, whatever else they share', async () => {
  const made = [await agree(app), await agree(app)];
  expect(new Set(made.map((each) => each.token)).size).toBe(2);
  expect(new Set(made.map((each) => each.secret)).size).toBe(2);
});

test('what was agreed can be read, but for secret and token', async () => {
  const target = await mutate(app, 'createWebhook', { name: 'ERP', url: 'https://erp.example/x' }, 'webhook { id }');
  const { webhook } = await create({
    provider: 'HMAC',
    verification: {
      header: 'X-Sum',
      prefix: 'v1=',
      algorithm: 'SHA512',
      encoding: 'BASE64',
      signed: '{timestamp}.{id}.{body}',
      timestampHeader: 'X-Time',
      idHeader: 'X-Id',
    },
    toleranceSeconds: 60,
    eventLocation: { from: 'HEADER', name: 'X-Event' },
    idLocation: { from: 'HEADER', name: 'X-Id' },
    referenceLocation: { from: 'JSON', name: '$.invoice.number' },
    becomes: 'FORWARD',
    forwardTo: [target.webhook.id],
    answer: { statusCode: 202, body: '<ok/>', contentType: 'text/xml' },
    events: ['paid', 'paid', 'void'],
    documentType: 'Invoice',
    rateLimit: { maxRequests: 5, seconds: 10 },
  });
  const query = `query ($id: ID!) { webhook(id: $id) { documentType events rateLimit { maxRequests seconds } url condition
    incoming { provider toleranceSeconds becomes forwardTo { id } answer { statusCode body contentType }
      verification { header query prefix algorithm encoding signed timestampHeader idHeader username }
      eventLocation { from name } idLocation { from name } referenceLocation { from name } verificationKeys { kind live }
      addresses { expiresAt } } } }`;
  const { data, errors } = await app.ask(query, { id: webhook.id });
  expect(errors).toBeUndefined();
  expect(data.webhook).toEqual({
    documentType: 'Invoice',
    events: ['paid', 'void'],
    rateLimit: { maxRequests: 5, seconds: 10 },
    url: null,
    condition: null,
    incoming: {
      provider: 'HMAC',
      toleranceSeconds: 60,
      becomes: 'FORWARD',
      forwardTo: [{ id: target.webhook.id }],
      answer: { statusCode: 202, body: '<ok/>', contentType: 'text/xml' },
      verification: {
        header: 'X-Sum',
        query: null,
        prefix: 'v1=',
        algorithm: 'SHA512',
        encoding: 'BASE64',
        signed: '{timestamp}.{id}.{body}',
        timestampHeader: 'X-Time',
        idHeader: 'X-Id',
        username: null,
      },
      eventLocation: { from: 'HEADER', name: 'X-Event' },
      idLocation: { from: 'HEADER', name: 'X-Id' },
      referenceLocation: { from: 'JSON', name: '$.invoice.number' },
      verificationKeys: [{ kind: 'TEXT', live: true }],
      addresses: [{ expiresAt: null }],
    },
  });
});

test.each(['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)(
  '%s makes no agreement and replaces no address',
  async (role) => {
    const key = await app.keyFor(role);
    const { id } = await agree(app);
    const input = { name: 'x', direction: 'INCOMING' };
    for (const answer of [
      await askMutation(app, 'createWebhook', input, 'token', key),
      await askMutation(app, 'rotateWebhookToken', { id }, 'token', key),
      await askMutation(app, 'rotateWebhookSecret', { id }, 'secret', key),
      await askMutation(app, 'updateWebhook', { id, name: 'y' }, 'secret', key),
    ])
      expect([answer.errors?.[0]?.extensions.code, JSON.stringify(answer.data ?? {})]).toEqual([
        'FORBIDDEN',
        expect.not.stringContaining('in_'),
      ]);
  },
);

test('neither secret nor token can be read in the database, in the audit trail or in the log', async () => {
  const own = randomBytes(20).toString('hex');
  const made = [
    await agree(app),
    await agree(app, { provider: 'GITHUB', secret: own }),
    await agree(app, { provider: 'GITHUB' }),
  ];
  const renewed = await mutate(app, 'rotateWebhookToken', { id: made[0]?.id }, 'token address');
  const again = await mutate(app, 'rotateWebhookSecret', { id: made[2]?.id }, 'secret');
  for (const { address } of [...made, renewed]) await fetch(address, { method: 'POST', body: 'x' });
  const dump = await dumpOf(app.database);
  expect(dump).toContain('webhook.token_rotated');
  expect(log).toContain('/in/[token]');
  const whsec = Buffer.from(String(made[0]?.secret).slice(6), 'base64');
  const texts = [
    own,
    whsec,
    made[0]?.secret,
    made[2]?.secret,
    again.secret,
    renewed.token,
    ...made.map((each) => each.token),
  ];
  for (const secret of texts as string[]) {
    expect(secret.length).toBeGreaterThan(20);
    for (const form of formsOf(secret)) {
      expect([dump.includes(form), log.includes(form)]).toEqual([false, false]);
    }
  }
});

test('the audit trail says what was agreed, changed and replaced, and by whom', async () => {
  const { id } = await agree(app, { provider: 'GITHUB' });
  await mutate(app, 'updateWebhook', { id, toleranceSeconds: 60, answer: { statusCode: 202 } });
  await mutate(app, 'rotateWebhookToken', { id, overlapSeconds: 5 });
  await mutate(app, 'rotateWebhookSecret', { id, overlapSeconds: 6 });
  const rows = await app.database.query<{ action: string; details: string; actor: string }>(
    `select a.action, a.details, u.name as actor from audit_entries a join users u on u.id = a.actor_id
     where a.subject_id = $1 order by a.id`,
    [uuidOf('Webhook', id)],
  );
  expect(rows.map(({ action, actor, details }) => ({ action, actor, details: JSON.parse(details) }))).toEqual([
    {
      action: 'webhook.created',
      actor: 'Administrator',
      details: {
        after: expect.objectContaining({
          name: 'Caller',
          direction: 'INCOMING',
          provider: 'GITHUB',
          becomes: 'BUSINESS_EVENT',
          forwardTo: [],
        }),
      },
    },
    {
      action: 'webhook.updated',
      actor: 'Administrator',
      details: {
        version: 2,
        before: { toleranceSeconds: 300, answer: { statusCode: 200, body: null, contentType: null } },
        after: { toleranceSeconds: 60, answer: { statusCode: 202, body: null, contentType: null } },
      },
    },
    { action: 'webhook.token_rotated', actor: 'Administrator', details: { overlapSeconds: 5 } },
    {
      action: 'webhook.secret_rotated',
      actor: 'Administrator',
      details: { overlapSeconds: 6, keyId: expect.stringMatching(/^sig_/) },
    },
  ]);
});
