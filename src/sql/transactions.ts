import type { DataSource, EntityManager } from 'typeorm';
import { CommitUnknown, isFromServer, isRolledBack } from './database-errors';
import { type SafeClient, sessions } from './session';
import { type Statement, statement } from './wire/statement';
import { type Answer, NotSent } from './wire/statement-batch';

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

/** What is done when a transaction has ended. */
export interface TransactionEnds {
  onCommit(): void;
  /** PostgreSQL has reported that it is rolled back. */
  onRollback(): void;
  /** It may have committed. */
  onUnknown(): void;
}

/** Call it with the error of a transaction. */
export function endAfter(error: unknown, ends: TransactionEnds): void {
  if (isRolledBack(error)) ends.onRollback();
  else ends.onUnknown();
}

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
      let committing: Promise<Answer> | null = null;
      const commit = () => {
        committing = send(connection, COMMIT);
        // `work` rejects too, with the error of the statement that failed
        committing.catch(() => undefined);
      };
      sessions.set(runner.manager, connection);
      commits.set(runner.manager, commit);
      try {
        const result = await work(runner.manager);
        const { command } = await (committing ?? send(connection, COMMIT)).catch(ofCommit);
        if (command !== 'COMMIT') throw new Error('the transaction was rolled back by the database');
        return result;
      } catch (error) {
        await connection.query('rollback').catch(() => undefined);
        throw await ofWork(error, committing);
      } finally {
        endPatience?.();
      }
    } finally {
      await runner.release();
    }
  };
}

/** How each transaction sends its COMMIT. */
const commits = new WeakMap<EntityManager, () => void>();

/**
 * Sends COMMIT together with the statements that were sent in this tick: they are the last ones of the transaction. If one of them
 * fails, it is rolled back. What the caller does after it must not fail. Does nothing in a transaction of TypeORM.
 */
export function commitWithThese(db: EntityManager): void {
  commits.get(db)?.();
}

/** @param committing the COMMIT that was sent with the last statements: it may have committed although the work has failed */
async function ofWork(error: unknown, committing: Promise<Answer> | null): Promise<unknown> {
  if (committing === null || error instanceof CommitUnknown) return error;
  const answer = await committing.catch((fault: unknown) => fault);
  if (answer instanceof NotSent) return error;
  const hasCommitted = (answer as Answer | null)?.command === 'COMMIT';
  return hasCommitted || !isFromServer(error) ? new CommitUnknown(error) : error;
}

function ofCommit(error: unknown): never {
  throw isFromServer(error) || error instanceof NotSent ? error : new CommitUnknown(error);
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
