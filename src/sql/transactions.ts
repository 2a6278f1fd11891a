import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import type { Db } from './db';

export interface TransactionOptions {
  /**
   * false: the commit does not wait for the disk. Only for what may be done again after a power cut, and on which nothing
   * outside the database depends. What is committed later by anybody does not reach the disk before it.
   */
  durable?: boolean;
  /** The maximum wait for a lock, in milliseconds; the default is that of the session. */
  lockTimeoutMs?: number;
}

export type Transaction = <T>(work: (db: Db) => Promise<T>, options?: TransactionOptions) => Promise<T>;

/**
 * Transactions for work that does many small ones: BEGIN travels with the first statement instead of being waited for.
 * The source must be one that pipelines.
 */
export function pipelinedTransactions(source: DataSource): Transaction {
  return async (work, options = {}) => {
    const runner = source.createQueryRunner();
    try {
      const connection = (await runner.connect()) as PoolClient;
      // where it fails, so does every statement behind it
      connection.query(beginningOf(options)).catch(() => undefined);
      try {
        const result = await work(runner.manager);
        const { command } = await connection.query('commit');
        if (command !== 'COMMIT') throw new Error('the transaction was rolled back by the database');
        return result;
      } catch (error) {
        await connection.query('rollback').catch(() => undefined);
        throw error;
      }
    } finally {
      await runner.release();
    }
  };
}

function beginningOf({ durable = true, lockTimeoutMs }: TransactionOptions): string {
  const settings = [
    durable ? '' : '; set local synchronous_commit to off',
    lockTimeoutMs === undefined ? '' : `; set local lock_timeout to ${lockTimeoutMs}`,
  ];
  return `begin${settings.join('')}`;
}
