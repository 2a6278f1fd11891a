import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import type { Db } from './db';

export type Transaction = <T>(work: (db: Db) => Promise<T>) => Promise<T>;

/**
 * Transactions for work that does many small ones: BEGIN travels with the first statement instead of being waited for.
 * The source must be one that pipelines.
 */
export function pipelinedTransactions(source: DataSource): Transaction {
  return async (work) => {
    const runner = source.createQueryRunner();
    try {
      const connection = (await runner.connect()) as PoolClient;
      // where it fails, so does every statement behind it
      connection.query('begin').catch(() => undefined);
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
