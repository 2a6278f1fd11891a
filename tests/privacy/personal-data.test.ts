// The file of everything about a person, and the partners that must be informed of an erasure.
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

const REASON = 'Request 16 under Art. 15';

interface Line {
  kind: string;
  [field: string]: unknown;
}

let app: TestApp;
let partner: Receiver;
let host: string;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  host = new URL(partner.url).host;
  await createTestWebhook(app, partner.url, { name: 'the partner', documentType: 'Customer' });
  await createTestWebhook(app, 'http://127.0.0.1:9/', {
    name: 'nobody listens',
    documentType: 'Customer',
    retrySchedule: [0],
  });
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

/** @returns the id of the event, when its deliveries have ended */
async function settled(name: string, more: object = {}): Promise<string> {
  const [event = ''] = await publish(app, [invoice(name, { documentType: 'Customer', data: { name }, ...more })]);
  await waitFor('the deliveries', async () => {
    const { data } = await app.ask(`{ businessEvent(id: "${event}") { deliveries { nodes { status } } } }`);
    const states = data.businessEvent.deliveries.nodes.map(({ status }: { status: string }) => status).sort();
    return states.join() === 'DELIVERED,EXHAUSTED';
  });
  return event;
}

async function order(target: object): Promise<{ id: string; url: string }> {
  const answer = await mutate(app, 'exportPersonalData', { target, reason: REASON }, 'export { id url kind }');
  expect(answer.userErrors).toEqual([]);
  expect(answer.export.kind).toBe('PERSON');
  return answer.export;
}

const download = (path: string, key = app.adminKey) =>
  fetch(`${app.url}${path}`, { headers: { authorization: `Bearer ${key}` } });

async function linesOf(input: object): Promise<Line[]> {
  const text = await (await download((await order(input)).url)).text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const kindsOf = (lines: Line[]) => {
  const counts: Record<string, number> = {};
  for (const { kind } of lines) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

test('the file of a user has who they are, what they caused and did, and who received it', async () => {
  const { user } = await mutate(
    app,
    'createUser',
    { name: 'jane.doe', fullName: 'Jane Doe', email: 'jane@example.com', roles: ['INTEGRATION_MANAGER'] },
    'user { id }',
  );
  const { token } = await mutate(app, 'createApiKey', { userId: user.id, label: 'her laptop' }, 'token');
  await app.ask(
    'mutation { pauseDeliveries(input: { reason: "She tried it" }) { userErrors { message } } }',
    {},
    token,
  );
  await app.ask(
    'mutation { resumeDeliveries(input: { reason: "She tried it" }) { userErrors { message } } }',
    {},
    token,
  );
  await mutate(app, 'updateUser', { id: user.id, fullName: 'Jane Roe' }, 'user { id }');
  const event = await settled('JANE-1', { user: 'jane.doe' });
  await settled('ANOTHER-1');
  const lines = await linesOf({ userId: user.id });
  expect(kindsOf(lines)).toEqual({
    user: 1,
    name: 2,
    apiKey: 1,
    auditEntry: expect.any(Number),
    event: 1,
    delivery: 2,
    request: 2,
    recipient: 1,
  });
  const of = (kind: string) => lines.filter((line) => line.kind === kind);
  expect(of('user')[0]).toMatchObject({ id: user.id, fullName: 'Jane Roe', email: 'jane@example.com' });
  expect(of('name').map(({ name, fullName }) => [name, fullName])).toEqual([
    ['jane.doe', 'Jane Doe'],
    ['jane.doe', 'Jane Roe'],
  ]);
  expect(of('apiKey')[0]).toMatchObject({ label: 'her laptop' });
  expect(JSON.stringify(of('apiKey'))).not.toContain(token);
  expect(of('event')[0]).toMatchObject({ id: event, data: { name: 'JANE-1' }, erasedBy: null });
  expect(of('request').map(({ status, data }) => ({ status, data }))).toContainEqual(
    expect.objectContaining({ status: 'SUCCEEDED' }),
  );
  // a refused connection has brought the partner nothing
  expect(of('recipient')).toEqual([
    expect.objectContaining({
      webhookName: 'the partner',
      host,
      requestCount: 1,
      firstAt: expect.stringMatching(/Z$/),
    }),
  ]);
  const actions = of('auditEntry').map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['deliveries.paused', 'user.created', 'api_key.created']));
  expect(new Set(of('auditEntry').map(({ id }) => id)).size).toBe(actions.length);
  expect(JSON.stringify(lines)).not.toContain('ANOTHER-1');
});

