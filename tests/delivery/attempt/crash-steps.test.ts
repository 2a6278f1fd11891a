import type { ServerResponse } from 'node:http';
import { Client } from 'pg';
import { useTestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type Program, startProgram } from '../../support/program';
import { waitFor } from '../../support/wait-for';
import { circuitThatIs, createOwnWebhook, endPause, startSecondWorker, waitingFor } from '../capacity/circuit-states';
import { closeAll, httpPartner } from '../partner';
import { startParts } from '../worker-parts';
import { strays } from './invariants';
import { type AttemptState, attemptsOf, countByStatus, deliveriesOf, expireLeases } from './stored-attempts';

const app = useTestApp({ PROCESSES: 'api' });
let doomed: Program;
const locks: Client[] = [];

afterEach(async () => {
  await Promise.all(locks.splice(0).map((client) => client.end()));
  await doomed?.kill('SIGKILL');
  await closeAll();
});

/** A partner that answers no call until it is opened. */
async function heldPartner() {
  let status: number | null = null;
  const held: ServerResponse[] = [];
  const calls: { path: string; n: number }[] = [];
  const partner = await httpPartner((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      calls.push({ path: request.url ?? '', n: JSON.parse(body).data.n });
      if (status === null) held.push(response);
      else response.writeHead(status).end();
    });
  });
  return {
    url: partner.url,
    calls,
    open(answer = 200) {
      status = answer;
      for (const response of held.splice(0)) response.writeHead(answer).end();
    },
  };
}

const startDoomed = async () => {
  doomed = await startProgram({ ...app.env, PROCESSES: 'worker' });
};

type Held = Awaited<ReturnType<typeof heldPartner>>;
const EACH = 6;

/** One webhook of each kind, with some events. */
async function oweSome(partner: Held) {
  const plain = await createOwnWebhook(app, partner.url);
  await plain.publishMany(EACH);
  const limited = await oweWhatIsQueued(partner);
  return { ...limited, plain, all: [plain, ...limited.all] };
}

/** One webhook of each kind whose deliveries have jobs, with some events. */
async function oweWhatIsQueued(partner: Held) {
  const narrow = await createOwnWebhook(app, partner.url, { maxConcurrency: 2 });
  // lifted for the recovery: however slow the machine is, no fifth one begins before
  const limited = await createOwnWebhook(app, partner.url, { rateLimit: { maxRequests: 4, seconds: 3_600 } });
  const ordered = await createOwnWebhook(app, partner.url, { ordering: 'HOLD' });
  for (const webhook of [narrow, limited]) await webhook.publishMany(EACH);
  await ordered.publishFor(Array(EACH).fill('INV-1'));
  return { ordered, all: [narrow, limited, ordered] };
}

/** Blocks every transaction that needs this lock. @returns how to unlock */
async function stopAt(lock: string): Promise<() => Promise<void>> {
  const client = new Client({
    connectionString: app.database.superuserUrl.replace(/\/[^/]*$/, new URL(app.database.servingUrl).pathname),
  });
  await client.connect();
  locks.push(client);
  await client.query('begin');
  await client.query(lock);
  return async () => void (await client.query('rollback'));
}

