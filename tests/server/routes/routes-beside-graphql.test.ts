import { useTestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type RawAnswer, sendRaw } from '../../support/raw-http';
import { waitFor } from '../../support/wait-for';
import { expectError } from '../raw-calls';

const app = useTestApp({ PROCESSES: 'api' });

// How the parts of the installation do, in the API and at /readyz.

const PARTS = ['database', 'queue', 'workers', 'index', 'statistics', 'sealing'];
const SELECTION = PARTS.map((part) => `${part} { state since behindSeconds message }`).join(' ');

async function health(key?: string) {
  return (await app.ask(`{ systemHealth { ${SELECTION} } }`, {}, key)).data.systemHealth;
}

async function ready(): Promise<Record<string, string>> {
  return (await (await fetch(`${app.url}/readyz`)).json()) as Record<string, string>;
}

/** What is read is kept for a second. */
function healthWith(part: string, state: string) {
  return waitFor(`${part} to be ${state}`, async () => {
    const found = await health();
    return found[part].state === state && found;
  });
}

test('a process without workers says so, and that the rest works, as /readyz does', async () => {
  const found = await health();
  expect(found).toMatchObject({
    database: { state: 'OK', since: null, behindSeconds: null, message: null },
    queue: { state: 'OK', since: null, behindSeconds: 0, message: null },
    workers: { state: 'STOPPED', message: 'no process with the part `worker` is connected' },
    index: { state: 'OK' },
    statistics: { state: 'OK' },
    sealing: { state: 'OK' },
  });
  expect(await ready()).toMatchObject({
    status: 'ok',
    deliveries: 'running',
    workers: 'stopped: no process with the part `worker` is connected',
    search: 'up to date',
    statistics: 'up to date',
    evidence: 'sealed',
  });
});

test('a delivery that is due, a request that is not indexed and an event that is not counted are behind after a minute', async () => {
  await app.database.query(
    `insert into delivery_jobs (due_at, id, delivery_id) values (now() - interval '90 s', gen_random_uuid(), gen_random_uuid())`,
  );
  await app.database.query(
    `insert into request_changes (xid, kind, request_ids, at)
     values (pg_current_xact_id()::text::bigint, 'CLOSED', array[gen_random_uuid()], now() - interval '100 s')`,
  );
  const { queue, index, statistics } = await healthWith('queue', 'BEHIND');
  expect(queue.behindSeconds).toBeGreaterThanOrEqual(90);
  expect(Date.parse(queue.since)).toBeLessThanOrEqual(Date.now() - 60_000);
  for (const part of [index, statistics]) {
    expect(part.state).toBe('BEHIND');
    expect(part.behindSeconds).toBeGreaterThanOrEqual(100);
  }
  expect(await ready()).toMatchObject({
    status: 'ok',
    deliveries: expect.stringMatching(/^behind by \d+ s$/),
    search: expect.stringMatching(/^behind by \d+ s$/),
    statistics: expect.stringMatching(/^behind by \d+ s$/),
  });
});

test('a pause is said with its time, and that of attempts which no process has taken over', async () => {
  const { deliveriesPaused } = await mutate(
    app,
    'pauseDeliveries',
    { reason: 'a full disk' },
    'deliveriesPaused { since }',
  );
  await app.database.query(
    `insert into worker_leases (id, oldest_delivery_id, delivery_ids, expires_at)
     values (gen_random_uuid(), gen_random_uuid(), '{}', now() - interval '70 s')`,
  );
  const { queue, workers } = await healthWith('queue', 'PAUSED');
  expect(queue).toMatchObject({ since: deliveriesPaused.since, message: null });
  expect((await ready()).deliveries).toBe(`paused since ${deliveriesPaused.since}`);
  expect(workers.behindSeconds).toBeGreaterThanOrEqual(70);
  await mutate(app, 'resumeDeliveries', {}, 'ended { since }');
});

