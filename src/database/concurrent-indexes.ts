// Indexes that are built while the table is read and written. PostgreSQL does this outside of transactions only, and one that was
// stopped half-way leaves an index that is written and never read.
import type { QueryRunner } from 'typeorm';

export interface ConcurrentIndex {
  unique: boolean;
  name: string;
  table: string;
  /** What follows the name of the table. */
  rest: string;
}

const CONCURRENTLY = /^(create|drop|reindex|refresh)\s[\w\s]*\bconcurrently\b/i;
const FORM = /^create\s+(unique\s+)?index\s+concurrently\s+(\w+)\s+on\s+(\w+)\s+(.+)$/is;

/**
 * A migration with `create index concurrently` has no other statements: they would not be rolled back with it.
 * @returns null: the migration runs in a transaction
 */
export function concurrentIndexes(sql: string, file: string): ConcurrentIndex[] | null {
  const statements = sql
    .replace(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  if (!statements.some((statement) => CONCURRENTLY.test(statement))) return null;
  return statements.map((statement) => {
    const [, unique, name, table, rest] = FORM.exec(statement) ?? [];
    if (name === undefined || table === undefined || rest === undefined || !name.startsWith(`${table}_`)) {
      throw new Error(
        `migrations/${file}: beside an index that is built concurrently there can only be others, each written as ` +
          `"create index concurrently <table>_<name>_idx on <table> ...". This is not: ${statement}`,
      );
    }
    return { unique: unique !== undefined, name, table, rest };
  });
}

/** Any constant, the same for all processes. */
const BUILDING = 4_206_900_009;
const LOOK_MS = 250;

/**
 * @param db outside a transaction, with a lock_timeout
 * @throws the lock timeout, after which the next call continues
 */
export async function buildIndexes(db: QueryRunner, indexes: readonly ConcurrentIndex[]): Promise<void> {
  // PostgreSQL notices that a process was killed when the statement is finished: until then the index must not be dropped
  await untilAlone(db);
  try {
    for (const index of indexes) {
      if (await isPartitioned(db, index.table)) await buildInParts(db, index);
      else await build(db, index);
    }
  } finally {
    await db.query('select pg_advisory_unlock($1)', [BUILDING]);
  }
}

// who waits inside a statement has a snapshot, and the build waits for the end of all that are older than its own
async function untilAlone(db: QueryRunner): Promise<void> {
  for (;;) {
    const [row] = await db.query('select pg_try_advisory_lock($1) as alone', [BUILDING]);
    if (row.alone) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function isPartitioned(db: QueryRunner, table: string): Promise<boolean> {
  const [row] = await db.query(`select relkind = 'p' as yes from pg_class where oid = $1::regclass`, [table]);
  return row.yes;
}

async function build(db: QueryRunner, { unique, name, table, rest }: ConcurrentIndex): Promise<void> {
  const [known] = await db.query('select indisvalid as valid from pg_index where indexrelid = to_regclass($1)', [name]);
  if (known?.valid) return;
  // these wait for transactions that are older, and nobody waits behind them
  await db.query('set lock_timeout = 0');
  try {
    if (known) await db.query(`drop index concurrently ${name}`);
    await db.query(`create ${unique ? 'unique ' : ''}index concurrently ${name} on ${table} ${rest}`);
  } finally {
    await db.query('reset lock_timeout');
  }
}

const WITHOUT_PART = `select p.inhrelid::regclass::text as name from pg_inherits p
  where p.inhparent = $1::regclass and not exists (
    select from pg_index x join pg_inherits i on i.inhrelid = x.indexrelid
    where x.indrelid = p.inhrelid and i.inhparent = $2::regclass)
  order by name`;

/** PostgreSQL builds no index of a partitioned table concurrently, but those of its partitions. New partitions get theirs as they are made. */
async function buildInParts(db: QueryRunner, index: ConcurrentIndex): Promise<void> {
  const { unique, name, table, rest } = index;
  await db.query(`create ${unique ? 'unique ' : ''}index if not exists ${name} on only ${table} ${rest}`);
  const partitions: { name: string }[] = await db.query(WITHOUT_PART, [table, name]);
  for (const { name: partition } of partitions) {
    const part = `${partition}${name.slice(table.length)}`;
    await build(db, { ...index, name: part, table: partition });
    await db.query(`alter index ${name} attach partition ${part}`);
  }
}
