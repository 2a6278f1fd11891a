// What must hold of a restored database, however the backup was made: nothing of before is lost, nothing is sent before deliveries are resumed.
import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import type { Urls } from '../../src/database/embedded-postgres/logins';
import { createLog } from '../../src/logging/log';
import { runChecks } from '../../src/programs/doctor/run-checks';
import { toNodeId } from '../../src/values/ids';
import { createPostgresServer, type PostgresServer } from '../chaos/postgres-server';
import { runHookledger } from '../programs/run-hookledger';
import { clientOf, type TestApp } from '../support/app';
import { connectAt } from '../support/database';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { eraseDocument, FAILING_PATH, makeSettings, publishMany, receiveCalls } from './variety';

/** A way to back up and restore. */
export interface Way {
  /** Begins while events are published. */
  begin(server: PostgresServer): Promise<void>;
  /** At the moment that is to be restored: nothing is written. */
  mark(server: PostgresServer): Promise<void>;
  /** Into another server, after more was written and the server was lost. */
  restore(server: PostgresServer): Promise<RestoredServer>;
  /** What `doctor --restored` says of the cluster. */
  cluster: RegExp;
}

export interface RestoredServer {
  urls: Urls;
  remove(): Promise<void>;
}

/** A server that has recovered to the point from a copy of files, and what the lost one has archived. */
export async function recovered(server: PostgresServer, home: string, restorePoint: string): Promise<RestoredServer> {
  const { port, remove } = await server.recover(home, restorePoint);
  return { urls: server.urlsAt(port), remove };
}

/** Its machine fails, right after the last file of its log was archived. */
async function lose(server: PostgresServer): Promise<void> {
  const [last] = await server.query<{ file: string }>('select pg_walfile_name(pg_switch_wal()) as file');
  await waitFor('the archive', async () => {
    const [archived] = await server.query<{ file: string }>(
      'select last_archived_wal as file from pg_stat_archiver where last_archived_wal >= $1',
      [last?.file],
    );
    return archived;
  });
  await server.stop('SIGQUIT');
}

/** By hand once with 100,000. */
const EVENTS = Number(process.env.TEST_BACKUP_EVENTS ?? 600);
const LOST = 60;
const ERASED_LATER = 'SINV-00002';

