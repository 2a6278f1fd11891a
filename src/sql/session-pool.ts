// A connection pool that says so when all of its connections are in use, and makes do with those that the database accepts.
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { type DataSource, EntityManager } from 'typeorm';
import { limitConcurrency } from '../limits/fair-slots';
import { isConnectionRefused, PoolFull } from './database-errors';
import { SafeClient } from './session';
import { StandbyReads } from './standby-reads';
import { pipelinedTransactions, type Transaction, type TransactionSettings } from './transactions';

/** What a pool has and what its callers wait for. */
export interface PoolUse {
  /** Connections that callers have. */
  inUse: number;
  /** Open connections that no caller has. */
  idle: number;
  /** Callers that wait for a connection. */
  waiting: number;
  /** Callers that got none in their time, since the start. */
  refused: number;
}

type Connected = (error: Error | undefined, client: PoolClient | undefined, done: (release?: unknown) => void) => void;

/** The text of pg-pool, which has no code for it. It is the same while connections cannot be opened. */
const NONE_WAS_FREE = 'timeout exceeded when trying to connect';

/** A pool that was refused a connection asks for it again after this time, if callers wait. */
const ASK_AGAIN_MS = 100;

/** All pools of this process that may have connections. */
const pools = new Set<SessionPool>();

/**
 * While the database accepts no more connections, callers wait for those that the pool has, as if these were its maximum, and
 * other pools of the same database close a connection that they do not use.
 */
export class SessionPool extends Pool {
  /** Names the setting that has the number of connections, for the error while all are in use; null: none has. */
  protected readonly setting: string | null = null;
  readonly #size: number;
  #inUse = 0;
  #open = 0;
  #refused = 0;
  /** Why the pool has no more connections than it has, until one is opened, or no caller waits for one. */
  #refusal: Error | null = null;
  #asksLater = false;

