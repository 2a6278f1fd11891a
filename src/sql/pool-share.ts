import { type DataSource, EntityManager } from 'typeorm';
import { createTurns } from './limited-concurrency';
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
    const inTurn = atMost === undefined ? null : createTurns(atMost);
    this.inTransaction = inTurn ? (work, options) => inTurn(() => transaction(work, options)) : transaction;
  }
}
