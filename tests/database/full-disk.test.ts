// A disk that is really full: a small file system in memory, which only root may mount. No checkpoint of the cluster succeeds
// meanwhile, so it is not the one that test files share.
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded-postgres/embedded-postgres';
import { askAt } from '../support/app';
import { type Program, startProgram } from '../support/program';
import { waitFor } from '../support/wait-for';
import { invoice } from '../support/webhooks';
import { mountSmallDisk } from './small-disk';

const NAME = `full_${randomBytes(6).toString('hex')}`;
const ADMIN_KEY = `test-administrator-${randomBytes(12).toString('hex')}`;
const PUBLISH = 'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id } } }';

const disk = mountSmallDisk('hookledger-full-');
const dataDir = mkdtempSync(join(tmpdir(), 'hookledger-full-'));
let postgres: EmbeddedPostgres;
let admin: Client;
let program: Program;

afterAll(async () => {
  await program?.kill('SIGKILL');
  await admin?.end();
  await postgres?.stop();
  disk.remove();
  for (const each of [dataDir, postgres?.dataPath ?? dataDir]) rmSync(each, { recursive: true, force: true });
});

async function startOnSmallDisk(): Promise<Program> {
  postgres = await startEmbeddedPostgres({
    dataDir,
    binaries: process.env.TEST_POSTGRES_BINARIES,
    settings: { fsync: 'off', full_page_writes: 'off' },
  });
  admin = new Client({ connectionString: postgres.superuserUrl });
  await admin.connect();
  const [{ data_directory }] = (await admin.query('show data_directory')).rows;
  const { uid, gid } = statSync(data_directory);
  chownSync(disk.folder, uid, gid);
  await admin.query(`create tablespace ${NAME} location '${disk.folder}'`);
  await admin.query(`create database ${NAME} tablespace ${NAME} owner hookledger_owner`);
  const at = (url: string) => Object.assign(new URL(url), { pathname: `/${NAME}` }).href;
  return startProgram({
    DATABASE_URL: at(postgres.servingUrl),
    MIGRATION_DATABASE_URL: at(postgres.migrationUrl),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: ADMIN_KEY,
    PORT: '0',
  });
}

/** Too large for what is free in pages that are there, and not to be compressed. */
function publish() {
  const data = { noise: randomBytes(100_000).toString('base64') };
  return askAt(program.url as string, PUBLISH, { input: { events: [invoice('INV-1', { data })] } }, ADMIN_KEY);
}

const readiness = async () => {
  const answer = await fetch(`${program.url}/readyz`);
  return { status: answer.status, checks: (await answer.json()).checks };
};

(disk.isMounted ? test : test.skip)(
  'a full disk makes publishing UNAVAILABLE and the program not ready, until it has space',
  async () => {
    program = await startOnSmallDisk();
    expect((await publish()).errors).toBeUndefined();
    disk.fill();
    // what is free in its files is used up
    const refused = await waitFor('a refusal', async () => {
      const answer = await publish();
      return answer.errors ? answer : null;
    });
    expect([refused.status, refused.errors]).toMatchObject([
      503,
      [{ message: 'The database has no space left on its disk. Try again.', extensions: { code: 'UNAVAILABLE' } }],
    ]);
    expect(await readiness()).toMatchObject({ status: 503, checks: { database: 'has no space left on its disk' } });
    disk.empty();
    await waitFor('it to be ready again', async () => (await readiness()).status === 200);
    expect((await publish()).errors).toBeUndefined();
  },
);
