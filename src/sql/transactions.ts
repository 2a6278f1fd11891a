import type { PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { CommitUnknown, isFromServer } from './database-errors';
import { SafeClient } from './session';

export interface TransactionOptions {
  /**
   * false: the commit does not wait for the disk (`synchronous_commit = off`). Only for work that can be repeated after
   * a power failure and on which nothing outside the database depends. Later commits do not reach the disk before it.
   */
  durable?: boolean;
  /** The maximum wait for a lock, in milliseconds; the default is that of the session. */
  lockTimeoutMs?: number;
}

/** @throws CommitUnknown if the answer to COMMIT is lost */
export type Transaction = <T>(work: (db: EntityManager) => Promise<T>, options?: TransactionOptions) => Promise<T>;

/** What differs in these transactions from the sessions of their pool. */
export interface TransactionSettings {
  settings?: Record<string, string>;
  /** For one statement. */
  statementTimeoutMs?: number;
}

/**
 * For work with many small transactions: BEGIN and the settings are sent together with the first statement, without
 * waiting for their answer.
 * @param source a pool whose connections pipeline
 */
export function pipelinedTransactions(source: DataSource, given: TransactionSettings = {}): Transaction {
  const { statementTimeoutMs } = given;
  const begin = beginOf(given);
  return async (work, options = {}) => {
    const runner = source.createQueryRunner();
    try {
      const connection = (await runner.connect()) as PoolClient;
      const endPatience = statementTimeoutMs === undefined ? null : patienceFor(connection, statementTimeoutMs);
      if (connection instanceof SafeClient) connection.gatherWrites();
      // if it fails, all statements after it fail too
      connection.query(begin + furtherSettingsOf(options)).catch(() => undefined);
      try {
        const result = await work(runner.manager);
        const { command } = await connection.query('commit').catch(ofCommit);
        if (command !== 'COMMIT') throw new Error('the transaction was rolled back by the database');
        return result;
      } catch (error) {
        await connection.query('rollback').catch(() => undefined);
        throw error;
      } finally {
        endPatience?.();
      }
    } finally {
      await runner.release();
    }
  };
}

function ofCommit(error: unknown): never {
  throw isFromServer(error) ? error : new CommitUnknown(error);
}

function beginOf({ settings = {}, statementTimeoutMs }: TransactionSettings): string {
  const all = {
    ...settings,
    ...(statementTimeoutMs !== undefined && { statement_timeout: String(statementTimeoutMs) }),
  };
  return ['begin', ...Object.entries(all).map(([key, value]) => `set local ${key} to '${value}'`)].join('; ');
}

// A connection ends itself when it has been silent for longer than a statement may run.
function patienceFor(connection: PoolClient, statementTimeoutMs: number): (() => void) | null {
  return connection instanceof SafeClient ? connection.expectAnswersWithin(statementTimeoutMs) : null;
}

function furtherSettingsOf({ durable = true, lockTimeoutMs }: TransactionOptions): string {
  const settings = [
    durable ? '' : '; set local synchronous_commit to off',
    lockTimeoutMs === undefined ? '' : `; set local lock_timeout to ${lockTimeoutMs}`,
  ];
  return settings.join('');
}