/** @param ways by name */
export function describeRestored(ways: Record<string, Way>): void {
  describe('a database that was restored', () => {
    let folder: string;
    let server: PostgresServer;
    let partner: Receiver;
    let env: Record<string, string>;
    let before: Content;
    let pairs: string[];
    const running: Pick<TestApp, 'stop'>[] = [];

    /** The program on a server. */
    async function start(urls: Urls, more: Record<string, string> = {}): Promise<TestApp> {
      const own = { ...env, DATABASE_URL: urls.servingUrl, MIGRATION_DATABASE_URL: urls.migrationUrl, ...more };
      const config = readConfig(own);
      const app = await startApp(config, createLog(config.logLevel));
      const database = await connectAt(urls, 'hookledger');
      const stop = async () => {
        await app.stop();
        await database.close();
      };
      running.push({ stop });
      return clientOf({ url: app.url ?? '', env: own, database, stop });
    }

    async function stopAll(): Promise<void> {
      for (const app of running.splice(0)) await app.stop();
    }

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'hookledger-backup-'));
      [server, partner] = await Promise.all([createPostgresServer({ archives: true }), startReceiver()]);
      env = {
        ENCRYPTION_KEY: randomBytes(32).toString('base64'),
        ADMIN_API_KEY: `test-administrator-${randomBytes(12).toString('hex')}`,
        PORT: '0',
        PUBLIC_URL: 'https://erp.example.com',
        ALLOW_HTTP_TARGETS: 'on',
        RATE_LIMIT_COST_PER_MINUTE: '0',
        ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
        LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
        EVIDENCE_HEAD_FILE: join(folder, 'head.txt'),
        ERASURE_JOURNAL_FILE: join(folder, 'erasures.ndjson'),
      };
      partner.answerWith(({ path }) => (['/given-up', FAILING_PATH].includes(path) ? { status: 500 } : {}));
      const urls = server.urlsAt(server.port() as number);

      // much traffic, during which the backup begins
      const app = await start(urls);
      await makeSettings(app, partner);
      await receiveCalls(app, 12);
      await publishMany(app, 1, EVENTS / 2);
      const backups = Object.values(ways).map((way) => way.begin(server));
      await Promise.all([...backups, publishMany(app, 1 + EVENTS / 2, EVENTS / 2)]);
      await eraseDocument(app, 'SINV-00007');
      await replay(app);
      await quiet(app);
      await stopAll();
      before = await contentOf(ofApplication(urls));
      pairs = await toArrive(ofApplication(urls));
      for (const way of Object.values(ways)) await way.mark(server);

      // what the backup does not have: deliveries that are sent after all, events, an erasure
      partner.answerWith(() => ({}));
      const later = await start(urls);
      await later.database.query('update delivery_jobs set due_at = now()');
      await publishMany(later, 1 + EVENTS, LOST);
      await eraseDocument(later, ERASED_LATER);
      await quiet(later);
      await stopAll();
      await lose(server);
    }, 3_600_000);

    afterAll(async () => {
      await stopAll();
      await Promise.all([server?.remove(), partner?.stop()]);
      await rm(folder, { recursive: true, force: true });
    });

    describe.each(Object.entries(ways))('%s', (name, way) => {
      let restored: RestoredServer;
      let own: { EVIDENCE_HEAD_FILE: string; ERASURE_JOURNAL_FILE: string };

      beforeAll(async () => {
        // what the machine of the program has, which is not that of the database
        const copy = async (file: string) => {
          const path = join(folder, `${name} ${file}`);
          await copyFile(join(folder, file), path);
          return path;
        };
        own = { EVIDENCE_HEAD_FILE: await copy('head.txt'), ERASURE_JOURNAL_FILE: await copy('erasures.ndjson') };
        restored = await way.restore(server);
        partner.calls.length = 0;
      }, 600_000);
      afterAll(async () => {
        await stopAll();
        await restored?.remove();
      });

      test('each table has the rows that it had, byte for byte, and no sequence is behind', async () => {
        const after = await contentOf(ofApplication(restored.urls));
        expect(after.tables).toEqual(before.tables);
        expect(Object.keys(before.tables).length).toBeGreaterThan(60);
        expect(Number(before.tables.business_events?.n)).toBeGreaterThan(EVENTS);
        for (const [name, last] of Object.entries(before.sequences)) {
          expect([name, Number(after.sequences[name]) >= Number(last)]).toEqual([name, true]);
        }
      });

      test('doctor --restored says what is lost and what would be sent', async () => {
        const { servingUrl: DATABASE_URL, migrationUrl: MIGRATION_DATABASE_URL } = restored.urls;
        const what = { urls: [], restored: true, headFiles: [] };
        const findings = await runChecks({ ...env, ...own, DATABASE_URL, MIGRATION_DATABASE_URL }, what);
        const said = Object.fromEntries(
          findings.map((finding) => [finding.what, `${finding.level}: ${finding.message}`]),
        );
        expect(said).toMatchObject({
          cluster: expect.stringMatching(way.cluster),
          evidence: expect.stringMatching(
            /^fault: EVIDENCE_HEAD_FILE has \d+ leaves, and the tree \d+: .*At least \d+ sealed records are lost/,
          ),
          erasures: expect.stringMatching(
            /^warning: The journal names 0 users, 1 events and 0 requests that are here again/,
          ),
          sequences: expect.stringMatching(/^ok: The \d+ sequences are at or past/),
          'to send': expect.stringMatching(
            /^fault: \d+ events, \d+ deliveries and \d+ replays wait\..* A start sends them/,
          ),
        });
      });

      test('nothing is sent before resumeDeliveries; then all of it is, once', async () => {
        const app = await start(restored.urls, { ...own, START_PAUSED: 'on' });
        // all that waits is due
        await app.database.query('update delivery_jobs set due_at = now()');
        await publishMany(app, 1 + EVENTS, 40);
        await waitFor('the fan-out', async () => (await app.database.query('select from outbox limit 1')).length === 0);
        expect(
          await app.database.query(`select from payloads where position(convert_to($1, 'UTF8') in body) > 0`, [
            ERASED_LATER,
          ]),
        ).toEqual([]);
        const { data } = await app.ask('{ deliveriesPaused { reason } }');
        expect(data.deliveriesPaused).toEqual({ reason: 'START_PAUSED is on' });
        const stopped = await waitFor('sealing to stop', async () => {
          const { evidenceStatus } = (await app.ask('{ evidenceStatus { stops { code } } }')).data;
          return evidenceStatus.stops.length > 0 && evidenceStatus.stops;
        });
        expect(stopped).toEqual([{ code: 'NEWER' }]);
        const restart = await runHookledger(['evidence', 'restart', '--because', 'A backup was restored'], app.env);
        expect(restart).toMatchObject({ code: 0, stderr: '' });
        // several looks of each idle loop
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        expect(partner.calls).toHaveLength(0);

        await mutate(app, 'resumeDeliveries', {}, 'ended { reason }');
        await app.database.query('update replays set rate = 1000, next_step_at = now() where finished_at is null');
        await waitFor(
          'the replay',
          async () => (await app.database.query('select from replays where finished_at is null')).length === 0,
        );
        await waitFor('all deliveries but those of the webhook that is paused itself', async () => {
          // of a partner who failed before
          await app.database.query('update webhook_circuits set open_until = now() where open_until > now()');
          const open = `select from deliveries where status in ('PENDING', 'RETRYING') and not held limit 1`;
          return (await app.database.query(open)).length === 0;
        });
        const arrived = partner.calls.map(({ headers }) => headers['webhook-id']);
        expect(pairs.filter((id) => !arrived.includes(id))).toEqual([]);
        expect(arrived).toHaveLength(new Set(arrived).size);
      });

      test('the record verifies, to its content', async () => {
        const app = await start(restored.urls, own);
        await waitFor(
          'all to be sealed',
          async () => (await app.database.query('select from evidence_queue limit 1')).length === 0,
        );
        const { evidenceRun } = await mutate(app, 'verifyEvidence', { depth: 'CONTENT' }, 'evidenceRun { id }');
        const run = await waitFor(
          'the verification',
          async () => {
            const { data } = await app.ask(
              `{ evidenceRun(id: "${evidenceRun.id}") { status checked findings { name rowKind rowId message } } }`,
            );
            return !['PENDING', 'RUNNING'].includes(data.evidenceRun.status) && data.evidenceRun;
          },
          120_000,
        );
        expect(run).toMatchObject({ status: 'COMPLETED', findings: [] });
        expect(run.checked).toBeGreaterThan(EVENTS);
      });
    });
  });
}

