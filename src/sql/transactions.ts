import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import type { Db } from './db';

export interface TransactionOptions {
  /**
   * false: the commit does not wait for the disk (`synchronous_commit = off`). Only for work that can be repeated after
   * a power failure and on which nothing outside the database depends. Later commits do not reach the disk before it.
   */
  durable?: boolean;
  /** The maximum wait for a lock, in milliseconds; the default is that of the session. */
  lockTimeoutMs?: number;
}

export type Transaction = <T>(work: (db: Db) => Promise<T>, options?: TransactionOptions) => Promise<T>;

/**
 * For work with many small transactions: BEGIN is sent together with the first statement, without waiting for its
 * answer.
 * @param source a pool whose connections pipeline
 */
export function pipelinedTransactions(source: DataSource): Transaction {
  return async (work, options = {}) => {
    const runner = source.createQueryRunner();
    try {
      const connection = (await runner.connect()) as PoolClient;
      // if it fails, all statements after it fail too
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