  constructor(config?: PoolConfig) {
    super(config);
    this.#size = this.options.max;
    this.on('acquire', (client) => {
      this.#inUse += 1;
      if (client instanceof SafeClient) client.inUse = true;
    });
    this.on('release', (_error, client) => {
      this.#inUse -= 1;
      if (!(client instanceof SafeClient)) return;
      client.inUse = false;
      // pg-pool keeps none that ends
      if (client.isRetired) void client.end();
    });
    this.on('connect', () => {
      this.#open += 1;
      pools.add(this);
    });
    this.on('remove', () => {
      this.#open -= 1;
      if (this.#open === 0) pools.delete(this);
      if (this.#asksLater) this.options.max = this.#open;
    });
  }

  get use(): PoolUse {
    return { inUse: this.#inUse, idle: this.idleCount, waiting: this.waitingCount, refused: this.#refused };
  }

  override connect = ((callback?: Connected) => {
    const wait = this.options.connectionTimeoutMillis ?? 0;
    const end = performance.now() + wait;
    if (callback) return this.#connectWithin(wait, end, callback);
    return new Promise((resolve, reject) => {
      this.#connectWithin(wait, end, (error, client) => (error ? reject(error) : resolve(client as PoolClient)));
    });
  }) as Pool['connect'];

  /** @param end of the time for which the caller waits in all: it may wait in the pool, be refused, and wait again */
  #connectWithin(ms: number, end: number, callback: Connected): void {
    const wait = this.options.connectionTimeoutMillis;
    // read by pg-pool before it returns
    this.options.connectionTimeoutMillis = ms;
    super.connect((error, client, done) => {
      if (error?.message === NONE_WAS_FREE) this.#refused += 1;
      if (!error || !isConnectionRefused(error)) return callback(error && this.#named(error), client, done);
      this.#useWhatIsOpen(error);
      const left = Math.ceil(end - performance.now());
      if (left <= 0) {
        this.#refused += 1;
        return callback(error, client, done);
      }
      this.#connectWithin(left, end, callback);
    });
    this.options.connectionTimeoutMillis = wait;
  }

  #useWhatIsOpen(refusal: Error): void {
    // or pg-pool would open one for the next that waits, as soon as one was refused
    this.options.max = this.#open;
    this.#refusal = refusal;
    if (!this.#asksLater) setTimeout(() => this.#askAgain(), ASK_AGAIN_MS).unref();
    this.#asksLater = true;
    for (const other of pools) if (other.#isOfSameDatabase(this)) other.#closeUnused();
  }

  #askAgain(): void {
    this.#asksLater = false;
    this.options.max = this.#size;
    if (this.waitingCount === 0 || this.ending) {
      this.#refusal = null;
      return;
    }
    super.connect((error, _client, done) => {
      if (error && isConnectionRefused(error)) return this.#useWhatIsOpen(error);
      this.#refusal = null;
      if (error) return;
      done();
      this.#askAgain();
    });
  }

  #isOfSameDatabase(other: SessionPool): boolean {
    return other !== this && other.options.connectionString === this.options.connectionString;
  }

  #closeUnused(): void {
    if (this.idleCount > 0 && !this.ending) super.connect((_error, _client, done) => done(true));
  }

  #named(error: Error): Error {
    if (error.message !== NONE_WAS_FREE) return error;
    if (this.#refusal) return this.#refusal;
    if (this.setting === null || this.#inUse < this.#size) return error;
    return new PoolFull(this.setting, this.options.connectionTimeoutMillis ?? 0);
  }
}

/** @param setting has the number of connections */
export function poolOf(setting: string): typeof SessionPool {
  return class extends SessionPool {
    protected override readonly setting = setting;
  };
}

export interface ShareOptions extends TransactionSettings {
  /** Maximum number of connections that the share uses at the same time; undefined: all of the pool. */
  atMost?: number;
}

/**
 * A part of a connection pool, with limits and settings that the rest of the pool does not have. A statement that is run
 * with it runs in a transaction of its own, because these settings end with a transaction.
 */
export class PoolShare extends EntityManager {
  readonly inTransaction: Transaction;
  readonly #options: ShareOptions;
  readonly #limited: ReturnType<typeof limitConcurrency> | null;

  constructor(source: DataSource, options: ShareOptions, part?: PoolShare) {
    super(source);
    const { atMost, ...settings } = options;
    const transaction = pipelinedTransactions(source, settings);
    const limited = part ? part.#limited : atMost === undefined ? null : limitConcurrency(atMost);
    this.#options = options;
    this.#limited = limited;
    this.inTransaction = limited ? (work, options) => limited(() => transaction(work, options)) : transaction;
  }

  /** The same connections, within the same limit, for transactions that have these settings too. */
  withSettings(settings: Record<string, string>): PoolShare {
    const all = { ...this.#options, settings: { ...this.#options.settings, ...settings } };
    return new PoolShare(this.dataSource, all, this);
  }
}

// by indexes, even while a table is small: the plan is kept while it grows
const PLANNED_ONCE = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
};

const shares = new WeakMap<DataSource, PoolShare>();

/**
 * The connections of this pool for reading a few rows by their ids with prepared statements that each session plans once, for all
 * values. Left to itself, PostgreSQL plans a statement over monthly partitions for each value again, because a plan for one month
 * costs less; planning it takes longer than running it.
 * @returns a transaction, or a share of a pool, as it is: it has settings of its own
 */
export function plannedOnce(db: EntityManager): EntityManager {
  if (db instanceof StandbyReads) return db.shaped(withPlannedOnce);
  if (db.queryRunner || db instanceof PoolShare) return db;
  const source = db.dataSource;
  const share = shares.get(source) ?? new PoolShare(source, { settings: PLANNED_ONCE });
  shares.set(source, share);
  return share;
}

/** Lists walk an index in its order, instead of sorting what another one finds. */
export const IN_INDEX_ORDER = { enable_sort: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' };

const walkers = new WeakMap<DataSource, PoolShare>();

/** The connections of this pool for pages of lists. @returns a transaction, or a share of a pool, as it is */
export function inIndexOrder(db: EntityManager): EntityManager {
  if (db instanceof StandbyReads) return db.shaped(withIndexOrder);
  if (db.queryRunner || db instanceof PoolShare) return db;
  const source = db.dataSource;
  const share = walkers.get(source) ?? new PoolShare(source, { settings: IN_INDEX_ORDER });
  walkers.set(source, share);
  return share;
}

// of a standby, and of a share of the primary
const withPlannedOnce = (db: EntityManager) =>
  db instanceof PoolShare ? db.withSettings(PLANNED_ONCE) : plannedOnce(db);
const withIndexOrder = (db: EntityManager) =>
  db instanceof PoolShare ? db.withSettings(IN_INDEX_ORDER) : inIndexOrder(db);

export function useOf(source: DataSource): PoolUse {
  // missing in the types of TypeORM
  return (source.driver as unknown as { master: SessionPool }).master.use;
}
