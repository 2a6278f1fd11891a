import { isDatabaseUnavailable, isStatementTimeout } from '../sql/database-errors';
import { type Db, rowOf, type Statement, withCommit } from '../sql/db';
import type { Pipelines } from '../sql/pipelines';
import { PoolShare } from '../sql/session-pool';
import { StandbyReads } from '../sql/standby-reads';

export interface Answer {
  /** null: it has more than the statement allows. */
  json: string | null;
  bytes: number;
  /** Whether the optimistic authentication of the viewer holds. */
  holds: boolean;
}

/** Where prepared statements run: on a pipeline, which is of the standby if there is one, if they are known to be quick, otherwise on the pool. */
export interface Answering {
  db: Db;
  pipelines: Pipelines;
}

/** Runs a statement that builds an answer's JSON. */
export async function readAnswer(db: Db, sql: string, values: unknown[]): Promise<Answer> {
  return (await rowOf<Answer>(db, sql, values)) as Answer;
}

/** Runs a prepared statement that builds an answer's JSON. */
export async function readPrepared({ db, pipelines }: Answering, sql: Statement, values: unknown[]): Promise<Answer> {
  if (!(db instanceof StandbyReads)) return readFrom(db, pipelines, sql, values);
  return db.read((own, isStandby) => readFrom(own, isStandby ? pipelines : null, sql, values));
}

async function readFrom(db: Db, pipelines: Pipelines | null, sql: Statement, values: unknown[]): Promise<Answer> {
  // too slow for a pipeline, or its connection was lost: the statement runs again on the pool, which reports errors
  const answer = await pipelines?.row<Answer>(sql, values)?.catch((error: unknown) => {
    if (isStatementTimeout(error) || isDatabaseUnavailable(error)) return null;
    throw error;
  });
  if (answer) return answer;
  const measured = async (own: Db) => {
    const sent = performance.now();
    const row = (await withCommit(own, rowOf<Answer>(own, sql, values))) as Answer;
    pipelines?.learn(sql, performance.now() - sent);
    return row;
  };
  // without the wait for a connection, which says nothing about the statement
  return db instanceof PoolShare ? db.inTransaction(measured) : measured(db);
}
