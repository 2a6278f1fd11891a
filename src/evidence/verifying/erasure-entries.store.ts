import { type Db, rowsOf, statement } from '../../sql/db';
import { DROPPED_ACTION, ERASED_ACTION, type FactsOf, KEPT_ACTION, LEAF_KINDS } from '../formats/leaf-kinds';
import { LEAF_TABLES, PLACE, PLACED, type Placed } from '../sealed-rows.store';

/** What an entry says of an erasure. */
export interface ErasureStep {
  erasureId: string;
  at: Date;
  details: string | null;
}

/** At most this many entries are read: one for each step of an order. */
const MAX_STEPS = 10_000;

/** The entries about these erasures, oldest first. */
export async function stepsOfErasures(db: Db, erasureIds: readonly string[]): Promise<ErasureStep[]> {
  return rowsOf(
    db,
    statement(`select subject_id as "erasureId", at, details from audit_entries
     where subject_id = any($1::uuid[]) and action = '${ERASED_ACTION}' order by id limit ${MAX_STEPS}`),
    [erasureIds],
  );
}

export type ErasureEntry = FactsOf['audit'] & Placed & { /** Whether it waits to be sealed. */ isQueued: boolean };

/** The entries about erasures after this one, oldest first, with their leaves. */
export async function erasureEntries(db: Db, after: string, atMost: number): Promise<ErasureEntry[]> {
  const { table, facts } = LEAF_TABLES.audit;
  return rowsOf(
    db,
    statement(`select ${facts}, ${PLACED}, l.leaf_index is null and exists (select from evidence_queue q
       where q.kind = ${LEAF_KINDS.audit} and r.id = any(q.subject_ids)) as "isQueued" from ${table} r ${PLACE('audit')}
     where r.action = '${ERASED_ACTION}' and r.id > $1 order by r.id limit $2`),
    [after, atMost],
  );
}

/** From 1970 on, as the times of ids are. */
const MONTH = '(?:19[7-9]\\d|[2-9]\\d{3})_(?:0[1-9]|1[0-2])';

/** The months, such as 2026_03, for which these tables have partitions. */
export async function monthsOfTables(db: Db, tables: readonly string[]): Promise<{ table: string; month: string }[]> {
  return rowsOf(
    db,
    statement(`select p.relname as table, substring(c.relname from '_(${MONTH})$') as month
     from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
     where p.relnamespace = 'public'::regnamespace and p.relname = any($1) and c.relname ~ '_${MONTH}$'`),
    [tables],
  );
}

/** The orders to drop months, and what takes them back, with their leaves. */
export async function monthEntries(db: Db): Promise<(FactsOf['audit'] & Placed)[]> {
  const { table, facts } = LEAF_TABLES.audit;
  return rowsOf(
    db,
    statement(`select ${facts}, ${PLACED} from ${table} r ${PLACE('audit')}
     where r.action in ('${DROPPED_ACTION}', '${KEPT_ACTION}') order by r.id`),
  );
}
