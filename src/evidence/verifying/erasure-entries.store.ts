import { type Db, rowsOf, statement } from '../../sql/db';
import { ERASED_ACTION, type FactsOf } from '../formats/leaf-kinds';
import { LEAF_TABLES } from '../sealed-rows.store';
import { PLACE, PLACED, type Placed } from './checked-rows.store';

/** The entries about erasures after this one, oldest first, with their leaves. */
export async function erasureEntries(db: Db, after: string, atMost: number): Promise<(FactsOf['audit'] & Placed)[]> {
  const { table, facts } = LEAF_TABLES.audit;
  return rowsOf(
    db,
    statement(`select ${facts}, ${PLACED} from ${table} r ${PLACE('audit')}
     where r.action = '${ERASED_ACTION}' and r.id > $1 order by r.id limit $2`),
    [after, atMost],
  );
}