test('a person whom documents name has a file, which says what was erased and by which order', async () => {
  await settled('MAX-1', { data: { name: 'MAX-1', contact: 'max@example.com' } });
  await waitFor('the index', async () => {
    const { data } = await app.ask(
      'mutation { previewErasure(input: { target: { where: { search: "max@example.com" } } }) { preview { rowCount } } }',
    );
    return data.previewErasure.preview.rowCount === 5;
  });
  const before = await linesOf({ where: { search: 'max@example.com' } });
  expect(kindsOf(before)).toMatchObject({ event: 1, delivery: 2, request: 2, recipient: 1 });
  const preview = `mutation { previewErasure(input: { target: { businessDocument: { documentType: "Customer", name: "MAX-1" } } }) { preview { complete recipients { host
    requestCount webhookName webhook { name } } } } }`;
  const told = { host, requestCount: 1, webhookName: 'the partner' };
  const linked = { ...told, webhook: { name: 'the partner' } };
  expect((await app.ask(preview)).data.previewErasure.preview).toEqual({ complete: true, recipients: [linked] });
  const { id, url } = await order({ businessDocument: { documentType: 'Customer', name: 'MAX-1' } });
  const { erasure } = await mutate(
    app,
    'eraseDocument',
    { documentType: 'Customer', name: 'MAX-1', reason: REASON },
    'erasure { id }',
  );
  const done = await waitFor('the erasure', async () => {
    const { data } = await app.ask(
      `{ erasure(id: "${erasure.id}") { status recipients { host requestCount webhookName } } }`,
    );
    return data.erasure.status === 'DONE' && data.erasure;
  });
  expect(done.recipients).toEqual([told]);
  const text = await (await download(url)).text();
  expect(text).not.toContain('MAX-1');
  expect(text).not.toContain('max@example.com');
  const lines: Line[] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const rows = lines.filter(({ kind }) => ['event', 'delivery', 'request'].includes(kind));
  expect(rows).toHaveLength(5);
  expect(rows.every(({ erasedBy }) => erasedBy === erasure.id)).toBe(true);
  expect(lines).toContainEqual(expect.objectContaining({ kind: 'erasure', id: erasure.id, erasureKind: 'DOCUMENT' }));
  expect(lines).toContainEqual(expect.objectContaining({ kind: 'recipient', webhookName: 'the partner', host }));
  const { data } = await app.ask(`{ export(id: "${id}") { user { id } where downloads completedAt } }`);
  expect(data.export).toMatchObject({ user: null, where: null, downloads: 1 });
});

test('only a SYSTEM_MANAGER orders and downloads it, and not without an entry in the audit trail', async () => {
  await settled('ROLES-1');
  const { url, id } = await order({ businessDocument: { documentType: 'Customer', name: 'ROLES-1' } });
  for (const role of ['AUDITOR', 'INTEGRATION_MANAGER', 'SUPPORT'] as const) {
    const key = await app.keyFor(role);
    expect((await download(url, key)).status).toBe(403);
    const query = `mutation { exportPersonalData(input: { target: { businessDocument: { documentType: "Customer", name: "ROLES-1" } }, reason: "${REASON}" }) {
      export { id } } }`;
    expect((await app.ask(query, undefined, key)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
  expect((await download(`${url}?after=req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e`)).status).toBe(400);
  const entry = await app.ask(
    `{ auditEntries(where: { action: { eq: "export.ordered" } }, first: 1) { nodes { reason } } }`,
  );
  expect(entry.data.auditEntries.nodes).toEqual([{ reason: REASON }]);
  await app.database.query(`create function no_entries() returns trigger language plpgsql as $$
    begin raise exception 'no entry'; end $$`);
  await app.database.query(`create trigger no_entries before insert on audit_entries for each row
    when (new.action = 'export.download_begun') execute function no_entries()`);
  const refused = await download(url);
  expect(refused.status).toBe(500);
  expect(await refused.text()).not.toContain('ROLES-1');
  await app.database.query('drop trigger no_entries on audit_entries');
  expect(await (await download(url)).text()).toContain('ROLES-1');
  await app.database.query('update exports set expires_at = now()');
  expect((await download(url)).status).toBe(410);
  // written when the response has ended
  await waitFor(
    'the rows that were sent',
    async () => (await app.ask(`{ export(id: "${id}") { rowsSent } }`)).data.export.rowsSent > 0,
  );
});

const NOBODY = 'usr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e';
const customer = (name: string) => ({ businessDocument: { documentType: 'Customer', name } });

test.each([
  { target: { userId: NOBODY }, field: ['target', 'userId'], code: 'NOT_FOUND' },
  { target: { userId: 'whk_1' }, field: ['target', 'userId'], code: 'NOT_FOUND' },
  { target: customer('NOT-THERE'), field: ['target', 'businessDocument', 'name'], code: 'NOT_FOUND' },
  { target: customer('NUL\u0000'), field: ['target', 'businessDocument', 'name'], code: 'INVALID' },
  { target: customer('x'.repeat(10_000)), field: ['target', 'businessDocument', 'name'], code: 'TOO_LARGE' },
  { target: { where: {} }, field: ['target', 'where'], code: 'INVALID' },
  { target: { userId: NOBODY }, reason: '', field: ['reason'], code: 'REQUIRED' },
])('$target is refused', async ({ target, reason = REASON, field, code }) => {
  const answer = await mutate(app, 'exportPersonalData', { target, reason }, 'export { id }');
  expect(answer.export).toBeNull();
  expect(answer.userErrors).toContainEqual(expect.objectContaining({ field, code }));
});
