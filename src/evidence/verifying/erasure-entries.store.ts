import { type Db, rowsOf, statement } from '../../sql/db';
import { ERASED_ACTION, type FactsOf, LEAF_KINDS } from '../formats/leaf-kinds';
import { LEAF_TABLES, PLACE, PLACED, type Placed } from '../sealed-rows.store';

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
