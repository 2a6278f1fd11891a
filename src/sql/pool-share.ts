import { type DataSource, EntityManager } from 'typeorm';
import { limitConcurrency } from '../limit-concurrency';
import { pipelinedTransactions, type Transaction, type TransactionSettings } from './transactions';

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

  constructor(source: DataSource, { atMost, ...settings }: ShareOptions) {
    super(source);
    const transaction = pipelinedTransactions(source, settings);
    const limited = atMost === undefined ? null : limitConcurrency(atMost);
    this.inTransaction = limited ? (work, options) => limited(() => transaction(work, options)) : transaction;
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
  if (db.queryRunner || db instanceof PoolShare) return db;
  const source = db.dataSource;
  const share = walkers.get(source) ?? new PoolShare(source, { settings: IN_INDEX_ORDER });
  walkers.set(source, share);
  return share;
}