const isStuckIn = (statement: string) =>
  waitFor(`somebody to be stuck in ${statement}`, async () => {
    const sql = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and application_name = 'hookledger deliver' and query ilike $1`;
    return (await app.database.query(sql, [`%${statement}%`])).length > 0;
  });

/** Another worker takes over: all of it arrives, each attempt is accounted for, and nothing is left behind. */
async function expectRecovery(partner: Held, webhooks: readonly { id: string; path: string }[], unknown: number) {
  partner.open();
  await expireLeases(app);
  const successor = await startSecondWorker(app);
  try {
    for (const { id } of webhooks) await mutate(app, 'updateWebhook', { id, rateLimit: null });
    for (const webhook of webhooks) {
      await waitFor('everything', async () => countByStatus(await deliveriesOf(app, webhook.id)).DELIVERED === EACH);
      const numbers = partner.calls.filter(({ path }) => path === webhook.path).map(({ n }) => n);
      expect(new Set(numbers).size).toBe(EACH);
    }
    expect(await strays(app)).toEqual([]);
    expect(await app.database.query('select * from webhook_slots')).toEqual([]);
    const attempts: AttemptState[] = [];
    for (const { id } of webhooks) attempts.push(...(await attemptsOf(app, id)));
    expect(countByStatus(attempts).SUCCEEDED).toBe(webhooks.length * EACH);
    expect(countByStatus(attempts).UNKNOWN ?? 0).toBe(unknown);
    expect(attempts.length).toBe(webhooks.length * EACH + unknown);
  } finally {
    await successor.stop();
  }
}

/** The order in which the events of one document came for the first time. */
function firstArrivals(partner: Held, { path }: { path: string }): number[] {
  return [...new Set(partner.calls.filter((call) => call.path === path).map(({ n }) => n))];
}

const ON_THE_WIRE = EACH + 2 + 4 + 1;

describe('a worker that is killed', () => {
  test('in the middle of the fan-out leaves the events in the outbox', async () => {
    const partner = await heldPartner();
    await startDoomed();
    const letGo = await stopAt('lock table deliveries in share mode');
    const { all, ordered } = await oweSome(partner);
    await isStuckIn('insert into payloads');
    await doomed.kill('SIGKILL');
    await letGo();
    expect(await app.database.query('select id from deliveries where finished_at is null')).toEqual([]);
    await expectRecovery(partner, all, 0);
    expect(firstArrivals(partner, ordered)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('after the fan-out, before an attempt is opened, leaves deliveries with their jobs', async () => {
    const partner = await heldPartner();
    await startDoomed();
    const letGo = await stopAt('lock table webhook_request_logs in share mode');
    const { all, ordered } = await oweWhatIsQueued(partner);
    await isStuckIn('insert into webhook_request_logs');
    await doomed.kill('SIGKILL');
    await letGo();
    expect(partner.calls).toEqual([]);
    await expectRecovery(partner, all, 0);
    expect(firstArrivals(partner, ordered)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('after it opened its attempts, before any call, leaves them to be closed as UNKNOWN', async () => {
    const partner = await heldPartner();
    const parts = await startParts(app);
    const { all, ordered } = await oweSome(partner);
    await parts.fanOutAll();
    const attempts = await parts.take();
    await parts.stop();
    expect(attempts).toHaveLength(ON_THE_WIRE);
    await expectRecovery(partner, all, ON_THE_WIRE);
    expect(firstArrivals(partner, ordered)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('in the middle of its calls leaves attempts that may have arrived, and they are made again', async () => {
    const partner = await heldPartner();
    await startDoomed();
    const { all, ordered } = await oweSome(partner);
    await waitFor('the calls', () => partner.calls.length === ON_THE_WIRE);
    await doomed.kill('SIGKILL');
    expect(await app.database.query('select count(*)::int as n from webhook_slots')).toEqual([{ n: 2 }]);
    await expectRecovery(partner, all, ON_THE_WIRE);
    expect(firstArrivals(partner, ordered)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test.each([
    ['after the answers, before they are written', 'select 1 from deliveries for update', 'update deliveries'],
    ['while it writes what was answered', 'lock table delivery_jobs in share mode', 'insert into delivery_jobs'],
  ])('%s has sent for nothing, and it is sent again', async (_when, lock, statement) => {
    const partner = await heldPartner();
    await startDoomed();
    const { all, ordered } = await oweSome(partner);
    await waitFor('the calls', () => partner.calls.length === ON_THE_WIRE);
    const letGo = await stopAt(lock);
    partner.open();
    await isStuckIn(statement);
    await doomed.kill('SIGKILL');
    await letGo();
    // a first attempt has no job: its outcome may have been written beside those that are stuck
    const open = await app.database.query('select from deliveries where open_request_id is not null');
    expect(open.length).toBeGreaterThan(0);
    await expectRecovery(partner, all, open.length);
    expect(firstArrivals(partner, ordered)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('while it lets waiting deliveries go leaves them waiting', async () => {
    const partner = await heldPartner();
    await startDoomed();
    const webhook = await createOwnWebhook(app, partner.url, { maxConcurrency: 2 });
    await webhook.publishMany(EACH);
    await waitFor('the others to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === EACH - 2);
    const letGo = await stopAt('lock table delivery_jobs in share mode');
    await app.database.query(`update webhooks set max_concurrency = null where max_concurrency = 2`);
    await isStuckIn('insert into delivery_jobs');
    await doomed.kill('SIGKILL');
    await letGo();
    expect(await waitingFor(app, webhook.id, 'CAPACITY')).toBe(EACH - 2);
    await expectRecovery(partner, [webhook], 2);
  });

  test('with the probe of a half-open circuit on the wire is survived by the probe', async () => {
    const partner = await heldPartner();
    await startDoomed();
    const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 0, 0] });
    await webhook.publishMany(EACH);
    await waitFor('the calls', () => partner.calls.length === EACH);
    partner.open(429);
    await circuitThatIs(app, webhook.id, ({ state }) => state === 'OPEN');
    await waitFor('all to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === EACH);
    const probing = await heldPartner();
    await app.database.query('update deliveries set url = $1 where finished_at is null', [`${probing.url}/probe`]);
    await endPause(app, webhook.id);
    await waitFor('the probe', () => probing.calls.length === 1);
    await doomed.kill('SIGKILL');
    probing.open();
    await expireLeases(app);
    const successor = await startSecondWorker(app);
    await waitFor('everything', async () => countByStatus(await deliveriesOf(app, webhook.id)).DELIVERED === EACH);
    await successor.stop();
    expect(countByStatus(await attemptsOf(app, webhook.id))).toEqual({ FAILED: EACH, UNKNOWN: 1, SUCCEEDED: EACH });
    expect(await strays(app)).toEqual([]);
  });
});
