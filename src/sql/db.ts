import type { Pool, PoolClient } from 'pg';
import type { EntityManager } from 'typeorm';
import { BatchedStatements } from './batched-statements';
import { SafeClient, sessions } from './session';
import { PoolShare } from './session-pool';
import { StandbyReads } from './standby-reads';
import { commitWithThese } from './transactions';
import type { Statement } from './wire/statement';
import type { Answer } from './wire/statement-batch';

export { type Statement, statement } from './wire/statement';

/** A connection or a transaction: the first argument of every store function. */
export type Db = EntityManager;

type Values = readonly unknown[];

/** The rows of a SELECT or of a statement with RETURNING. A plain text is not prepared. */
export async function rowsOf<Row extends object>(db: Db, sql: string | Statement, values: Values = []): Promise<Row[]> {
  return (await run(db, sql, values)).rows as Row[];
}

export async function rowOf<Row extends object>(
  db: Db,
  sql: string | Statement,
  values: Values = [],
): Promise<Row | null> {
  return (await rowsOf<Row>(db, sql, values))[0] ?? null;
}

/** Runs a statement that changes rows. @returns the number of rows */
export async function changedBy(db: Db, sql: string | Statement, values: Values = []): Promise<number> {
  return (await run(db, sql, values)).rowCount ?? 0;
}

// Uses the connection of the transaction directly, because query() of TypeORM does not support prepared statements.
async function run(db: Db, sql: string | Statement, values: Values): Promise<Answer> {
  if (db instanceof StandbyReads) return db.read((own) => run(own, sql, values));
  if (db instanceof PoolShare) return db.inTransaction((own) => withCommit(own, run(own, sql, values)));
  const { text, name } = typeof sql === 'string' ? { text: sql, name: undefined } : sql;
  if (db instanceof BatchedStatements) return db.run({ text, values, ...(name !== undefined && { name }) });
  // at once: what is called afterwards may send COMMIT
  const connection = sessions.get(db) ?? (await connectionOf(db));
  if (connection instanceof SafeClient) return connection.run({ text, values, ...(name !== undefined && { name }) });
  return connection.query({ text, values: values as unknown[], ...(name && { name }) });
}

/** Sends COMMIT with the statement that was sent in this tick, the only one of its transaction. */
export function withCommit<Result>(db: Db, sent: Promise<Result>): Promise<Result> {
  commitWithThese(db);
  return sent;
}

async function connectionOf(db: Db): Promise<Pool | PoolClient> {
  if (db.queryRunner) return (await db.queryRunner.connect()) as PoolClient;
  // missing in the types of TypeORM
  return (db.dataSource.driver as unknown as { master: Pool }).master;
}
