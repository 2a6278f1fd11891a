import { execFile } from 'node:child_process';
import { chown, mkdtemp, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../src/database/embedded-postgres/embedded-postgres';
import { errorsOfProgram, PREFIX } from './database-errors';
import { keepTransactionsOpen } from './open-transactions';

const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 4 * 1024 ** 3;

/** One PostgreSQL for the whole run, and in it one migrated database that every test file gets a copy of; and the program. */
export default async function globalSetup(): Promise<void> {
  const build = process.env.TEST_SKIP_BUILD ? undefined : compileProgram();
  const dataDir = await mkdtemp(join(tmpdir(), 'hookledger-tests-'));
  const postgres = await startEmbeddedPostgres({
    dataDir,
    binaries: process.env.TEST_POSTGRES_BINARIES,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '400',
      log_line_prefix: PREFIX,
    },
  });
  await build;
  const bundled = process.env.TEST_SKIP_BUILD ? undefined : bundleProgram();
  const dashboard = process.env.TEST_SKIP_BUILD ? undefined : buildDashboard();
  const compiled = keepCompiled(join(dataDir, 'compiled'));
  // an import would compile all of src/ again
  const { migrate } = require('../../../dist/src/database/migrate') as typeof import('../../../src/database/migrate');
  await migrate(postgres.migrationUrl, postgres.servingUrl);
  const admin = new Client({ connectionString: postgres.superuserUrl });
  await admin.connect();
  await admin.query('alter database hookledger rename to hookledger_template');
  await makeLoginsCheap(admin, [postgres.servingUrl, postgres.migrationUrl, postgres.superuserUrl]);
  await askForPasswords(admin, join(postgres.dataPath, 'cluster', 'pg_hba.conf'));
  const memory = await folderInMemory(join(postgres.dataPath, 'cluster'));
  if (memory !== null) {
    await admin.query(`create tablespace in_memory location '${memory}'`);
    for (const name of ['hookledger_template', 'template1']) {
      await admin.query(`alter database ${name} set tablespace in_memory`);
    }
  }
  await admin.end();
  await Promise.all([compiled, bundled, dashboard]);
  const endTransactions = process.env.TEST_OPEN_TRANSACTIONS
    ? await keepTransactionsOpen(postgres.superuserUrl)
    : undefined;
  process.env.TEST_POSTGRES = JSON.stringify({
    servingUrl: postgres.servingUrl,
    migrationUrl: postgres.migrationUrl,
    superuserUrl: postgres.superuserUrl,
  });
  const databaseLog = () => readFile(join(postgres.dataPath, 'server.log'), 'utf8');
  Object.assign(globalThis, {
    stopTestPostgres: async () => {
      await endTransactions?.();
      await postgres.stop();
      const errors = process.env.TEST_DATABASE_ERRORS === 'refuse' ? errorsOfProgram(await databaseLog()) : [];
      const folders = [dataDir, postgres.dataPath, ...(memory === null ? [] : [memory])];
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
      if (errors.length > 0) throw new Error(`PostgreSQL reported errors to the program:\n${errors.join('\n')}`);
    },
  });
}

/**
 * Stores the passwords with one iteration of their hash instead of 4096, which each of some five thousand sessions would compute.
 * PostgreSQL 15 has no such setting.
 */
async function makeLoginsCheap(admin: Client, urls: readonly string[]): Promise<void> {
  await admin.query(`select set_config(name, '1', false) from pg_settings where name = 'scram_iterations'`);
  for (const url of urls) {
    const { username, password } = new URL(url);
    const [name, secret] = [username, password].map(decodeURIComponent) as [string, string];
    await admin.query(`alter role ${admin.escapeIdentifier(name)} password ${admin.escapeLiteral(secret)}`);
  }
}

/**
 * The password is sent, and not a proof of it, which takes half of what a session costs in Node: some six thousand begin. That
 * the program asks for proofs is seen in the tests that start a PostgreSQL of their own.
 */
async function askForPasswords(admin: Client, rules: string): Promise<void> {
  await writeFile(rules, (await readFile(rules, 'utf8')).replaceAll('scram-sha-256', 'password'));
  await admin.query('select pg_reload_conf()');
}

const ROOT = join(__dirname, '../../..');

/** The program that test files share. Its types are not looked at here, which takes longer than all else of it. */
async function compileProgram(): Promise<void> {
  const compile = ['run', '--silent', 'compile', '--', '--noCheck'];
  await promisify(execFile)('npm', compile, { cwd: ROOT }).catch(() => undefined);
}

/** The one file of it that test files start, while the database is made. */
async function bundleProgram(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(ROOT, 'dist/src/programs/bundle-program.js')]);
}

/** The pages, which the program reads when it starts. */
async function buildDashboard(): Promise<void> {
  await promisify(execFile)('npm', ['run', '--silent', 'build:dashboard'], { cwd: ROOT });
}

/**
 * Compiles the program once, for jest's workers and for each process that a test starts: a quarter of what a start takes. In a
 * process of its own, while the database is made.
 */
async function keepCompiled(folder: string): Promise<void> {
  process.env.NODE_COMPILE_CACHE = folder;
  await promisify(execFile)(process.execPath, [join(ROOT, 'dist/src/app/app.js')]);
}

/**
 * A folder for PostgreSQL that is no disk, where there is one: a copy of the database has 600 files, which take 20 ms there,
 * and half a second on many a disk.
 */
async function folderInMemory(cluster: string): Promise<string | null> {
  const free = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  if (free < ENOUGH_BYTES) return null;
  const folder = await mkdtemp(join(MEMORY, 'hookledger-tests-'));
  const { uid, gid } = await stat(cluster);
  await chown(folder, uid, gid);
  return folder;
}
