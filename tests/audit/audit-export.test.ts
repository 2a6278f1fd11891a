import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';

const app = useTestApi();

function fetchTrail(query = '', key: string | null = app.adminKey): Promise<Response> {
  const headers = key === null ? undefined : { authorization: `Bearer ${key}` };
  return fetch(`${app.url}/audit-entries${query}`, { ...(headers && { headers }) });
}

interface Line {
  id: string;
  action: string;
  createdAt: string;
}

async function linesOf(query = ''): Promise<Line[]> {
  const response = await fetchTrail(query);
  expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({
    status: 200,
    type: 'application/x-ndjson',
  });
  const text = await response.text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

test('the file has every entry that precedes it, oldest first, with names and ids', async () => {
  const { id } = await createTestWebhook(app, 'https://partner.example/');
  await mutate(app, 'pauseWebhook', { id, reason: 'they are moving' });
  const lines = await linesOf();
  const stored = await app.database.query<{ action: string }>(
    `select action from audit_entries where id < (select id from audit_entries where action = 'audit.exported' order by id desc limit 1) order by id`,
  );
  expect(lines.map(({ action }) => action)).toEqual(stored.map(({ action }) => action));
  expect(lines.at(-1)).toEqual({
    id: expect.stringMatching(/^aud_/),
    createdAt: expect.stringMatching(/Z$/),
    action: 'webhook.paused',
    outcome: 'DONE',
    actorKind: 'USER',
    actorId: expect.stringMatching(/^usr_/),
    actorName: 'Administrator',
    apiKeyId: expect.stringMatching(/^key_/),
    sessionId: null,
    subjectType: 'Webhook',
    subjectId: id,
    reason: 'they are moving',
    before: { status: 'ACTIVE', statusReason: null },
    after: { status: 'PAUSED', statusReason: 'they are moving' },
    details: null,
    criteria: null,
    remoteAddress: '127.0.0.1',
    userAgent: expect.any(String),
    identityIssuer: null,
    identitySubject: null,
    requestId: expect.any(String),
  });
});

test('a trail of some thousand entries is whole, and has each once', async () => {
  await app.database.query(`insert into audit_entries (id, at, action, actor_kind)
    select new_id(), date_trunc('milliseconds', clock_timestamp()), 'sign_in.refused', 'SYSTEM' from generate_series(1, 2100)`);
  const ids = (await linesOf()).map(({ id }) => id);
  const [stored] = await app.database.query<{ n: number }>(
    `select count(*)::int as n from audit_entries where id < (
      select id from audit_entries where action = 'audit.exported' order by id desc limit 1)`,
  );
  expect([ids.length, new Set(ids).size]).toEqual([stored?.n, stored?.n]);
});

test('after, from and to bound it; what is new follows the last line', async () => {
  const before = await linesOf();
  await createTestWebhook(app, 'https://partner.example/');
  const last = before.at(-1) as Line;
  await waitFor('the end of the first export', async () => {
    const entries = await app.database.query(`select from audit_entries where action = 'audit.export_ended'`);
    return entries.length > 0;
  });
  const news = await linesOf(`?after=${last.id}`);
  expect(news.map(({ action }) => action)).toContain('webhook.created');
  expect(news.map(({ id }) => id)).not.toContain(last.id);
  const created = news.find(({ action }) => action === 'webhook.created') as Line;
  expect((await linesOf(`?to=${created.createdAt}`)).map(({ id }) => id)).not.toContain(created.id);
  expect((await linesOf(`?from=${created.createdAt}`)).map(({ id }) => id)).toContain(created.id);
  expect(await linesOf('?from=2999-01-01T00:00:00Z')).toEqual([]);
});

test.each([
  { query: '?after=whk_1', says: 'after is' },
  { query: '?after=', says: 'after is' },
  { query: '?from=yesterday', says: 'from is "yesterday"' },
  { query: '?to=2026-13-01T00:00:00Z', says: 'to is' },
  { query: '?from=2026-01-01T00:00:00Z&from=2026-01-01T00:00:00Z', says: 'from is' },
  {
    query: '?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z',
    says: 'to must be after from, "2026-02-01T00:00:00Z"',
  },
  { query: '?from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z', says: 'to must be after from' },
  { query: '?where=x', says: 'There is no parameter "where"' },
])('a bad parameter is refused: $query', async ({ query, says }) => {
  const response = await fetchTrail(query);
  expect(response.status).toBe(400);
  expect(await response.text()).toContain(JSON.stringify(says).slice(1, -1));
});

test('others than SYSTEM_MANAGER and AUDITOR are refused, and nothing is recorded as exported', async () => {
  const exported = () => app.database.query(`select from audit_entries where action = 'audit.exported'`);
  const before = (await exported()).length;
  expect((await fetchTrail('', null)).status).toBe(401);
  for (const role of ['INTEGRATION_MANAGER', 'SUPPORT', 'PUBLISHER'] as const) {
    expect((await fetchTrail('', await app.keyFor(role))).status).toBe(403);
  }
  expect(await exported()).toHaveLength(before);
  expect((await fetchTrail('', await app.keyFor('AUDITOR'))).status).toBe(200);
  expect(await exported()).toHaveLength(before + 1);
});

test('an auditor with masks can read entries of downloads that continued', async () => {
  const [first] = await linesOf();
  expect((await fetchTrail(`?after=${first?.id}`)).status).toBe(200);
  await mutate(app, 'createMaskingRule', { roles: ['AUDITOR'], part: 'DATA', path: '$.iban', strategy: 'HIDE' });
  const trail = await fetchTrail('', await app.keyFor('AUDITOR'));
  expect(trail.status).toBe(200);
  const details = { continuesAfter: first?.id, from: null, to: null };
  const entry = expect.objectContaining({ action: 'audit.exported', before: null, after: null, details });
  expect(
    (await trail.text())
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  ).toContainEqual(entry);
});

test('without its entry no byte is sent', async () => {
  await app.database.query(
    `alter table audit_entries add constraint no_exports check (action <> 'audit.exported') not valid`,
  );
  try {
    const response = await fetchTrail();
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('webhook.created');
  } finally {
    await app.database.query('alter table audit_entries drop constraint no_exports');
  }
});
