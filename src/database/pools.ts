// The connection pools of a process, and how their sessions plan.
import { IN_INDEX_ORDER, type ShareOptions } from '../sql/pool-share';
import type { TransactionSettings } from '../sql/transactions';
import type { DataSourceOptions } from './data-source';

/** Fits SSDs and cached tables. */
const INDEXES_ARE_CHEAP = { random_page_cost: '1.1' };

/**
 * Sessions that run the same few statements on rows that they select by id. With these settings each statement is
 * planned once, and through indexes even while its table is small enough for a sequential scan, because it will grow.
 */
export const BY_ID_PLANS = {
  ...INDEXES_ARE_CHEAP,
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
};

/**
 * A transaction of many events or deliveries that waits for a lock is repeated without what is locked (`delivery/capacity/locked-rows.ts`):
 * the lock may be that of a worker that stands still.
 */
export const SHORT_LOCK_WAITS = { lock_timeout: '500ms' };
const LONG_LOCK_WAITS = { lock_timeout: '0' };

/** What callers do: sign-in, mutations, subscriptions. On the primary. */
export const SERVE = {
  name: 'serve',
  setting: 'SERVE_CONNECTIONS',
  statementTimeoutMs: 30_000,
  pipeline: true,
} satisfies DataSourceOptions;

/**
 * What moves events: publishing, calls of partners, deliveries, and the counting and indexing of both. The limit is that
 * of deliveries: their transactions are the most frequent, and a limit of their own would be one statement more in each.
 *
 * New words of the search index wait in a pending list until it is full, and the statement that fills it sorts them in. A
 * short list is sorted often and fast; a long one would delay deliveries for a tenth of a second.
 */
export const DELIVER = {
  name: 'deliver',
  setting: 'DELIVER_CONNECTIONS',
  statementTimeoutMs: 30_000,
  settings: { ...BY_ID_PLANS, ...SHORT_LOCK_WAITS, gin_pending_list_limit: '256kB' },
  pipeline: true,
} satisfies DataSourceOptions;

/**
 * Transactions that index while nothing is delivered. Each time the pending list is sorted in, the places of a word are written
 * again: of a long list, rarely. PostgreSQL sorts in as much at once as `work_mem` holds.
 */
export const INDEXING_ALONE = {
  settings: { gin_pending_list_limit: '4MB', work_mem: '32MB' },
} satisfies TransactionSettings;

/** Queries: on the replica, if there is one. */
export const READ = {
  name: 'read',
  setting: 'READ_CONNECTIONS',
  statementTimeoutMs: 10_000,
  settings: INDEXES_ARE_CHEAP,
  pipeline: true,
} satisfies DataSourceOptions;

/**
 * For requests without a key: metrics, readiness, public keys. Reserved connections, apart from the pools: one is for readiness while
 * the other waits for a metric.
 */
export const MONITOR = {
  name: 'monitor',
  poolSize: 2,
  pipeline: true,
  // less than monitors wait, so that they are answered why there is none
  connectTimeoutMs: 3_000,
  statementTimeoutMs: 5_000,
} satisfies DataSourceOptions;

/**
 * Questions for metrics: one after the other, each for a short time, because callers wait for all of them. A locked table lets its own
 * metric be missing.
 */
export const MEASURING = { atMost: 1, statementTimeoutMs: 1_500 } satisfies ShareOptions;

/**
 * Transactions that accept events and calls, whose callers wait. At most half of the pool, so that deliveries continue beside
 * any number of them.
 */
export const acceptingWith = (deliverConnections: number): ShareOptions => ({
  atMost: Math.floor(deliverConnections / 2),
  statementTimeoutMs: 10_000,
});

/** Subscriptions, which often look up few rows by their ids. At most half of the pool: their filters may be slow. */
export const watchingWith = (serveConnections: number): ShareOptions => ({
  atMost: Math.floor(serveConnections / 2),
  statementTimeoutMs: 5_000,
  settings: INDEXES_ARE_CHEAP,
});

/**
 * Queries in one statement: planned once for all values, through indexes, a row at a time. Their pages are small, but
 * the linked tables need not be; and a plan made for one value of a filter would be wrong for the next.
 */
export const ANSWERING = {
  settings: { plan_cache_mode: 'force_generic_plan', ...IN_INDEX_ORDER },
} satisfies TransactionSettings;

/**
 * Transactions that seal the record. A head that is signed must never be lost, whatever the session of the pool has set.
 */
export const SEALING = {
  statementTimeoutMs: 30_000,
  settings: { ...LONG_LOCK_WAITS, synchronous_commit: 'on' },
} satisfies TransactionSettings;

/** Transactions that look through a whole month, in sessions that plan for few rows otherwise. */
export const DROPPING = {
  statementTimeoutMs: 3_600_000,
  settings: {
    ...LONG_LOCK_WAITS,
    plan_cache_mode: 'auto',
    enable_seqscan: 'on',
    enable_hashjoin: 'on',
    enable_mergejoin: 'on',
  },
} satisfies TransactionSettings;
