// A worker that stands still in a transaction, as a process does whose machine is suspended, keeps its locks. All that does not need
// them continues, and nothing that it holds up is lost.
import { Client } from 'pg';
import type { App } from '../../../src/app/app';
import { uuidOf } from '../../../src/values/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { type Program, startProgram } from '../../support/program';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { countByStatus, deliveriesOf } from '../attempt/stored-attempts';
import { circuitOf, createOwnWebhook, startSecondWorker } from '../capacity/circuit-states';

let app: TestApp;
let partner: Receiver;
let frozen: Program;
let other: App | undefined;
let byHand: Client;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp({ PROCESSES: 'api' }), startReceiver()]);
  frozen = await startProgram({ ...app.env, PROCESSES: 'worker' });
  byHand = new Client({ connectionString: app.database.superuserUrl });
  await byHand.connect();
});
afterAll(async () => {
  frozen.child.kill('SIGCONT');
  await frozen.kill('SIGKILL');
  await other?.stop();
  await byHand.end();
  await Promise.all([partner.stop(), app.stop()]);
});

type Own = Awaited<ReturnType<typeof createOwnWebhook>>;

const callsOf = ({ path }: Own) => partner.calls.filter((call) => call.path === path).length;

/** The sessions of the frozen worker that hold a lock in a transaction and wait for it. */
const idleSessions = () =>
  app.database.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and application_name = 'hookledger deliver'
       and state = 'idle in transaction' and state_change < now() - interval '50 ms'`,
  );

/** Stops the worker while the circuit of this webhook is locked by the transaction that writes an outcome. */
async function freezeWith(bad: Own): Promise<void> {
  const id = uuidOf('Webhook', bad.id) as string;
  await waitFor('the worker to stand still with a lock', async () => {
    const answered = Promise.withResolvers<void>();
    partner.answerWith(() => ({ status: 500, after: answered.promise }));
    const calls = callsOf(bad);
    await bad.publishMany(1);
    await waitFor('the call', () => callsOf(bad) > calls);
    await byHand.query('begin');
    // the transaction locks the circuit before it
    await byHand.query('select from deliveries where webhook_id = $1 and open_request_id is not null for update', [id]);
    answered.resolve();
    await waitFor('its transaction', async () => {
      const waiting = await app.database.prepared(
        `select from pg_stat_activity where datname = current_database() and application_name = 'hookledger deliver'
           and wait_event_type = 'Lock' and query ilike '%update deliveries as d set status%'`,
      );
      return waiting.length > 0;
    });
    frozen.child.kill('SIGSTOP');
    await byHand.query('rollback');
    const isHeld = await waitFor('the lock', () => isLockedByIdle(id), 1_000).catch(() => false);
    if (!isHeld) frozen.child.kill('SIGCONT');
    return isHeld;
  });
}

async function isLockedByIdle(id: string): Promise<boolean> {
  const free = await app.database.query('select from webhook_circuits where webhook_id = $1 for update skip locked', [
    id,
  ]);
  return free.length === 0 && (await idleSessions()).length > 0;
}

test('deliveries of other webhooks continue, and the failures of its own are counted when its session has ended', async () => {
  const bad = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 3_600] });
  const good = await createOwnWebhook(app, partner.url);
  await freezeWith(bad);
  partner.answerWith(({ path }) => ({ status: path === bad.path ? 500 : 200 }));
  const began = performance.now();
  const failures = (await circuitOf(app, bad.id)).failures;
  const before = callsOf(bad);
  other = await startSecondWorker(app);
  const delays: number[] = [];
  for (let n = 1; (await idleSessions()).length > 0 || n <= 40; n += 1) {
    await bad.publishMany(1);
    const sent = performance.now();
    await good.publishMany(1);
    await waitFor('the call', () => callsOf(good) >= n);
    delays.push(performance.now() - sent);
    expect(performance.now() - began).toBeLessThan(60_000);
  }
  delays.sort((one, two) => one - two);
  expect(delays[Math.floor((delays.length - 1) * 0.95)]).toBeLessThan(2_000);
  await waitFor('all outcomes', async () => {
    const open = await app.database.prepared(
      `select from deliveries where webhook_id = $1 and open_request_id is not null and lease_id in (select id from worker_leases)`,
      [uuidOf('Webhook', good.id)],
    );
    return open.length === 0 && countByStatus(await deliveriesOf(app, good.id)).DELIVERED === callsOf(good);
  });
  // each of them, also those that were written while the circuit was locked
  await waitFor('all failures', async () => {
    const circuit = await circuitOf(app, bad.id);
    return circuit.failures >= failures + callsOf(bad) - before;
  });
});
