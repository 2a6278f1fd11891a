import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { createTestWebhook } from '../support/webhooks';

const app = useTestApi();
let administrator: string;

beforeAll(async () => {
  administrator = (await app.ask('{ viewer { id } }')).data.viewer.id;
});

async function actions(where: object, key?: string): Promise<string[]> {
  const answer = await app.ask(
    'query ($where: AuditEntryWhere) { auditEntries(where: $where) { nodes { action } } }',
    { where },
    key,
  );
  if (answer.errors) throw new Error(answer.errors[0]?.message);
  return answer.data.auditEntries.nodes.map((entry: { action: string }) => entry.action);
}

async function userWith(roles: string[]): Promise<{ id: string; name: string; key: string }> {
  const name = `audited-${Math.random()}`;
  const { user } = await mutate(app, 'createUser', { name, roles }, 'user { id }');
  const { token } = await mutate(app, 'createApiKey', { userId: user.id, label: 'test' }, 'token');
  return { id: user.id, name, key: token };
}

test('an entry says who did what to what, when, with which key, why and from where', async () => {
  const { id } = await createTestWebhook(app, 'https://partner.example/');
  await mutate(app, 'pauseWebhook', { id, reason: 'they are moving' });
  const { data } = await app.ask(
    `query ($id: ID!) { webhook(id: $id) { auditEntries(first: 1) { nodes {
      id action outcome actorKind actor { id } apiKey { label } subjectType subjectId reason before after remoteAddress requestId
    } } } }`,
    { id },
  );
  const [entry] = data.webhook.auditEntries.nodes;
  expect(entry).toEqual({
    id: expect.stringMatching(/^aud_[0-9a-f]{32}$/),
    action: 'webhook.paused',
    outcome: 'DONE',
    actorKind: 'USER',
    actor: { id: administrator },
    apiKey: { label: 'ADMIN_API_KEY' },
    subjectType: 'Webhook',
    subjectId: id,
    reason: 'they are moving',
    before: { status: 'ACTIVE', statusReason: null },
    after: { status: 'PAUSED', statusReason: 'they are moving' },
    remoteAddress: '127.0.0.1',
    requestId: expect.any(String),
  });
  const again = await app.ask(
    'query ($id: ID!) { auditEntry(id: $id) { action } node(id: $id) { ... on AuditEntry { action } } }',
    { id: entry.id },
  );
  expect(again.data).toEqual({ auditEntry: { action: 'webhook.paused' }, node: { action: 'webhook.paused' } });
});

test('entries are found by action, actor, key, subject, outcome, reason, request and time', async () => {
  const manager = await userWith(['SYSTEM_MANAGER']);
  const made = await app.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }',
    { input: { name: 'Theirs', url: 'https://partner.example/' } },
    manager.key,
  );
  const subject = made.data.createWebhook.webhook.id;
  const paused = 'mutation ($input: PauseWebhookInput!) { pauseWebhook(input: $input) { webhook { id } } }';
  await app.ask(paused, { input: { id: subject, reason: 'a reason of theirs' } }, manager.key);
  const found = await app.ask(
    'query ($where: AuditEntryWhere) { auditEntries(where: $where) { nodes { id createdAt requestId } } }',
    { where: { actor: { name: { eq: manager.name } }, action: { eq: 'webhook.paused' } } },
  );
  const [{ id, createdAt, requestId }] = found.data.auditEntries.nodes;

  const theirs = ['webhook.paused', 'webhook.created'];
  const of = { actor: { id: { eq: manager.id } } };
  expect(await actions(of)).toEqual(theirs);
  expect(await actions({ apiKey: { user: { id: { eq: manager.id } } } })).toEqual(theirs);
  expect(await actions({ subjectId: { eq: subject } })).toEqual(theirs);
  expect(await actions({ subjectId: { in: [subject, manager.id] } })).toEqual([...theirs, 'user.created']);
  expect(await actions({ ...of, action: { startsWith: 'webhook.p' } })).toEqual(['webhook.paused']);
  expect(await actions({ ...of, subjectType: { eq: 'User' } })).toEqual([]);
  expect(await actions({ ...of, outcome: { eq: 'DENIED' } })).toEqual([]);
  expect(await actions({ reason: { eq: 'a reason of theirs' } })).toEqual(['webhook.paused']);
  expect(await actions({ requestId: { eq: requestId } })).toEqual(['webhook.paused']);
  expect(await actions({ id: { eq: id } })).toEqual(['webhook.paused']);
  expect(await actions({ ...of, createdAt: { gte: createdAt } })).toEqual(['webhook.paused']);
  expect(await actions({ ...of, createdAt: { lt: createdAt } })).toEqual(['webhook.created']);
  expect(await actions({ ...of, remoteAddress: { eq: '192.0.2.1' } })).toEqual([]);
  expect(await actions({ ...of, not: { action: { contains: 'created' } } })).toEqual(['webhook.paused']);
  expect(await actions({ actorKind: { eq: 'SYSTEM' }, subjectId: { eq: subject } })).toEqual([]);
});

