import { createHash, randomBytes } from 'node:crypto';
import { Client, type QueryConfig, type QueryResult } from 'pg';
import { duringFile } from './during-file';

interface Urls {
  servingUrl: string;
  migrationUrl: string;
  superuserUrl: string;
}

export interface TestDatabase extends Urls {
  name: string;
  /** Runs a statement as the superuser, to look behind the application's back. */
  query<Row = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** The same for one statement that is sent again and again: it is planned once. */
  prepared<Row = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Ends the connection of `query`. */
  close(): Promise<void>;
  drop(): Promise<void>;
}

/** A database of the test file: a copy of the migrated template, or of another one (`template1` is empty). */
export async function createTestDatabase(template = 'hookledger_template'): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  // by way of the log it takes three times the CPU
  const how = `template ${template} strategy file_copy owner hookledger_owner`;
  await asAdmin(`create database ${name} ${how}`);
  return connectTo(name);
}

/** `createTestDatabase` for all tests of a file. */
export function useTestDatabase(template?: string): TestDatabase {
  return duringFile(async () => {
    const database = await createTestDatabase(template);
    return { ...database, stop: database.drop };
  });
}

/** A database that exists. */
export async function connectTo(name: string): Promise<TestDatabase> {
  return connectAt(urls(), name);
}

/** The same on another server. */
export async function connectAt({ servingUrl, migrationUrl, superuserUrl }: Urls, name: string): Promise<TestDatabase> {
  const at = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const client = new Client({ connectionString: at(superuserUrl) });
  await client.connect();
  const query = oneByOne(client);
  return {
    name,
    servingUrl: at(servingUrl),
    migrationUrl: at(migrationUrl),
    superuserUrl: at(superuserUrl),
    query: async (text, values = []) => (await query({ text, values })).rows,
    prepared: async (text, values = []) => {
      const name = createHash('sha256').update(text).digest('base64url');
      return (await query({ name, text, values })).rows;
    },
    close: () => client.end(),
    drop: async () => {
      await client.end();
      await asAdmin(`drop database ${name} with (force)`);
    },
  };
}

const urls = () => JSON.parse(process.env.TEST_POSTGRES ?? '') as Urls;

/** Tests ask several things at once, which a session of `pg` no longer queues. */
function oneByOne(client: Client): (query: QueryConfig) => Promise<QueryResult> {
  let last: Promise<unknown> = Promise.resolve();
  return (query) => {
    const asked = last.then(() => client.query(query));
    last = asked.catch(() => undefined);
    return asked;
  };
}

interface Admin {
  query: ReturnType<typeof oneByOne>;
  stop(): Promise<void>;
}

/** In a session of database `postgres`, which the test files of a jest worker share: to begin and end one takes 10 ms of CPU. */
async function asAdmin(sql: string): Promise<void> {
  const { ofWorker } = globalThis as unknown as { ofWorker?: Map<string, Admin> };
  const shared = ofWorker?.get('admin');
  if (shared) {
    await shared.query({ text: sql });
    return;
  }
  const client = new Client({ connectionString: urls().superuserUrl });
  await client.connect();
  const stop = () => client.end();
  if (!ofWorker || ofWorker.has('admin')) {
    await client.query(sql).finally(stop);
    return;
  }
  const query = oneByOne(client);
  ofWorker.set('admin', { query, stop });
  await query({ text: sql });
}
