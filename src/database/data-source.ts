import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { FEATURES } from '../features';
import { type SessionOptions, sessionConfig } from '../sql/session';
import { MIGRATIONS } from './migrations';

export interface DataSourceOptions extends SessionOptions {
  /** Maximum number of connections. */
  poolSize?: number;
}

/**
 * Sessions of workers run the same few statements on rows that they select by id. With these settings each statement is
 * planned once, and through indexes even while its table is small enough for a sequential scan, because it will grow.
 */
export const BY_ID_PLANS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  // fits SSDs and cached tables; with the default, each take reads and sorts all jobs of pg-boss
  random_page_cost: '1.1',
};

/** For queries: short statements whose plans are kept. */
export const FOR_READING = {
  name: 'read',
  poolSize: 8,
  statementTimeoutMs: 10_000,
  settings: { random_page_cost: '1.1' },
} satisfies DataSourceOptions;

/** For requests without a key: metrics, readiness, public keys. One connection, apart from all others. */
export const FOR_MONITORING = {
  name: 'monitor',
  poolSize: 1,
  statementTimeoutMs: 5_000,
} satisfies DataSourceOptions;

/** For calls of partners: few statements, planned as BY_ID_PLANS, sent without waiting for the ones before. */
export const FOR_RECEIVING: DataSourceOptions = {
  name: 'receive',
  poolSize: 4,
  statementTimeoutMs: 10_000,
  settings: BY_ID_PLANS,
  pipeline: true,
};

/** For subscriptions, which often look up few rows by their ids. */
export const FOR_WATCHING: DataSourceOptions = {
  name: 'watch',
  poolSize: 6,
  statementTimeoutMs: 5_000,
  settings: { random_page_cost: '1.1' },
} satisfies DataSourceOptions;

/**
 * For queries in one statement: planned once for all values, through indexes, a row at a time. Their pages are small,
 * but the linked tables need not be; and a plan made for one value of a filter would be wrong for the next.
 */
export const FOR_ANSWERING = {
  ...FOR_READING,
  name: 'answer',
  settings: {
    ...FOR_READING.settings,
    plan_cache_mode: 'force_generic_plan',
    enable_hashjoin: 'off',
    enable_mergejoin: 'off',
  },
} satisfies DataSourceOptions;

/** A connection pool of one login. */
export function createDataSource(url: string, options: DataSourceOptions): DataSource {
  const { poolSize = 10, statementTimeoutMs = 30_000, ...session } = options;
  return new DataSource({
    type: 'postgres',
    url,
    entities: FEATURES.flatMap(({ entities }) => entities),
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    poolSize,
    connectTimeoutMS: 5_000,
    // a pool without this listener turns a database restart into an uncaught exception
    poolErrorHandler: () => undefined,
    extra: {
      ...sessionConfig({ ...session, statementTimeoutMs }),
      idle_in_transaction_session_timeout: 60_000,
    },
  });
}
