// An installation whose parts run in processes of their own.

import { useTestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Program, startProgram, unusedPort } from '../support/program';
import { useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

const app = useTestApp({ PROCESSES: 'api' });
const partner = useReceiver();
const programs: Program[] = [];

async function start(part: 'worker' | 'indexer', settings: Record<string, string> = {}): Promise<Program> {
  const program = await startProgram({ ...app.env, PROCESSES: part, PORT: '', ...settings });
  programs.push(program);
  return program;
}

beforeAll(async () => {
  await createTestWebhook(app, partner.url);
});
afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.kill('SIGKILL')));
});

async function closedRequests(): Promise<number> {
  const [row] = await app.database.query<{ n: number }>(
    'select count(*)::int as n from webhook_request_logs where finished_at is not null',
  );
  return row?.n ?? -1;
}

async function indexedRequests(): Promise<number> {
  const [row] = await app.database.query<{ n: number }>('select count(*)::int as n from request_index');
  return row?.n ?? -1;
}

async function uncounted(): Promise<number> {
  const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
  const query = `query ($range: DateTimeRange!) { webhookRequestLogStats(range: $range, bucket: HOUR) { uncounted } }`;
  return (await app.ask(query, { range: { from, to } })).data.webhookRequestLogStats.uncounted;
}

/** The address of the database without its Unix socket. */
function overTcp(url: string | undefined): string {
  const address = new URL(url ?? '');
  address.searchParams.delete('host');
  return address.href;
}

/** The sessions that came over TCP: those of the API use the Unix socket. */
async function sessionsOverTcp(): Promise<string[]> {
  const rows = await app.database.query<{ name: string }>(
    `select application_name as name from pg_stat_activity
     where datname = current_database() and application_name like 'hookledger %' and client_addr is not null`,
  );
  return rows.map(({ name }) => name);
}

/** With PORT set, it serves only its health and metrics. */
async function startWithPort(part: 'worker' | 'indexer'): Promise<void> {
  const port = await unusedPort();
  const program = await start(part, { PORT: String(port) });
  expect(program.url).toBeNull();
  const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  for (const path of ['/healthz', '/readyz', '/metrics']) expect([path, await statusOf(path)]).toEqual([path, 200]);
  for (const path of ['/graphql', '/', '/schema.graphql']) expect([path, await statusOf(path)]).toEqual([path, 404]);
}

test('a worker alone delivers, and what it has delivered is counted and indexed once there is an indexer; both serve only health and metrics', async () => {
  await startWithPort('worker');
  await publish(app, [invoice('INV-1'), invoice('INV-2')]);
  await waitFor('the deliveries', async () => (await closedRequests()) === 2);
  expect(await indexedRequests()).toBe(0);
  expect(await uncounted()).toBeGreaterThan(0);
  await startWithPort('indexer');
  await waitFor('the index', async () => (await indexedRequests()) === 2);
  await waitFor('the counts', async () => (await uncounted()) === 0);
});

test('an indexer alone delivers nothing, and opens few connections', async () => {
  const before = partner.calls.length;
  await publish(app, [invoice('INV-3')]);
  await start('indexer', { DATABASE_URL: overTcp(app.env.DATABASE_URL) });
  await waitFor('the index', async () => (await indexedRequests()) === (await closedRequests()));
  const own = await sessionsOverTcp();
  expect(own).toContain('hookledger deliver');
  for (const name of own) expect(['hookledger notify listener', 'hookledger read']).not.toContain(name);
  // the table in docs/processes.md
  expect(own.length).toBeLessThanOrEqual(9);
  expect(partner.calls.length).toBe(before);
  await start('worker');
  await waitFor('the delivery', () => partner.calls.length === before + 1);
});

// what is built may differ from the sources, which all tests of the sealed log run
test('the log that the built program has sealed, it finds intact', async () => {
  await start('indexer');
  await waitFor('the heads', async () => {
    const { data } = await app.ask('{ evidenceStatus { waitingCount head { checkpoint } } }');
    return data.evidenceStatus.waitingCount === 0 && data.evidenceStatus.head !== null;
  });
  const { evidenceRun: run } = await mutate(app, 'verifyEvidence', { depth: 'CONTENT' }, 'evidenceRun { id }');
  const ended = await waitFor('the verification', async () => {
    const { data } = await app.ask(
      `{ evidenceRun(id: "${run.id}") { finishedAt status checked findings { message } } }`,
    );
    return data.evidenceRun.finishedAt !== null && data.evidenceRun;
  });
  expect(ended).toMatchObject({ status: 'COMPLETED', findings: [] });
  expect(ended.checked).toBeGreaterThan(0);
});
