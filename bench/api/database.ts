// A PostgreSQL of the benchmark with a log of so many rows in it, kept between runs where a folder is named.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded-postgres/embedded-postgres';
import { MIGRATIONS } from '../../src/database/migrations';
import { startServer } from '../server-process';
import { untilCaughtUp } from './caught-up';
import { type Generated, generate } from './generate/generate';
import type { Target } from './load';

export interface Database extends Generated {
  servingUrl: string;
  /** As the superuser. */
  sql: Client;
  /** Our server as shipped, and how it is asked. */
  startApi(): Promise<{ target: Target; stop(): Promise<void> }>;
}

// Of a small machine that is used as a database: the same for both sides. fsync and all else at their defaults.
const SETTINGS = {
  shared_buffers: '1GB',
  effective_cache_size: '8GB',
  max_wal_size: '4GB',
  // indexes that are built are not logged, which is half of what a long log writes
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_connections: '300',
};

const MIGRATION_NAMES = MIGRATIONS.map((migration) => new migration().name).join(', ');

type Stops = (() => Promise<unknown>)[];
type Say = (what: string) => void;

interface Kept extends Generated {
  adminKey: string;
  /** The names of the migrations, which contain a hash of their text: a database of other ones is made again. */
  migrations: string;
}

export interface Wanted {
  /** About. */
  rows: number;
  /** A folder that is used again by the next run; null: a new one, removed by `stop`. */
  keep: string | null;
  /** Counted and indexed by the application, which takes longer than writing it. */
  caughtUp: boolean;
}

/** @param stops how to end it, also where this fails */
export async function openDatabase({ rows, keep, caughtUp }: Wanted, stops: Stops, say: Say): Promise<Database> {
  const folder = keep === null ? await mkdtemp(join(tmpdir(), 'hookledger-bench-')) : join(keep, `rows-${rows}`);
  await mkdir(folder, { recursive: true });
  const noteFile = join(folder, 'generated.json');
  const known = await readKept(noteFile);
  const postgres = await startPostgres(join(folder, 'data'), known !== null);
  const superuser = Object.assign(new URL(postgres.superuserUrl), { pathname: '/hookledger' }).href;
  const sql = new Client({ connectionString: superuser, application_name: 'bench' });
  stops.push(async () => {
    await sql.end().catch(() => undefined);
    await postgres.stop();
    if (keep !== null) return;
    await rm(postgres.dataPath, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });
  await sql.connect();
  const adminKey = known?.adminKey ?? `bench-administrator-${randomBytes(12).toString('hex')}`;
  const start = async (processes: 'api' | 'worker,indexer') => {
    const server = await startServer(environmentOf(postgres, adminKey, processes), folder);
    stops.push(server.stop);
    return server;
  };
  // it migrates
  await (await start('api')).stop();
  const generated = known ?? (await generate({ superuser, owner: postgres.migrationUrl }, rows, say));
  const note: Kept = { ...generated, adminKey, migrations: MIGRATION_NAMES };
  await writeFile(noteFile, JSON.stringify(note), { mode: 0o600 });
  let hasNew = known === null;
  if (caughtUp) {
    const worker = await start('worker,indexer');
    hasNew = (await untilCaughtUp(sql, say)) || hasNew;
    await worker.stop();
  }
  if (hasNew) {
    await sql.query('vacuum (analyze)');
    say('  vacuumed');
  }
  await sql.query('checkpoint');
  return {
    ...generated,
    servingUrl: postgres.servingUrl,
    sql,
    async startApi() {
      const { url, stop } = await start('api');
      return { target: { url: `${url}/graphql`, headers: { authorization: `Bearer ${adminKey}` } }, stop };
    },
  };
}

function environmentOf(postgres: EmbeddedPostgres, adminKey: string, processes: string): Record<string, string> {
  return {
    DATABASE_URL: postgres.servingUrl,
    MIGRATION_DATABASE_URL: postgres.migrationUrl,
    ENCRYPTION_KEY: postgres.encryptionKey,
    ADMIN_API_KEY: adminKey,
    PROCESSES: processes,
    // they count, and refuse nobody: how much a caller may ask is not what is measured
    RATE_LIMIT_COST_PER_MINUTE: '900000000',
    RATE_LIMIT_REQUESTS_PER_SECOND: '1000000',
    RATE_LIMIT_REQUESTS_AT_ONCE: '1000',
    ...(processes === 'api' && { PORT: '0' }),
  };
}

async function readKept(file: string): Promise<Kept | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  const kept: Kept | null = text === null ? null : JSON.parse(text);
  return kept?.migrations === MIGRATION_NAMES ? kept : null;
}

/** @param isWhole false: what is there was left by a run that did not come to its end, and makes room */
async function startPostgres(dataDir: string, isWhole: boolean): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, settings: SETTINGS });
  if (isWhole || !(await isUsed(postgres))) return postgres;
  await postgres.stop();
  await rm(postgres.dataPath, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
  return startEmbeddedPostgres({ dataDir, settings: SETTINGS });
}

async function isUsed({ migrationUrl }: EmbeddedPostgres): Promise<boolean> {
  const client = new Client({ connectionString: migrationUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ used: boolean }>(`select to_regclass('public.users') is not null as used`);
    return rows[0]?.used === true;
  } finally {
    await client.end();
  }
}
