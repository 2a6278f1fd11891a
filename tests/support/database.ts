import { createHash, randomBytes } from 'node:crypto';
import { Client } from 'pg';

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

/** A database that exists. */
export async function connectTo(name: string): Promise<TestDatabase> {
  const { servingUrl, migrationUrl, superuserUrl } = urls();
  const at = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const client = new Client({ connectionString: at(superuserUrl) });
  await client.connect();
  return {
    name,
    servingUrl: at(servingUrl),
    migrationUrl: at(migrationUrl),
    superuserUrl: at(superuserUrl),
    query: async (sql, values) => (await client.query(sql, values)).rows,
    prepared: async (text, values = []) => {
      const name = createHash('sha256').update(text).digest('base64url');
      return (await client.query({ name, text, values })).rows;
    },
    close: () => client.end(),
    drop: async () => {
      await client.end();
      await asAdmin(`drop database ${name} with (force)`);
    },
  };
}

const urls = () => JSON.parse(process.env.TEST_POSTGRES ?? '') as Urls;

interface Admin {
  client: Client;
  stop(): Promise<void>;
}

/** In a session of database `postgres`, which the test files of a jest worker share: to begin and end one takes 10 ms of CPU. */
async function asAdmin(sql: string): Promise<void> {
  const { ofWorker } = globalThis as unknown as { ofWorker?: Map<string, Admin> };
  const shared = ofWorker?.get('admin');
  if (shared) {
    await shared.client.query(sql);
    return;
  }
  const client = new Client({ connectionString: urls().superuserUrl });
  await client.connect();
  const stop = () => client.end();
  if (!ofWorker || ofWorker.has('admin')) {
    await client.query(sql).finally(stop);
    return;
  }
  ofWorker.set('admin', { client, stop });
  await client.query(sql);
}
