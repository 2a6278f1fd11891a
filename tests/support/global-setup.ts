import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/app/embedded-postgres/embedded-postgres';
import { migrate } from '../../src/app/migrate';

/** One Postgres for the whole run, and in it one migrated database that every test file gets a copy of. */
export default async function globalSetup(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hookledger-tests-'));
  const postgres = await startEmbeddedPostgres({
    dataDir,
    binaries: process.env.TEST_POSTGRES_BINARIES,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  await migrate(postgres.migrationUrl, postgres.servingUrl);
  const admin = new Client({ connectionString: postgres.superuserUrl });
  await admin.connect();
  await admin.query('alter database hookledger rename to hookledger_template');
  await admin.end();
  process.env.TEST_POSTGRES = JSON.stringify({
    servingUrl: postgres.servingUrl,
    migrationUrl: postgres.migrationUrl,
    superuserUrl: postgres.superuserUrl,
  });
  Object.assign(globalThis, {
    stopTestPostgres: async () => {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
      await rm(postgres.dataPath, { recursive: true, force: true });
    },
  });
}