test.each([
  { where: { subjectId: { eq: '' } }, says: 'where.subjectId.eq: "" is not an id' },
  { where: { subjectId: { in: ['whk_1'] } }, says: 'where.subjectId.in: "whk_1" is not an id' },
  { where: { id: { eq: 'whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e' } }, says: 'is not the id of an AuditEntry' },
  { where: { action: { eq: 'a\u0000' } }, says: 'where.action.eq' },
])('a filter that names nothing is refused: %j', async ({ where, says }) => {
  const answer = await app.ask('query ($where: AuditEntryWhere) { auditEntries(where: $where) { nodes { id } } }', {
    where,
  });
  expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(answer.errors?.[0]?.message).toContain(says);
});

test('every role finds its own entries, and nobody those of others, by myAuditEntries', async () => {
  for (const role of ['INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR', 'PUBLISHER']) {
    const { id, key } = await userWith([role]);
    const [row] = await app.database.query<{ id: string }>(
      `insert into audit_entries (id, at, action, actor_id, actor_kind, subject_type, subject_id)
       values (new_id(), now(), 'made.by_test', $1, 'USER', 'User', $1) returning id`,
      [`${id.slice(4, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20, 24)}-${id.slice(24)}`],
    );
    const own = await app.ask('{ myAuditEntries { nodes { id action subjectId } totalCount } }', undefined, key);
    const entry = { id: `aud_${row?.id.replaceAll('-', '')}`, action: 'made.by_test', subjectId: id };
    expect({ role, ...own.data?.myAuditEntries }).toEqual({ role, nodes: [entry], totalCount: 1 });
    const { errors } = await app.ask('{ auditEntries { nodes { id } } }', undefined, key);
    expect({ role, code: errors?.[0]?.extensions.code }).toEqual({
      role,
      code: role === 'AUDITOR' ? undefined : 'FORBIDDEN',
    });
  }
});

test('who had which role when is told by the entries of a user', async () => {
  const { id } = await userWith(['SUPPORT']);
  await mutate(app, 'updateUser', { id, roles: ['AUDITOR', 'SUPPORT'] });
  await mutate(app, 'updateUser', { id, roles: ['AUDITOR', 'SUPPORT'], fullName: 'Amina' });
  await mutate(app, 'updateUser', { id, roles: [], active: false });
  const { data } = await app.ask(
    `query ($id: ID!) { auditEntries(where: { subjectId: { eq: $id } }, orderBy: { direction: ASC }) {
      nodes { action before after } } }`,
    { id },
  );
  expect(data.auditEntries.nodes).toEqual([
    { action: 'user.created', before: null, after: expect.objectContaining({ roles: ['SUPPORT'] }) },
    { action: 'user.role_changed', before: { roles: ['SUPPORT'] }, after: { roles: ['AUDITOR', 'SUPPORT'] } },
    { action: 'user.updated', before: { fullName: null }, after: { fullName: 'Amina' } },
    { action: 'user.updated', before: { active: true }, after: { active: false } },
    { action: 'user.role_changed', before: { roles: ['AUDITOR', 'SUPPORT'] }, after: { roles: [] } },
  ]);
  const administrators = await actions({ subjectId: { eq: administrator }, action: { eq: 'user.created' } });
  expect(administrators).toEqual(['user.created']);
});

test('pages continue where they ended, while entries are added', async () => {
  const { id } = await createTestWebhook(app, 'https://partner.example/');
  for (const name of ['a', 'b', 'c']) await mutate(app, 'updateWebhook', { id, name });
  const query = `query ($id: ID!, $after: String) { webhook(id: $id) {
    auditEntries(first: 2, after: $after) { nodes { after } pageInfo { endCursor hasNextPage } } } }`;
  const first = (await app.ask(query, { id })).data.webhook.auditEntries;
  await mutate(app, 'updateWebhook', { id, name: 'd' });
  const second = (await app.ask(query, { id, after: first.pageInfo.endCursor })).data.webhook.auditEntries;
  expect(first.nodes.map((entry: { after: { name: string } }) => entry.after.name)).toEqual(['c', 'b']);
  expect(second.nodes[0].after).toEqual({ name: 'a' });
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
});
