import { startAttempts } from '../../../src/delivery/engine/start-attempts';
import { DeliveriesArePaused } from '../../../src/delivery/pause/deliveries-pause.store';
import { useTestApp } from '../../support/app';
import { askMutation, mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { ALL_JOBS, startParts } from '../worker-parts';

const app = useTestApp({ PROCESSES: 'api' });

afterEach(() => resume());

const PAUSE = '{ since reason pausedBy { name } }';
const pause = (input: object) => mutate(app, 'pauseDeliveries', input, `deliveriesPaused ${PAUSE}`);
const resume = (input: object = {}) => mutate(app, 'resumeDeliveries', input, `ended ${PAUSE}`);

async function shown(): Promise<unknown> {
  return (await app.ask(`{ deliveriesPaused ${PAUSE} }`)).data.deliveriesPaused;
}

async function ready(): Promise<{ status: number; deliveries: string }> {
  const answer = await fetch(`${app.url}/readyz`);
  const { deliveries } = (await answer.json()) as { deliveries: string };
  return { status: answer.status, deliveries };
}

async function metric(): Promise<string | undefined> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  return /^hookledger_deliveries_paused (\d)$/m.exec(text)?.[1];
}

test('is shown by a field, by /readyz, which stays ready, and by a metric', async () => {
  expect(await shown()).toBeNull();
  const { deliveriesPaused, userErrors } = await pause({ reason: 'the firewall' });
  expect(userErrors).toEqual([]);
  expect(deliveriesPaused).toMatchObject({ reason: 'the firewall', pausedBy: { name: 'Administrator' } });
  expect(await shown()).toEqual(deliveriesPaused);
  const { since } = deliveriesPaused;
  const paused = await waitFor('/readyz to say so', async () => {
    const answer = await ready();
    return answer.deliveries !== 'running' && answer;
  });
  expect(paused).toEqual({ status: 200, deliveries: `paused since ${since}` });
  await waitFor('the metric', async () => (await metric()) === '1');
  expect((await resume()).ended).toEqual(deliveriesPaused);
  expect(await shown()).toBeNull();
  await waitFor('/readyz to say so', async () => (await ready()).deliveries === 'running');
  await waitFor('the metric', async () => (await metric()) === '0');
});

test('a second pause changes nothing, and a second end neither', async () => {
  const [one, other] = await Promise.all([pause({ reason: 'one' }), pause({ reason: 'other' })]);
  expect(one.deliveriesPaused).toEqual(other.deliveriesPaused);
  const ends = await Promise.all([resume(), resume()]);
  expect(ends.map(({ ended }) => ended).filter((each) => each !== null)).toEqual([one.deliveriesPaused]);
  expect((await resume()).userErrors).toEqual([]);
});

test('is in the audit trail with both reasons', async () => {
  await app.database.query('create temp table before as select max(id::text) as id from audit_entries');
  await pause({ reason: 'the firewall' });
  await pause({ reason: 'again' });
  await resume({ reason: 'it works' });
  const entries = await app.database.query<{ action: string; reason: string; details: string | null }>(
    `select action, reason, details from audit_entries, before
     where action like 'deliveries.%' and audit_entries.id::text > before.id order by audit_entries.id`,
  );
  expect(entries.map(({ action, reason, details }) => [action, reason, details && JSON.parse(details)])).toEqual([
    ['deliveries.paused', 'the firewall', null],
    ['deliveries.resumed', 'it works', { since: expect.any(String), pausedFor: 'the firewall' }],
  ]);
});

test.each([
  ['empty', '', 'REQUIRED'],
  ['blank', '  ', 'REQUIRED'],
  ['too long', 'x'.repeat(1_001), 'TOO_LARGE'],
  ['with a line break', 'a\nb', 'INVALID'],
  ['with NUL', 'a\0b', 'INVALID'],
  ['with half a surrogate pair', 'a\ud800', 'INVALID'],
])('a reason that is %s is refused, and nothing is paused', async (_what, reason, code) => {
  const { userErrors } = await pause({ reason });
  expect(userErrors).toMatchObject([{ field: ['reason'], code }]);
  expect(await shown()).toBeNull();
});

test('a pause without a reason, or with one of another type, is refused', async () => {
  for (const reason of [undefined, null, 7, ['x']]) {
    const answer = await askMutation(app, 'pauseDeliveries', { reason }, '');
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  }
  expect(await shown()).toBeNull();
});

test('the transaction in which a worker begins attempts is waited for, and the next one begins none', async () => {
  const parts = await startParts(app);
  await createTestWebhook(app, 'http://127.0.0.1:9/');
  await publish(app, [invoice('INV-1')]);
  await parts.fanOutAll();
  const start = () => parts.transaction((db) => startAttempts(db, parts, 10, ALL_JOBS));
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const { promise: started, resolve: onStarted } = Promise.withResolvers<void>();
  const beginning = parts.transaction(async (db) => {
    const { attempts } = await startAttempts(db, parts, 10, ALL_JOBS);
    onStarted();
    await end;
    return attempts.length;
  });
  // a pause that comes first would have nothing to wait for
  await Promise.race([started, beginning]);
  let answered = false;
  const pausing = pause({ reason: 'the firewall' }).then(() => {
    answered = true;
  });
  await waitFor('the pause to wait', async () => {
    const sql = `select 1 from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`;
    return (await app.database.query(sql)).length > 0;
  });
  expect(answered).toBe(false);
  resolve();
  expect(await beginning).toBe(1);
  await pausing;
  await expect(start()).rejects.toThrow(DeliveriesArePaused);
  await parts.stop();
});