/** The database of the application, as the superuser. */
const ofApplication = ({ superuserUrl }: Urls) =>
  Object.assign(new URL(superuserUrl), { pathname: '/hookledger' }).href;

async function replay(app: TestApp): Promise<void> {
  const where = { status: { eq: 'EXHAUSTED' }, webhook: { name: { eq: 'Given up' } } };
  await mutate(app, 'replayDeliveries', { where, reason: 'they lost them', rate: 1 }, 'replay { id }');
}

/** Everything is fanned out, attempted and sealed that can be; what waits for its time waits. */
async function quiet(app: TestApp): Promise<void> {
  await waitFor(
    'the work to be done',
    async () => {
      const [left] = await app.database.query<{ any: boolean }>(
        `select exists (select from outbox) or exists (select from delivery_jobs where due_at <= now())
         or exists (select from webhook_request_logs where finished_at is null) or exists (select from evidence_queue)
         or exists (select from audit_event_queue) as any`,
      );
      return left?.any === false;
    },
    300_000,
  );
}

interface Content {
  tables: Record<string, { n: string; digest: string }>;
  sequences: Record<string, string>;
}

/** A number and a digest of the rows of each table, in any order; and the last number of each sequence. */
async function contentOf(url: string): Promise<Content> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`set timezone = 'UTC'`);
    const { rows: names } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not relispartition order by 1`,
    );
    const tables: Content['tables'] = {};
    for (const { name } of names) {
      const { rows } = await client.query(
        `select count(*)::text as n, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as digest from ${name} as t`,
      );
      tables[name] = rows[0];
    }
    const { rows } = await client.query<{ name: string; last: string }>(
      'select sequencename as name, last_value::text as last from pg_sequences where last_value is not null',
    );
    return { tables, sequences: Object.fromEntries(rows.map(({ name, last }) => [name, last])) };
  } finally {
    await client.end();
  }
}

/** The `webhook-id` of each delivery that waits for an attempt. */
async function toArrive(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `select d.id from delivery_jobs j join deliveries d on d.id = j.delivery_id
       where d.reference_document is distinct from '${ERASED_LATER}'`,
    );
    return rows.map(({ id }) => toNodeId('Delivery', id));
  } finally {
    await client.end();
  }
}
