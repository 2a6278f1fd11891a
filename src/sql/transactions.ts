import type { DataSource, EntityManager } from 'typeorm';
import { CommitUnknown, isFromServer } from './database-errors';
import type { SafeClient } from './session';
import { type Statement, statement } from './wire/statement';

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
      const connection = (await runner.connect()) as SafeClient;
      // a connection ends itself when it has been silent for longer than a statement may run
      const endPatience = statementTimeoutMs === undefined ? null : connection.expectAnswersWithin(statementTimeoutMs);
      // if one fails, all statements after it fail too
      for (const each of [...begin, ...furtherSettingsOf(options)]) send(connection, each).catch(() => undefined);
      try {
        const result = await work(runner.manager);
        const { command } = await send(connection, COMMIT).catch(ofCommit);
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

function beginOf({ settings = {}, statementTimeoutMs }: TransactionSettings): Statement[] {
  const all = {
    ...settings,
    ...(statementTimeoutMs !== undefined && { statement_timeout: String(statementTimeoutMs) }),
  };
  return [BEGIN, ...Object.entries(all).map(([key, value]) => setLocal(key, value))];
}

function furtherSettingsOf({ durable = true, lockTimeoutMs }: TransactionOptions): Statement[] {
  return [
    ...(durable ? [] : [setLocal('synchronous_commit', 'off')]),
    ...(lockTimeoutMs === undefined ? [] : [setLocal('lock_timeout', String(lockTimeoutMs))]),
  ];
}

function setLocal(key: string, value: string): Statement {
  return statement(`set local ${key} to '${value}'`);
}

const BEGIN = statement('begin');
const COMMIT = statement('commit');

function send(connection: SafeClient, { text, name }: Statement) {
  return connection.run({ text, name, values: [] });
}
