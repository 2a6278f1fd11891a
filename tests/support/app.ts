import { randomBytes } from 'node:crypto';
import type { Role } from '../../src/access/viewer';
import { startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { connectTo, createTestDatabase, type TestDatabase } from './database';
import { duringFile } from './during-file';
import { changedObjects, keepRows, restoreRows } from './empty-database';
import { waitFor } from './wait-for';

export interface GraphQLAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  data: any;
  errors?: {
    message: string;
    path?: (string | number)[];
    extensions: { code: string; field?: string[]; requestId?: string };
  }[];
  extensions?: { cost?: { requested: number; limit: number; remaining?: number; perMinute?: number } };
}

export interface LogSink {
  write(line: string): void;
}

export interface TestApp {
  url: string;
  database: TestDatabase;
  adminKey: string;
  /** The environment that another process of the same installation gets. */
  env: Record<string, string>;
  /** As the administrator, or with `key`; null: without one. */
  ask(query: string, variables?: object, key?: string | null): Promise<GraphQLAnswer>;
  /** A new user with these roles. @returns a key of theirs */
  keyFor(...roles: Role[]): Promise<string>;
  stop(): Promise<void>;
}

/**
 * The application as it is, on a database of its own, on a free port; http to this machine is allowed.
 * @param logTo gets its log lines; stdout by default, where TEST_LOG_LEVEL asks for them
 */
export async function startTestApp(overrides: Record<string, string> = {}, logTo?: LogSink): Promise<TestApp> {
  const database = await createTestDatabase();
  try {
    const { app, url, env } = await startOn(database, overrides, logTo);
    const stop = async () => {
      await app.stop();
      await database.drop();
    };
    return clientOf({ url, env, database, stop });
  } catch (error) {
    await database.drop();
    throw error;
  }
}

/** `startTestApp` for all tests of a file. */
export function useTestApp(...settings: Parameters<typeof startTestApp>): TestApp {
  return duringFile(() => startTestApp(...settings));
}

/** `shareTestApi` for all tests of a file. */
export function useTestApi(): TestApp {
  return duringFile(shareTestApi);
}

interface SharedApi {
  url: string;
  env: Record<string, string>;
  databaseName: string;
  stop(): Promise<void>;
}

/**
 * The API that all test files of a jest worker share, without a worker: started by the first, and each gets it with an
 * empty database. For tests that need no settings, do not stop it, and leave tables as they are.
 */
export async function shareTestApi(): Promise<TestApp> {
  const { ofWorker } = globalThis as unknown as { ofWorker: Map<string, SharedApi> };
  const known = ofWorker.get('api');
  const shared = known ?? (await startShared());
  ofWorker.set('api', shared);
  const database = await connectTo(shared.databaseName);
  await restoreRows(database);
  if (known) {
    await forgetEarlier(shared, database);
    await restoreRows(database);
  }
  const stop = async () => {
    const changed = await changedObjects(database);
    await database.close();
    if (changed.length > 0) throw new Error(`other test files would find these changed: ${changed.join('; ')}`);
  };
  return clientOf({ ...shared, database, stop });
}

/**
 * Waits until the shared API has written what the files before have read and were denied: its entries in the audit trail would be
 * among those of the next file, and wait to be sealed. A masking rule applies for a second after its row was deleted behind the API's
 * back, unless another one is changed.
 */
async function forgetEarlier({ url, env }: SharedApi, database: TestDatabase): Promise<void> {
  const ask: TestApp['ask'] = (query, variables, key = env.ADMIN_API_KEY) => askAt(url, query, variables, key);
  const rule = '{ roles: [SUPPORT], part: DATA, path: "$.forgotten", strategy: HIDE }';
  await ask(`mutation { createMaskingRule(input: ${rule}) { maskingRule { id } } }`);
  const operation = `Forget_${randomBytes(6).toString('hex')}`;
  // a key of its own: of one that has read very much, readings are recorded together
  const key = await makeKey(ask, ['AUDITOR']);
  await ask('mutation { pauseWebhook(input: { id: "whk_1" }) { webhook { id } } }', {}, key);
  await ask(`query ${operation} { businessEvents(first: 1) { nodes { dataBody { bytes } } } }`, {}, key);
  await waitFor('the shared API to have written what it has noted', async () => {
    // a denial is counted until its minute has ended, and has an entry then
    const [written] = await database.query<{ both: boolean }>(
      `with own as (select id from users where name like 'user-%')
       select exists (select from audit_entries where position($1 in details) > 0) and (
         exists (select from audit_windows where (denial::jsonb -> 'actor' ->> 'userId')::uuid in (select id from own))
         or exists (select from audit_entries where action = 'access.denied' and actor_id in (select id from own))) as both`,
      [operation],
    );
    return written?.both;
  });
}

/** For tests that change what a jest worker has only once, such as `performance.now`: the shared API would measure by it. */
export async function endSharedApi(): Promise<void> {
  const { ofWorker } = globalThis as unknown as { ofWorker: Map<string, SharedApi> };
  const shared = ofWorker.get('api');
  ofWorker.delete('api');
  await shared?.stop();
}

async function startShared(): Promise<SharedApi> {
  const database = await createTestDatabase();
  // all files come from one address
  const limits = { RATE_LIMIT_WRONG_KEYS_PER_MINUTE: '100000' };
  const { app, url, env } = await startOn(database, { PROCESSES: 'api', ...limits });
  await keepRows(database);
  await database.close();
  return { url, env, databaseName: database.name, stop: async () => void (await app.stop()) };
}

async function startOn(database: TestDatabase, overrides: Record<string, string>, logTo?: LogSink) {
  const env = {
    DATABASE_URL: database.servingUrl,
    MIGRATION_DATABASE_URL: database.migrationUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: `test-administrator-${randomBytes(12).toString('hex')}`,
    PORT: '0',
    ALLOW_HTTP_TARGETS: 'on',
    // one key asks what the queries of many tests cost
    RATE_LIMIT_COST_PER_MINUTE: '100000000',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    ...overrides,
  };
  const config = readConfig(env);
  const app = await startApp(config, createLog(config.logLevel, logTo));
  return { app, url: app.url ?? '', env };
}

/** Of an application that a test has started by itself. */
export function clientOf(running: Pick<TestApp, 'url' | 'env' | 'database' | 'stop'>): TestApp {
  const { url, env } = running;
  const adminKey = env.ADMIN_API_KEY ?? '';
  const ask: TestApp['ask'] = (query, variables, key = adminKey) => askAt(url, query, variables, key);
  return { ...running, adminKey, ask, keyFor: (...roles) => makeKey(ask, roles) };
}

export async function askAt(
  url: string,
  query: string,
  variables?: object,
  key?: string | null,
): Promise<GraphQLAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<GraphQLAnswer, 'status'>) };
}

let users = 0;

async function makeKey(ask: TestApp['ask'], roles: Role[]): Promise<string> {
  users += 1;
  const created = await ask(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { message } } }',
    { input: { name: `user-${users}-${roles.join('-').toLowerCase()}`, roles } },
  );
  const answer = await ask(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token userErrors { message } } }',
    { input: { userId: created.data.createUser.user.id, label: 'test' } },
  );
  return answer.data.createApiKey.token;
}
