import { type Db, rowsOf, statement } from '../../sql/db';
import { DROPPED_ACTION, type FactsOf, KEPT_ACTION } from '../formats/leaf-kinds';
import { LEAF_TABLES, PLACE, PLACED, type Placed } from '../sealed-rows.store';

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
