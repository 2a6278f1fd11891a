// Reads the names of users and webhooks, and where their leaves are.
import { type Db, rowsOf, statement } from '../../sql/db';
import { LEAF_KINDS } from '../formats/leaf-kinds';

/** The names of each of these users and webhooks, oldest first, by the ids of the users and webhooks. */
export async function namesOf(db: Db, subjectIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await rowsOf<{ subjectId: string; ids: string[] }>(
    db,
    statement(`select subject_id as "subjectId", array_agg(id order by number) as ids from names
     where subject_id = any($1::uuid[]) group by subject_id`),
    [subjectIds],
  );
  return new Map(rows.map((row) => [row.subjectId, row.ids]));
}

export interface PlacedName {
  id: string;
  subjectId: string;
  leafIndex: number;
}

/** The names of these users and webhooks that a tree of this size contains, in the order of their leaves. */
export async function placedNames(db: Db, subjectIds: readonly string[], treeSize: number): Promise<PlacedName[]> {
  return rowsOf<PlacedName>(
    db,
    statement(`select n.id, n.subject_id as "subjectId", l.leaf_index::float8 as "leafIndex"
     from names n join evidence_leaves l on l.kind = ${LEAF_KINDS.name} and l.subject_id = n.id
     where n.subject_id = any($1::uuid[]) and l.leaf_index < $2 order by l.leaf_index`),
    [subjectIds, treeSize],
  );
}