test('why nothing is sealed, and since when', async () => {
  await app.database.query(
    `insert into evidence_stops (reporter, code, message, since, seen_at)
     values ('here', 'UNWRITABLE', 'The file is on a full disk.', now() - interval '5 minutes', now())`,
  );
  const { sealing } = await healthWith('sealing', 'STOPPED');
  expect(sealing.message).toBe('UNWRITABLE: The file is on a full disk.');
  expect(Date.now() - Date.parse(sealing.since)).toBeGreaterThanOrEqual(5 * 60_000 - 1_000);
  expect((await ready()).evidence).toBe(`stopped since ${sealing.since}: UNWRITABLE: The file is on a full disk.`);
});

test('a publisher is refused', async () => {
  const { errors } = await app.ask('{ systemHealth { queue { state } } }', {}, await app.keyFor('PUBLISHER'));
  expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});

// What monitors see while the database gives no answers, or not all of them.

const get = (path: string): Promise<RawAnswer> => sendRaw(`${app.url}${path}`, { method: 'GET' });
const metrics = async () => (await get('/metrics')).text;

test('while a table is locked, its metric is missing, all others are there, and readiness is answered', async () => {
  await app.database.query('begin');
  await app.database.query('lock table deliveries_pause, pending_decisions in access exclusive mode');
  const text = await waitFor('a text without them', async () => {
    const found = await metrics();
    return !/^hookledger_pending_decisions /m.test(found) && found;
  });
  expect(text).not.toMatch(/^hookledger_deliveries_paused /m);
  expect(text).toMatch(/^hookledger_evidence_behind_seconds \d/m);
  expect(text).toMatch(/^hookledger_dead_letters\{kind="JOB"\} 0$/m);
  expect(text).toMatch(/^hookledger_ready\{check="database"\} 1$/m);
  await app.database.query('rollback');
  await waitFor('them', async () => /^hookledger_pending_decisions 0$/m.test(await metrics()));
});

describe('beside GraphQL there is', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    sendRaw(`${app.url}${path}`, { method: 'GET', headers });

  test('/healthz', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
  });

  test('/readyz, which says what is missing', async () => {
    expect(await get('/readyz')).toMatchObject({
      status: 200,
      json: { status: 'ok', checks: { database: null, migrations: null } },
    });
    await app.database.query(`delete from migrations where id = (select max(id) from migrations)`);
    // what was found is kept for a moment
    const unready = await waitFor('what is missing', async () => {
      const answer = await get('/readyz');
      return answer.status !== 200 && answer;
    });
    expect(unready).toMatchObject({
      status: 503,
      json: { status: 'not ready', checks: { database: null, migrations: expect.stringMatching(/^\d+ of \d+/) } },
    });
  });

  test('/metrics, for Prometheus', async () => {
    const answer = await get('/metrics');
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.text).toMatch(/^hookledger_backlog\{kind="events"\} 0$/m);
    expect(answer.text).toMatch(/^# TYPE hookledger_attempts_total counter$/m);
  });

  test('/schema.graphql, the schema with its directives, for callers that may introspect', async () => {
    expectError(await get('/schema.graphql'), 401, 'UNAUTHENTICATED', /API key/);
    const auditor = await app.keyFor('AUDITOR');
    expect((await get('/schema.graphql', { authorization: `Bearer ${auditor}` })).status).toBe(200);
    const { text } = await get('/schema.graphql', { authorization: `Bearer ${app.adminKey}` });
    expect(text).toMatch(
      /publishEvents\([^)]*\): PublishEventsPayload! @hasRole\(roles: \[PUBLISHER, SYSTEM_MANAGER\]\)/,
    );
  });

  test('GraphiQL at /graphiql, which loads nothing from elsewhere', async () => {
    const { text, headers } = await get('/graphiql');
    expect(headers['content-type']).toMatch(/^text\/html/);
    const withoutCode = text.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, (whole) =>
      whole.slice(0, whole.indexOf('>') + 1),
    );
    expect(withoutCode).toContain('<script');
    expect(withoutCode.match(/<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*["'](?!data:)[^>]*/g)).toBeNull();
    expect(text).toMatch(/\/graphql/);
  });
});
