import { uuidOf } from '../../../src/values/ids';
import { seedRequest } from '../../request-log/pages/seeded-log';
import { startCounter } from '../../request-log/stats/counted-log';
import { useTestApi } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { createTestWebhook } from '../../support/webhooks';

const app = useTestApi();
const counter = duringFile(() => startCounter(app.database));
let webhooks: string[];

/** The outcomes of the requests of each webhook, oldest first, and how many of its deliveries are open. */
const LOGS: { statuses: string[]; open: number }[] = [
  { statuses: [], open: 0 },
  { statuses: ['PENDING'], open: 1 },
  { statuses: ['SUCCEEDED', 'SUCCEEDED', 'PENDING'], open: 2 },
  { statuses: ['FAILED', 'UNKNOWN'], open: 3 },
  { statuses: ['SUCCEEDED', 'FAILED', 'REFUSED'], open: 0 },
  { statuses: ['FAILED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'], open: 0 },
];

beforeAll(async () => {
  webhooks = [];
  for (const { statuses, open } of LOGS) {
    const { id } = await createTestWebhook(app, 'https://partner.example/');
    const webhookId = uuidOf('Webhook', id) as string;
    for (const [n, status] of statuses.entries()) {
      await seedRequest(app.database, { webhookId, status, at: Date.now() - 60_000 + n * 1_000 + webhooks.length });
    }
    await openDeliveries(webhookId, open);
    webhooks.push(id);
  }
  await counter.countAll();
});

/** The first is on the wire; the others are due in hours. */
async function openDeliveries(webhookId: string, count: number): Promise<void> {
  await app.database.query(
    `insert into open_deliveries (id, webhook_id, document_type, status, held, next_attempt_at)
     select new_id(), $1, 'Sales Invoice', 'PENDING', false, case when n > 1 then date_trunc('hour', now()) + (n + $2) * interval '1 hour' end
     from generate_series(1, $2::int) as n`,
    [webhookId, count],
  );
}

interface Health {
  lastSuccessAt: string | null;
  lastFailureAt: string | null;
  streak: { succeeding: boolean; requestCount: number; since: string } | null;
  successRate: number | null;
  waitingCount: number;
  nextAttemptAt: string | null;
}

async function shown(): Promise<Health[]> {
  const fields =
    'lastSuccessAt lastFailureAt streak { succeeding requestCount since } successRate waitingCount nextAttemptAt';
  const { data } = await app.ask(
    `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Webhook { health { ${fields} } } } }`,
    {
      ids: webhooks,
    },
  );
  return data.nodes.map(({ health }: { health: Health }) => health);
}

/** The positions of the webhooks that a filter finds. */
async function found(health: object): Promise<number[]> {
  const query = `query ($where: WebhookWhere) { webhooks(where: $where, first: 100) { nodes { id } totalCount } }`;
  const { data, errors } = await app.ask(query, { where: { id: { in: webhooks }, health } });
  expect(errors).toBeUndefined();
  const ids: string[] = data.webhooks.nodes.map(({ id }: { id: string }) => id);
  expect(data.webhooks.totalCount).toBe(ids.length);
  return ids.map((id) => webhooks.indexOf(id)).sort();
}

type Value = string | number | boolean | null;
type Part = [name: string, read: (health: Health) => Value | undefined, filter: (tests: object) => object];

const PARTS: Part[] = [
  ['lastSuccessAt', (health) => health.lastSuccessAt, (tests) => ({ lastSuccessAt: tests })],
  ['lastFailureAt', (health) => health.lastFailureAt, (tests) => ({ lastFailureAt: tests })],
  ['successRate', (health) => health.successRate, (tests) => ({ successRate: tests })],
  ['waitingCount', (health) => health.waitingCount, (tests) => ({ waitingCount: tests })],
  ['nextAttemptAt', (health) => health.nextAttemptAt, (tests) => ({ nextAttemptAt: tests })],
  ['streak.requestCount', (health) => health.streak?.requestCount, (tests) => ({ streak: { requestCount: tests } })],
  ['streak.since', (health) => health.streak?.since, (tests) => ({ streak: { since: tests } })],
];

const OPERATORS: Record<string, (shown: Value, value: Value) => boolean> = {
  gte: (one, other) => (one as number) >= (other as number),
  gt: (one, other) => (one as number) > (other as number),
  lt: (one, other) => (one as number) < (other as number),
  lte: (one, other) => (one as number) <= (other as number),
};

test.each(PARTS)('the filter by %s finds the webhooks that show it', async (_name, read, filter) => {
  const values = (await shown()).map((health) => read(health) ?? null);
  const present = [...new Set(values.filter((value) => value !== null))];
  expect(present.length).toBeGreaterThan(1);
  const meeting = (holds: (value: Value) => boolean) => values.flatMap((value, n) => (holds(value) ? [n] : []));
  for (const value of present) {
    for (const [operator, holds] of Object.entries(OPERATORS)) {
      const wanted = meeting((each) => each !== null && holds(each, value));
      expect([operator, value, await found(filter({ [operator]: value }))]).toEqual([operator, value, wanted]);
    }
  }
  expect(await found(filter({ isNull: true }))).toEqual(meeting((value) => value === null));
  expect(await found(filter({ isNull: false }))).toEqual(meeting((value) => value !== null));
});

test('the filter by a streak of failures or of successes finds the webhooks that show it', async () => {
  const values = (await shown()).map(({ streak }) => streak?.succeeding);
  for (const succeeding of [true, false]) {
    const wanted = values.flatMap((value, n) => (value === succeeding ? [n] : []));
    expect(wanted.length).toBeGreaterThan(0);
    expect(await found({ streak: { succeeding: { eq: succeeding } } })).toEqual(wanted);
  }
});

test('requests, and several parts of the health together, are filtered by it', async () => {
  const where = {
    webhook: { id: { in: webhooks }, health: { streak: { succeeding: { eq: false } }, waitingCount: { gte: 1 } } },
  };
  const query =
    'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { nodes { webhook { id } status } } }';
  const { data } = await app.ask(query, { where });
  expect(data.webhookRequestLogs.nodes).toEqual([
    { webhook: { id: webhooks[3] }, status: 'UNKNOWN' },
    { webhook: { id: webhooks[3] }, status: 'FAILED' },
  ]);
});
