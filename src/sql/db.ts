import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { EntityManager } from 'typeorm';

/** A connection or a transaction: the first argument of every store function. */
export type Db = EntityManager;

/**
 * A statement whose text never changes. Each connection parses it once and may keep its plan: planning a statement over
 * monthly partitions costs more than running it.
 */
export interface Statement {
  text: string;
  name: string;
}

const statements = new Map<string, Statement>();

/** @param text constant: one that callers shape would fill every connection with plans */
export function statement(text: string): Statement {
  const known = statements.get(text);
  if (known) return known;
  const made = { text, name: nameOf(text) };
  statements.set(text, made);
  return made;
}

function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 24);
}

/** How many texts that queries shape are prepared at most: each connection keeps the plans of all of them. */
const MAX_SHAPED = 300;
const shaped = new Map<string, Statement | null>();

/**
 * A statement whose text comes of the shape of a query, without its values. Prepared from its second use on, until there
 * are 300 of them: clients have a few dozen shapes, and whoever makes up thousands gains nothing and costs nothing.
 */
export function shapedStatement(text: string): Statement | string {
  const known = shaped.get(text);
  if (known) return known;
  if (known === undefined) {
    if (shaped.size < MAX_SHAPED) shaped.set(text, null);
    return text;
  }
  const made = { text, name: nameOf(text) };
  shaped.set(text, made);
  return made;
}

/** Whether a statement gave up waiting for a lock: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function isLockTimeout(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === '55P03';
}

type Values = readonly unknown[];

/** Rows of a statement that reads, or that ends in RETURNING. Text that callers' filters shape is not prepared. */
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

/** Runs a statement that changes rows. @returns how many */
export async function changedBy(db: Db, sql: string | Statement, values: Values = []): Promise<number> {
  return (await run(db, sql, values)).rowCount ?? 0;
}

// Past TypeORM's own query(), which knows no prepared statements, on the very connection of the transaction.
async function run(db: Db, sql: string | Statement, values: Values) {
  const connection = await connectionOf(db);
  const { text, name } = typeof sql === 'string' ? { text: sql, name: undefined } : sql;
  return connection.query({ text, values: values as unknown[], ...(name && { name }) });
}

async function connectionOf(db: Db): Promise<Pool | PoolClient> {
  if (db.queryRunner) return (await db.queryRunner.connect()) as PoolClient;
  return (db.dataSource.driver as unknown as { master: Pool }).master;
}
