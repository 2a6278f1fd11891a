/** @jest-environment node */
// A process whose clock is wrong, on a database whose clock is right.
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { uuidOf } from '../../src/values/ids';
import { agree, callStandard, newCallId } from '../incoming/callers';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { moveClock } from './moved-clock';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let app: TestApp;
let partner: Receiver;
let lines: string[] = [];

async function startBeside(byMs: number): Promise<void> {
  lines = [];
  moveClock(byMs);
  app = await startTestApp({ LOG_LEVEL: 'info' }, { write: (line) => lines.push(line) });
}

afterEach(() => moveClock(0));

/** What the clock of the database says. */
async function databaseTime(): Promise<Date> {
  const [row] = await app.database.query<{ now: Date }>('select clock_timestamp() as now');
  return row?.now as Date;
}

/** Starts a process of the same installation, and stops it when it has done what it does at its start. */
async function startAnother(): Promise<void> {
  const config = readConfig({ ...app.env, PROCESSES: 'worker' });
  const started: App = await startApp(config, createLog('info', { write: (line: string) => lines.push(line) }));
  await started.stop();
}

describe.each([
  ['ahead', 35 * DAY_MS],
  ['behind', -35 * DAY_MS],
])('35 days %s of the database', (_which, byMs) => {
  beforeAll(async () => {
    partner = await startReceiver();
    await startBeside(byMs);
  });
  afterAll(async () => {
    await partner.stop();
    await app.stop();
  });
  beforeEach(() => moveClock(byMs));

  test('ids, events and requests have the time of the database', async () => {
    await createTestWebhook(app, partner.url);
    const before = await databaseTime();
    await publish(app, [invoice('INV-1')]);
    const [row] = await waitFor('a request that ended', () =>
      found(
        `select e.created_at, r.started_at, r.finished_at, first_id_at($1) < e.id and e.id < first_id_at($2) as made
        from webhook_request_logs r join business_events e on e.id = r.business_event_id
        where r.finished_at is not null`,
        [new Date(+before - MINUTE_MS), new Date(+before + 5 * MINUTE_MS)],
      ),
    );
    const { made, ...times } = row as Record<string, unknown>;
    expect(made).toBe(true);
    for (const at of Object.values(times)) expect(Math.abs(+(at as Date) - +before)).toBeLessThan(5 * MINUTE_MS);
  });

  test('the next attempt is due when the schedule says, by the clock of the database', async () => {
    partner.answerWith(() => ({ status: 500 }));
    const { id } = await createTestWebhook(app, partner.url, { retrySchedule: [0, 3600] });
    await publish(app, [invoice('INV-2')]);
    const [row] = await waitFor('a delivery that is tried again', () =>
      found(
        `select extract(epoch from next_attempt_at - clock_timestamp())::int as seconds
        from deliveries where status = 'RETRYING' and webhook_id = $1`,
        [uuidOf('Webhook', id)],
      ),
    );
    expect((row as { seconds: number }).seconds).toBeGreaterThan(2_000);
    expect((row as { seconds: number }).seconds).toBeLessThanOrEqual(4_320);
  });

  test('a call that was signed just now is accepted, and one of a month ago is stale', async () => {
    const agreed = await agree(app);
    const now = await databaseTime();
    const statusOf = async (at: Date) => (await callStandard(agreed, '{}', { id: newCallId(), at })).status;
    expect([await statusOf(now), await statusOf(new Date(+now + byMs))]).toEqual([200, 401]);
  });

  test('an API key works until it expires by the clock of the database', async () => {
    const key = await app.keyFor('AUDITOR');
    const works = async () => (await app.ask('{ viewer { name } }', undefined, key)).status;
    const expire = (inSql: string) =>
      app.database.query(
        `update api_keys set expires_at = clock_timestamp() + interval '${inSql}' where label = 'test'`,
      );
    await expire('1 day');
    const live = await works();
    await expire('-1 day');
    expect([live, await works()]).toEqual([200, 401]);
  });

  test('idempotency keys are not deleted, not even old ones: which clock is wrong is not known', async () => {
    const keyed = () => publish(app, [invoice('INV-3', { idempotencyKey: 'once' })]);
    const first = await keyed();
    await app.database.query(`insert into idempotency_keys
      select user_id, 'old', event_id, content_hash, created_at - interval '40 days' from idempotency_keys`);
    await startAnother();
    expect(await keyed()).toEqual(first);
    expect(await app.database.query(`select key from idempotency_keys order by key`)).toEqual([
      { key: 'old' },
      { key: 'once' },
    ]);
  });

  test('it is said in the log once, and measured', async () => {
    const warnings = lines.map((line) => JSON.parse(line)).filter(({ differenceMs }) => differenceMs !== undefined);
    expect(warnings.length).toBeGreaterThan(0);
    expect(Math.abs(warnings[0].differenceMs + byMs)).toBeLessThan(5 * MINUTE_MS);
    expect(warnings[0].msg).toMatch(
      /clock of this process is 30\d{5}\.\d s (ahead of|behind) the database's.*deletes nothing/,
    );
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    const [, seconds] = /^hookledger_clock_difference_seconds (\S+)$/m.exec(metrics) ?? [];
    // ahead of the database: positive
    expect(Math.abs(Number(seconds) * 1_000 - byMs)).toBeLessThan(5 * MINUTE_MS);
  });

  async function found(sql: string, values?: unknown[]) {
    const rows = await app.database.query(sql, values);
    return rows.length > 0 ? rows : null;
  }
});

describe('with a clock that agrees', () => {
  beforeAll(() => startBeside(0));
  afterAll(() => app.stop());

  test('old idempotency keys are forgotten, and nothing is said of clocks', async () => {
    await publish(app, [invoice('INV-4', { idempotencyKey: 'once' })]);
    await app.database.query(`insert into idempotency_keys
      select user_id, 'old', event_id, content_hash, created_at - interval '40 days' from idempotency_keys`);
    await startAnother();
    expect(await app.database.query('select key from idempotency_keys')).toEqual([{ key: 'once' }]);
    expect(lines.filter((line) => line.includes('differenceMs'))).toEqual([]);
  });

  test('when it is set while the process runs, the time goes on as it was', async () => {
    moveClock(DAY_MS);
    const { user } = await mutate(app, 'createUser', { name: 'after', roles: ['AUDITOR'] }, 'user { createdAt }');
    expect(Math.abs(Date.parse(user.createdAt) - +(await databaseTime()))).toBeLessThan(5 * MINUTE_MS);
  });
});
