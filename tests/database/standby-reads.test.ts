// Queries read from the standby, and from the primary while it is late, away, or cancels them.
import { randomBytes } from 'node:crypto';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createDataSource } from '../../src/database/data-source';
import { MONITOR, READ, readingBeside, SERVE } from '../../src/database/pools';
import { followStandby } from '../../src/database/standby-route';
import { createLog } from '../../src/logging/log';
import { rowsOf } from '../../src/sql/db';
import { inIndexOrder, PoolShare } from '../../src/sql/session-pool';
import { StandbyReads } from '../../src/sql/standby-reads';
import { createStandbyLag } from '../../src/system/standby-lag.store';
import { createPostgresServer, type PostgresServer, type StandbyServer } from '../chaos/postgres-server';
import { askAt } from '../support/app';
import { waitFor } from '../support/wait-for';

const KEY = `test-administrator-${randomBytes(12).toString('hex')}`;
const ENCRYPTION_KEY = randomBytes(32).toString('base64');

let primary: PostgresServer;
let standby: StandbyServer;
let app: App;
const lines: string[] = [];

function start(more: Record<string, string> = {}): Promise<App> {
  const urls = primary.urlsAt(primary.port() as number);
  const config = readConfig({
    DATABASE_URL: urls.servingUrl,
    MIGRATION_DATABASE_URL: urls.migrationUrl,
    ENCRYPTION_KEY,
    ADMIN_API_KEY: KEY,
    PORT: '0',
    PROCESSES: 'api',
    REPLICA_MAX_LAG_SECONDS: '2',
    ...more,
  });
  return startApp(config, createLog('info', { write: (line) => lines.push(line) }));
}
const withStandby = () => ({ DATABASE_REPLICA_URL: primary.urlsAt(standby.port).servingUrl });

beforeAll(async () => {
  primary = await createPostgresServer();
  await (await start()).stop();
  standby = await primary.startStandby();
  app = await start(withStandby());
});
afterAll(async () => {
  await app?.stop();
  await standby?.remove();
  await primary?.remove();
});

const rename = (to: string) => primary.query('update users set full_name = $1', [to]);

/** In one statement, or field by field. */
async function named(query = '{ users { nodes { fullName } } }'): Promise<string> {
  const { data } = await askAt(app.url as string, query, {}, KEY);
  return data.users.nodes[0].fullName;
}

const BY_RESOLVERS = '{ users { nodes { fullName apiKeys { totalCount } } } }';

async function fallbacks(reason: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.includes(`replica_fallbacks_total{reason="${reason}"}`))
      ?.split(' ')[1],
  );
}

test('while the standby follows, all is read there', async () => {
  await rename('first');
  await waitFor('the standby', async () => (await named()) === 'first');
  await standby.query('select pg_wal_replay_pause()');
  await rename('second');
  expect([await named(), await named(BY_RESOLVERS)]).toEqual(['first', 'first']);
  expect(await Promise.all(['late', 'away', 'conflict'].map(fallbacks))).toEqual([0, 0, 0]);
});

test('once it is later than it may be, all is read from the primary, until it has replayed', async () => {
  await waitFor('the primary to be read', async () => (await named()) === 'second');
  expect(await named(BY_RESOLVERS)).toBe('second');
  await waitFor('it to be counted', async () => (await fallbacks('late')) > 0);
  const logged = lines.filter((line) => line.includes('queries read from the primary instead of the standby'));
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain('further behind than REPLICA_MAX_LAG_SECONDS');
  await standby.query('select pg_wal_replay_resume()');
  await waitFor('the standby to be read', () => lines.some((line) => line.includes('read from the standby again')));
  expect(await named()).toBe('second');
});

test('a primary that writes nothing makes no standby late', async () => {
  const before = await fallbacks('late');
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(await named()).toBe('second');
  expect(await fallbacks('late')).toBe(before);
});

test('a statement that the replay of the log cancels is run again on the primary', async () => {
  await standby.query('alter system set max_standby_streaming_delay = 0');
  await standby.query('select pg_reload_conf()');
  const urls = [primary.port() as number, standby.port].map((port) => primary.urlsAt(port).servingUrl) as [
    string,
    string,
  ];
  const [serve, monitor] = await Promise.all(
    [SERVE, MONITOR].map((pool) => createDataSource(urls[0], pool).initialize()),
  );
  const reading = createDataSource(urls[1], READ);
  const connection = createDataSource(urls[1], MONITOR);
  const reasons: string[] = [];
  const route = await followStandby({
    reading,
    standby: connection,
    primary: monitor!.manager,
    lag: createStandbyLag(monitor!.manager, connection),
    maxLagSeconds: 10,
    onFallback: (reason) => reasons.push(reason),
    log: createLog('silent'),
  });
  try {
    const db = new StandbyReads(route, new PoolShare(serve!, readingBeside(4)));
    const sql = `select case when pg_is_in_recovery() then pg_sleep(8)::text end as slept, pg_is_in_recovery() as standby
      from (select count(*) from kept_months) as months`;
    const asked = rowsOf<{ standby: boolean }>(inIndexOrder(db), sql);
    await waitFor('it to run on the standby', async () => {
      const rows = await standby.query(
        `select from pg_stat_activity where query like '%pg_sleep(8)%' and pid <> pg_backend_pid()`,
      );
      return rows.length > 0;
    });
    await primary.query('begin; lock table kept_months in access exclusive mode; commit');
    expect(await asked).toMatchObject([{ standby: false }]);
    expect(reasons).toEqual(['conflict']);
    expect(await rowsOf(db, 'select pg_is_in_recovery() as standby')).toEqual([{ standby: true }]);
  } finally {
    await route.stop();
    for (const source of [serve, monitor, reading, connection]) await source?.destroy();
  }
});

test('while it is away, queries are answered, also by a process that starts', async () => {
  const { DATABASE_REPLICA_URL } = withStandby();
  await standby.remove();
  for (let n = 0; n < 5; n += 1) expect([await named(), await named(BY_RESOLVERS)]).toEqual(['second', 'second']);
  await waitFor('it to be counted', async () => (await fallbacks('away')) > 0);
  await app.stop();
  app = await start({ DATABASE_REPLICA_URL });
  expect(await named()).toBe('second');
});
