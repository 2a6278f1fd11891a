import { type Db, rowOf, type Statement } from '../sql/db';
import type { Pipelines } from '../sql/pipelines';

interface Answer {
  json: string;
  /** Whether the viewer may still come in. */
  holds: boolean;
}

/** Where prepared statements are run: those that are known to be quick on pipelines. */
export interface Answering {
  db: Db;
  pipelines: Pipelines;
}

/** Runs a statement that builds an answer's JSON. */
export async function readAnswer(db: Db, sql: string, values: unknown[]): Promise<Answer> {
  return (await rowOf<Answer>(db, sql, values)) as Answer;
}

/** Runs a prepared one. */
export async function readPrepared({ db, pipelines }: Answering, sql: Statement, values: unknown[]): Promise<Answer> {
  // one that fails there was not quick after all, or the connection is gone: the pool finds out, or says so
  const answer = await pipelines.row<Answer>(sql, values)?.catch(() => null);
  if (answer) return answer;
  const begun = performance.now();
  const row = (await rowOf<Answer>(db, sql, values)) as Answer;
  pipelines.learn(sql, performance.now() - begun);
  return row;
}
