// Rows of any table with a random value in every column.
import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '../support/database';

const CONTROLS = Array.from({ length: 31 }, (_, n) => String.fromCodePoint(n + 1)).join('');
const TEXTS = [
  '',
  'Sales Invoice',
  `"quoted" \\ / ${CONTROLS}\u007f\u0085`,
  'Ä€😀\u2028\u2029\ufeff\uffff',
  'فاتورة',
  'null',
];
const some = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T;
const uuid = () => {
  const hex = randomBytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20)}`;
};

/** The values of columns with a check. */
export const VALUES: Record<string, readonly unknown[]> = {
  direction: ['OUTGOING', 'INCOMING'],
  actor_kind: ['USER', 'SYSTEM'],
  outcome: ['DONE', 'DENIED'],
  'webhook_request_logs.status': ['SUCCEEDED', 'FAILED', 'UNKNOWN', 'REFUSED'],
  'names.subject_type': ['User', 'Webhook'],
  'delivery_decisions.status': ['SKIPPED', 'CANCELLED', 'EXHAUSTED'],
};
const NEVER_NULL: Record<string, readonly unknown[]> = {
  // without content, another salt changes nothing
  details: TEXTS,
  message: TEXTS,
  content_salt: [randomBytes(16), randomBytes(16)],
  criteria_salt: [randomBytes(16), randomBytes(16)],
  reason_salt: [randomBytes(16), randomBytes(16)],
  origin_salt: [randomBytes(16), randomBytes(16)],
  identity_salt: [randomBytes(16), randomBytes(16)],
  leaf_hash: [Buffer.alloc(32)],
  finished_at: ['2026-11-26T00:00:00.000Z', '2026-02-28T12:00:00.120Z'],
};
const BY_TYPE: Record<string, () => unknown> = {
  text: () => some(TEXTS),
  uuid: () => uuid(),
  integer: () => some([0, 1, 2_147_483_646]),
  boolean: () => some([true, false]),
  bytea: () => randomBytes(32),
  'timestamp with time zone': () => '2026-11-25T23:59:59.999Z',
  ARRAY: () => some([[], [uuid()], [uuid(), uuid()]]),
};

export interface TableColumn {
  name: string;
  type: string;
  nullable: string;
}

/** Without those of erased rows: none of these is. */
export function columnsOf(database: TestDatabase, table: string): Promise<TableColumn[]> {
  return database.query<TableColumn>(
    `select column_name as name, data_type as type, is_nullable as nullable from information_schema.columns
     where table_name = $1 and column_name not in ('erased_digests', 'erasure_id') order by ordinal_position`,
    [table],
  );
}

/** The triggers are off, so that no other table has to have its rows. @returns the ids of the rows */
export async function insertRandomRows(database: TestDatabase, table: string, count: number): Promise<string[]> {
  const columns = await columnsOf(database, table);
  const ids = Array.from({ length: count }, () => `01a2${uuid().slice(4)}`);
  await database.query('set session_replication_role = replica');
  for (const id of ids) {
    const row = columns.map(({ name, type, nullable }) => {
      if (name === 'id') return id;
      const values = VALUES[`${table}.${name}`] ?? VALUES[name] ?? NEVER_NULL[name];
      if (values) return some(values);
      return nullable === 'YES' && Math.random() < 0.3 ? null : (BY_TYPE[type] as () => unknown)();
    });
    await database.query(
      `insert into ${table} (${columns.map(({ name }) => name)}) values (${columns.map((_, at) => `$${at + 1}`)})`,
      row,
    );
  }
  await database.query('reset session_replication_role');
  return ids;
}
