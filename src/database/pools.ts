// The connection pools of a process, and how their sessions plan.

import type { DataSource } from 'typeorm';
import type { Log } from '../logging/log';
import { IN_INDEX_ORDER, type ShareOptions } from '../sql/session-pool';
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
 * A transaction of many events or deliveries that waits for a lock is repeated without what is locked (`delivery/capacity/locked-rows.store.ts`):
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

/** Queries while the standby cannot answer them. At most half of the pool, so that mutations and sign-in continue. */
export const readingBeside = (serveConnections: number): ShareOptions => ({
  atMost: Math.floor(serveConnections / 2),
  statementTimeoutMs: READ.statementTimeoutMs,
  settings: READ.settings,
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

// Whether the database accepts as many connections as this process may open.

interface Limit {
  /** The setting that limits them, with the name of the login or of the database if it is theirs. */
  setting: string;
  accepted: number;
  /** Now, those of other programs too. */
  open: number;
}

// -1: no limit; superusers are not limited, but for max_connections
const NARROWEST = `select setting, accepted, open from (
    select 'max_connections' as setting, count(*)::int as open,
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0) as accepted
    from pg_stat_activity where usesysid is not null
    union all
    select 'CONNECTION LIMIT of login ' || current_user, count(*)::int, (select rolconnlimit from pg_roles where rolname = current_user)
    from pg_stat_activity where usename = current_user
    union all
    select 'CONNECTION LIMIT of database ' || current_database(), count(*)::int,
      (select datconnlimit from pg_database where datname = current_database())
    from pg_stat_activity where datname = current_database() and usesysid is not null
  ) as limits where accepted >= 0 order by accepted - open limit 1`;

/** @returns undefined: there is none */
export async function narrowestLimit(source: DataSource): Promise<Limit | undefined> {
  const [limit] = await source.query<Limit[]>(NARROWEST);
  return limit;
}

/**
 * Warns if that is not so: with fewer, callers wait for those that are in use.
 * @param needed the most that this process has open
 * @param source one of them is open
 */
export async function warnOfFewConnections(source: DataSource, needed: number, log: Pick<Log, 'warn'>): Promise<void> {
  const limit = await narrowestLimit(source);
  if (!limit) return;
  const others = limit.open - 1;
  if (others + needed <= limit.accepted) return;
  log.warn(
    { needed, accepted: limit.accepted, others },
    `this process opens up to ${needed} connections, but the database accepts ${Math.max(limit.accepted - others, 0)}: ` +
      `${limit.accepted} by ${limit.setting}, and others have ${others}. While it has fewer than it needs, callers wait. Raise ` +
      `${limit.setting}, or lower SERVE_CONNECTIONS, DELIVER_CONNECTIONS and READ_CONNECTIONS`,
  );
}
