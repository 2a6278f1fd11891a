import type { EntityManager } from 'typeorm';

/** A connection or a transaction: the first argument of every store function. */
export type Db = EntityManager;

/** Rows of a statement that reads, or that ends in RETURNING. */
export async function rowsOf<Row extends object>(db: Db, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const result: unknown = await db.query(sql, values as unknown[]);
  // TypeORM answers [rows, count] for UPDATE and DELETE, and plain rows for everything else
  return (isPair(result) ? result[0] : result) as Row[];
}

export async function rowOf<Row extends object>(
  db: Db,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row | null> {
  return (await rowsOf<Row>(db, sql, values))[0] ?? null;
}

/** How many rows an UPDATE or DELETE touched. */
export async function changedBy(db: Db, sql: string, values: readonly unknown[] = []): Promise<number> {
  const result: unknown = await db.query(sql, values as unknown[]);
  if (!isPair(result)) throw new Error('changedBy() takes an UPDATE or a DELETE');
  return result[1];
}

function isPair(result: unknown): result is [object[], number] {
  return Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';
}
