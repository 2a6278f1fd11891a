import { useTestApi } from '../support/app';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';
import { newReader, notedOf, type Reader } from './reader';

const app = useTestApi();

beforeAll(async () => {
  // a field of two rows
  for (const name of ['one', 'other']) await createTestWebhook(app, `https://${name}.example/`);
});

/** What was counted, by field: in a minute that goes on, and in one that has ended meanwhile. */
async function countedOf({ userId }: Reader): Promise<Record<string, number>> {
  const rows = await app.database.query<{ field: string; count: number }>(
    `select field, sum(count)::int as count from (
       select denial::jsonb ->> 'field', count from audit_windows
       where denial is not null and denial::jsonb -> 'actor' ->> 'userId' = $1
       union all
       select details::jsonb ->> 'field', (details::jsonb -> 'count')::int from audit_entries
       where actor_id = $1::uuid and action = 'access.denied'
     ) as counted (field, count) group by field`,
    [userId],
  );
  return Object.fromEntries(rows.map(({ field, count }) => [field, count]));
}

const refusals = [
  { field: 'Webhook.auditEntries', query: '{ webhooks { nodes { auditEntries { totalCount } } } }' },
  {
    field: 'WebhookRequestLogWhere.data',
    query: '{ webhookRequestLogs(where: { data: { contains: {} } }) { totalCount } }',
  },
  { field: 'Query.auditEntries', query: '{ auditEntries { totalCount } }' },
  { field: 'Mutation.pauseWebhook', query: 'mutation { pauseWebhook(input: { id: "whk_1" }) { webhook { id } } }' },
  {
    field: 'ExportWebhookRequestLogsInput.includeContent',
    query: 'mutation { exportWebhookRequestLogs(input: { format: CSV, includeContent: true }) { export { id } } }',
  },
];

test('each refused field, filter and route is counted, once for each request', async () => {
  const reader = await newReader(app, 'SUPPORT');
  for (const { query } of refusals) {
    for (let i = 0; i < 2; i++) {
      const { errors } = await app.ask(query, {}, reader.key);
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  }
  const routes = [
    { path: '/events', method: 'POST', body: '{}' },
    { path: '/audit-entries', method: 'GET' },
  ];
  for (const { path, ...init } of routes) {
    const headers = { authorization: `Bearer ${reader.key}`, 'content-type': 'application/json' };
    expect((await fetch(`${app.url}${path}`, { ...init, headers })).status).toBe(403);
  }
  const expected = {
    ...Object.fromEntries(refusals.map(({ field }) => [field, 2])),
    'POST /events': 1,
    'GET /audit-entries': 1,
  };
  await waitFor('all counts', async () => {
    const counts = await countedOf(reader);
    return Object.values(counts).reduce((sum, count) => sum + count, 0) >= 2 * refusals.length + 2;
  });
  expect(await countedOf(reader)).toEqual(expected);
});

test('a subscription that is refused is counted', async () => {
  const reader = await newReader(app, 'PUBLISHER');
  const query = 'subscription { webhookRequestLogChanged { id } }';
  const headers = {
    authorization: `Bearer ${reader.key}`,
    'content-type': 'application/json',
    accept: 'text/event-stream',
  };
  const answer = await fetch(`${app.url}/graphql/stream`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  expect(await answer.text()).toContain('FORBIDDEN');
  await waitFor('the count', async () => (await countedOf(reader))['Subscription.webhookRequestLogChanged'] === 1);
});

test('a minute that has ended has its entry, which the caller can read too', async () => {
  const reader = await newReader(app, 'SUPPORT');
  for (let i = 0; i < 3; i++) await app.ask('{ auditEntries { totalCount } }', {}, reader.key);
  await waitFor('the count', async () => (await countedOf(reader))['Query.auditEntries'] === 3);
  await app.database.query("update audit_windows set ends_at = now() - interval '1 second' where denial is not null");
  // wakes the process
  await app.ask('{ auditEntries { totalCount } }', {}, reader.key);
  // two of them, if they came in two minutes
  const entries = await waitFor('the entry', async () => {
    const noted = await notedOf(app, reader);
    return noted.reduce((sum, { details }) => sum + details.count, 0) >= 3 ? noted : null;
  });
  for (const entry of entries) {
    expect(entry).toMatchObject({
      action: 'access.denied',
      outcome: 'DENIED',
      details: { field: 'Query.auditEntries' },
    });
  }
  const own = await app.ask(
    '{ myAuditEntries(where: { outcome: { eq: DENIED } }) { nodes { action } } }',
    {},
    reader.key,
  );
  expect(own.data.myAuditEntries.nodes).toContainEqual({ action: 'access.denied' });
});
