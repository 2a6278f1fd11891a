import { uuidOf } from '../../src/values/ids';
import { seedRequest } from '../request-log/pages/seeded-log';
import { useTestApi } from '../support/app';
import { askIn, post, sessionFor } from '../support/browser-session';
import { mutate } from '../support/mutate';
import { createTestWebhook } from '../support/webhooks';

const app = useTestApi();
let request: string;
let webhook: string;
let support: string;

beforeAll(async () => {
  ({ id: webhook } = await createTestWebhook(app, 'https://partner.example/', { supportMayReveal: true }));
  request = await seedRequest(app.database, {
    webhookId: uuidOf('Webhook', webhook),
    headers: [['X-Customer', 'ACME']],
  });
  support = await app.keyFor('SUPPORT');
});

const REASON = 'Ticket 4711: the partner rejects it';
const REVEAL = `mutation ($input: RevealContentInput!) { revealContent(input: $input) {
  content { data headerList { name value } } userErrors { field code message } } }`;
const input = (more: object = {}) => ({ input: { requestId: request, parts: ['HEADERS'], reason: REASON, ...more } });
const entries = () =>
  app.database.query<{ reason: string; details: string; session_id: string | null }>(
    `select reason, details, session_id from audit_entries where action = 'content.revealed' order by id`,
  );

async function reveal(more: object = {}, key = support) {
  return askIn(app.url, await sessionFor(app.url, key), REVEAL, input(more));
}

test('shows the parts that were asked for, once, after its entry, and no cache may keep it', async () => {
  const browser = await sessionFor(app.url, support);
  const answer = await post(`${app.url}/graphql`, { query: REVEAL, variables: input() }, browser);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.json.data.revealContent).toEqual({
    content: { data: null, headerList: [{ name: 'X-Customer', value: 'ACME' }] },
    userErrors: [],
  });
  const [entry, ...others] = await entries();
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ reason: REASON, session_id: expect.any(String) });
  expect(JSON.parse(entry?.details ?? '')).toEqual({ parts: ['HEADERS'] });
  const after = await askIn(app.url, browser, `{ webhookRequestLog(id: "${request}") { headers } }`);
  expect(after.data.webhookRequestLog.headers).toEqual({ 'x-customer': '***' });
});

test.each([
  { more: { reason: '' }, field: 'reason', says: 'must not be empty' },
  { more: { reason: ' '.repeat(20) }, field: 'reason', says: 'must not be empty' },
  { more: { reason: 'x'.repeat(10_000) }, field: 'reason', says: 'at most 1000 are allowed' },
  { more: { reason: 'Ticket 4711 \u0000' }, field: 'reason', says: 'control character' },
  { more: { reason: 'Ticket 4711 \ud800' }, field: 'reason', says: 'surrogate' },
  { more: { parts: [] }, field: 'parts', says: 'must name some of DATA' },
  { more: { requestId: 'req_1' }, field: 'requestId', says: 'no request with this id' },
  { more: { requestId: 'req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e' }, field: 'requestId', says: 'no request with this id' },
])('$field is refused: $says', async ({ more, field, says }) => {
  const before = await entries();
  const { data } = await reveal(more);
  expect(data.revealContent.content).toBeNull();
  expect(data.revealContent.userErrors).toMatchObject([{ field: [field], message: expect.stringContaining(says) }]);
  expect(await entries()).toEqual(before);
});

test('an API key reveals nothing, and an old session neither', async () => {
  const before = await entries();
  const withKey = await app.ask(REVEAL, input(), support);
  expect(withKey.data.revealContent).toMatchObject({
    content: null,
    userErrors: [{ message: expect.stringContaining('without an API key') }],
  });
  const browser = await sessionFor(app.url, support);
  await app.database.query(`update sessions set created_at = now() - interval '16 minutes'`);
  const { data } = await askIn(app.url, browser, REVEAL, input());
  expect(data.revealContent).toMatchObject({
    content: null,
    userErrors: [{ message: expect.stringContaining('more than 15 minutes ago') }],
  });
  expect(await entries()).toEqual(before);
});

test.each(['AUDITOR', 'INTEGRATION_MANAGER', 'PUBLISHER'] as const)('%s is refused', async (role) => {
  const { data, errors } = await reveal({}, await app.keyFor(role));
  expect(data).toBeNull();
  expect(errors).toMatchObject([
    {
      message: `Mutation.revealContent needs one of the roles SUPPORT. The caller has ${role}.`,
      extensions: { code: 'FORBIDDEN' },
    },
  ]);
});

test('a webhook that does not allow it is refused by its name, and so is a request without one', async () => {
  await mutate(app, 'updateWebhook', { id: webhook, supportMayReveal: false });
  const refused = await reveal();
  expect(refused.errors).toMatchObject([
    { message: expect.stringContaining('Partner does not let SUPPORT'), extensions: { code: 'FORBIDDEN' } },
  ]);
  const alone = await seedRequest(app.database, {});
  expect((await reveal({ requestId: alone })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  await mutate(app, 'updateWebhook', { id: webhook, supportMayReveal: true });
});

test('rule 10: a request whose content was erased reveals nothing', async () => {
  const erased = await seedRequest(app.database, { webhookId: uuidOf('Webhook', webhook) });
  await app.database.query('set session_replication_role = replica');
  await app.database.query(
    `update webhook_request_logs set content_salt = null, erased_digests = '{}', erasure_id = new_id() where id = $1`,
    [uuidOf('WebhookRequestLog', erased)],
  );
  await app.database.query('set session_replication_role = origin');
  const { data } = await reveal({ requestId: erased });
  expect(data.revealContent).toMatchObject({
    content: null,
    userErrors: [{ field: ['requestId'], message: expect.stringContaining('was erased') }],
  });
});

test('without an entry there is no answer', async () => {
  const session = await sessionFor(app.url, support);
  await app.database.query(
    `create function refuse_entries() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`,
  );
  await app.database.query(
    'create trigger refuse_entries before insert on audit_entries for each row execute function refuse_entries()',
  );
  try {
    const { data, errors } = await askIn(app.url, session, REVEAL, input());
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(data)).not.toContain('ACME');
  } finally {
    await app.database.query('drop trigger refuse_entries on audit_entries');
    await app.database.query('drop function refuse_entries');
  }
});

test('thirty within an hour, also when they come at once', async () => {
  const other = await app.keyFor('SUPPORT');
  const browser = await sessionFor(app.url, other);
  const aliases = Array.from({ length: 4 }, (_, n) => `r${n}: revealContent(input: $input) { content { data } }`);
  const query = `mutation ($input: RevealContentInput!) { ${aliases.join(' ')} }`;
  const answers = await Promise.all(Array.from({ length: 8 }, () => askIn(app.url, browser, query, input())));
  const refused = answers.flatMap(({ errors }) => errors ?? []);
  const messages = new Set(refused.map(({ message }: { message: string }) => message));
  expect([...messages]).toEqual([expect.stringContaining('30 times within an hour')]);
  // the refusals are one or two: what follows a refused field in its document is not begun
  const [revealed] = await app.database.query(
    `select count(*)::int as entries from audit_entries where action = 'content.revealed' and session_id =
       (select id from sessions order by id desc limit 1)`,
  );
  expect(revealed).toEqual({ entries: 30 });
});
