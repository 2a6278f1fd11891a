// `npm run generate`: writes schema/schema.graphql and schema/database.sql. With --check it only says whether
// schema.graphql is up to date; schema.test.ts compares the other, which needs a database.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createSchema, printApi } from './schema';

const SCHEMA_FILE = resolve('schema/schema.graphql');
const DATABASE_FILE = resolve('schema/database.sql');

async function main(): Promise<void> {
  const sdl = printApi(createSchema());
  if (process.argv.includes('--check')) {
    const committed = await readFile(SCHEMA_FILE, 'utf8').catch(() => null);
    if (committed !== sdl) throw new Error('schema/schema.graphql is not what the source says: npm run generate');
    return;
  }
  await mkdir(resolve('schema'), { recursive: true });
  await writeFile(SCHEMA_FILE, sdl);
  await writeFile(DATABASE_FILE, await describeFreshDatabase());
}

async function describeFreshDatabase(): Promise<string> {
  // only here: --check needs none of it
  const { startEmbeddedPostgres } = await import('./embedded-postgres/embedded-postgres.js');
  const dataDir = await mkdtemp(join(tmpdir(), 'hookledger-generate-'));
  const postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
  try {
    return await describeAfterMigrating(postgres.migrationUrl, postgres.servingUrl);
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
    await rm(postgres.dataPath, { recursive: true, force: true });
  }
}

async function describeAfterMigrating(ownerUrl: string, servingUrl: string): Promise<string> {
  const { migrate } = await import('./migrate.js');
  const { createDataSource } = await import('./data-source.js');
  const { describeDatabase } = await import('./describe-database.js');
  await migrate(ownerUrl, servingUrl);
  const source = await createDataSource(ownerUrl, { name: 'generate', poolSize: 1 }).initialize();
  try {
    return await describeDatabase(source.manager);
  } finally {
    await source.destroy();
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
