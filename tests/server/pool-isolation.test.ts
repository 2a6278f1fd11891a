// Each pool of connections can be used up without stopping what the others are for.
import { agree, callUnsigned } from '../incoming/callers';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';

const SERVE = 6;
const READ = 6;

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  const sizes = { SERVE_CONNECTIONS: String(SERVE), READ_CONNECTIONS: String(READ) };
  [app, partner] = await Promise.all([startTestApp(sizes), startReceiver()]);
});
afterAll(async () => {
  await app.stop();
  await partner.stop();
});

async function waitingForLocks(pool: string): Promise<number> {
  // within a transaction it would be what it was before
  await app.database.query('select pg_stat_clear_snapshot()');
  const [row] = await app.database.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and application_name = $1`,
    [`hookledger ${pool}`],
  );
  return row?.n ?? 0;
}

test('calls are received and delivered while queries and mutations hold every connection of theirs', async () => {
  await createTestWebhook(app, `${partner.url}/copy`, { documentType: 'Claim' });
  const agreed = await agree(app, { provider: 'NONE', documentType: 'Claim' });
  await app.database.query('begin');
  await app.database.query('lock table exports, audit_entries in access exclusive mode');
  // lists in different forms, so that none is known to be quick
  const reads = Array.from({ length: 2 * READ }, (_, n) => app.ask(`{ a${n}: exports(first: 1) { nodes { id } } }`));
  await waitFor('the queries to wait', async () => (await waitingForLocks('read')) === READ - READ / 3);
  const writes = Array.from({ length: 2 * SERVE }, (_, n) =>
    app.ask(`mutation { createUser(input: { name: "waits-${n}", roles: [] }) { user { id } } }`),
  );
  await waitFor('the mutations to wait', async () => (await waitingForLocks('serve')) === SERVE);
  const calls = await Promise.all([1, 2, 3].map((n) => callUnsigned(agreed, `{"n":${n}}`)));
  expect(calls.map(({ status }) => status)).toEqual([200, 200, 200]);
  await waitFor('the deliveries', () => partner.calls.length === 3);
  await app.database.query('rollback');
  await Promise.all([...reads, ...writes]);
});
