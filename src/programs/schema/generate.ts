// `npm run generate`: writes the generated files: schema/schema.graphql, missing entries of schema/CHANGELOG.md, the typed documents of
// clients, the tables of who may use what, and schema/database.sql. With --check it only reports what is not up to date, what would
// break clients, and what was changed of released migrations; schema.test.ts checks schema/database.sql, which needs a database.
// With --release it makes a release.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { createSchema, printApi } from '../../server/schema/schema';
import { accessCode, clientCode } from './generated-code';
import { faultsOfMigrations, release } from './release';
import { changelogFaults, changelogLine, completeChangelog } from './schema-changelog';
import { breakingChanges, type Change, changesBetween, releasedSchema } from './schema-changes';

const SCHEMA_FILE = resolve('schema/schema.graphql');
const RELEASED_FILE = resolve('schema/released.graphql');
const CHANGELOG_FILE = resolve('schema/CHANGELOG.md');
const DATABASE_FILE = resolve('schema/database.sql');
const ACCESS_FILE = resolve('dashboard/src/api/generated/access.ts');
/** The files with the typed documents of a client, and the folders of its documents. */
const CLIENTS = [
  { file: resolve('tests/client/generated.ts'), folder: resolve('tests/client/documents') },
  { file: resolve('dashboard/src/api/generated/documents.ts'), folder: resolve('dashboard/src/documents') },
];

interface Api {
  sdl: string;
  /** Parsed from its text, as clients see it. */
  schema: GraphQLSchema;
  /** null: there is no release yet. */
  released: GraphQLSchema | null;
  changes: Change[];
  changelog: string;
}

async function main(): Promise<void> {
  const api = await readApi();
  if (process.argv.includes('--check')) return fail(await faultsOf(api));
  if (process.argv.includes('--release')) return fail(await faultsOfRelease(api));
  await mkdir(resolve('schema'), { recursive: true });
  await writeFile(SCHEMA_FILE, api.sdl);
  await writeFile(CHANGELOG_FILE, completeChangelog(api.changelog, api.changes));
  for (const { file, folder } of CLIENTS) await writeFile(file, await clientCode(api.schema, folder));
  await writeFile(ACCESS_FILE, accessCode(api.schema));
  await writeFile(DATABASE_FILE, await describeFreshDatabase());
  fail(await breakingFaults(api));
}

async function readApi(): Promise<Api> {
  const sdl = printApi(createSchema());
  const schema = buildSchema(sdl);
  const released = releasedSchema(await readFile(RELEASED_FILE, 'utf8'));
  const changelog = await readFile(CHANGELOG_FILE, 'utf8');
  return { sdl, schema, released, changes: await changesBetween(released, schema), changelog };
}

async function faultsOf(api: Api): Promise<string[]> {
  const { missing, stale } = changelogFaults(api.changelog, api.changes);
  return [
    ...(await breakingFaults(api)),
    ...(await faultsOfMigrations(resolve('.'))),
    ...lackingLines(missing),
    ...stale.map(({ section, coordinate }) => {
      return `schema/CHANGELOG.md names ${coordinate} under ${section}, but the schema has no such change: npm run generate`;
    }),
    ...((await isCurrent(SCHEMA_FILE, api.sdl))
      ? []
      : ['schema/schema.graphql does not match the source: npm run generate']),
    ...(await Promise.all(CLIENTS.map((client) => clientFaults(api, client)))).flat(),
    ...((await isCurrent(ACCESS_FILE, accessCode(api.schema)))
      ? []
      : ['dashboard/src/api/generated/access.ts does not match the schema: npm run generate']),
  ];
}

async function clientFaults(api: Api, { file, folder }: (typeof CLIENTS)[number]): Promise<string[]> {
  try {
    if (await isCurrent(file, await clientCode(api.schema, folder))) return [];
    return [`${relative('.', file)} does not match schema and documents: npm run generate`];
  } catch (error) {
    return [(error as Error).message];
  }
}

async function isCurrent(file: string, text: string): Promise<boolean> {
  return (await readFile(file, 'utf8').catch(() => null)) === text;
}

function lackingLines(missing: readonly Change[]): string[] {
  return [...Map.groupBy(missing, ({ section }) => section)].map(([section, changes]) => {
    const lines = changes.map(changelogLine).join('\n');
    return `schema/CHANGELOG.md lacks this under Unreleased, ${section} (npm run generate writes it):\n${lines}`;
  });
}

async function breakingFaults({ released, schema }: Api): Promise<string[]> {
  return (await breakingChanges(released, schema)).map((sentence) => {
    return `Breaks clients of the last release: ${sentence} Deprecate first, release, then remove: docs/decisions/shape-of-the-api.md`;
  });
}

/** Nothing is released while the check reports anything. */
async function faultsOfRelease(api: Api): Promise<string[]> {
  const faults = await faultsOf(api);
  return faults.length > 0 ? faults : release(resolve('.'), api.sdl, new Date().toISOString().slice(0, 10));
}

function fail(faults: readonly string[]): void {
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

async function describeFreshDatabase(): Promise<string> {
  // loaded only here, because --check needs none of it
  const { startEmbeddedPostgres } = await import('../../database/embedded-postgres/embedded-postgres.js');
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
  const { migrate } = await import('../../database/migrate.js');
  const { createDataSource } = await import('../../database/data-source.js');
  const { describeDatabase } = await import('../../database/describe-database.js');
  await migrate(ownerUrl, servingUrl);
  const source = await createDataSource(ownerUrl, { name: 'generate', poolSize: 1 }).initialize();
  try {
    return await describeDatabase(source.manager);
  } finally {
    await source.destroy();
  }
}

main().catch((error: Error) => fail([error.message]));
