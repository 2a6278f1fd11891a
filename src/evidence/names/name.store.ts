// Reads the names of users and webhooks, and where their leaves are.
import { type Db, rowsOf, statement } from '../../sql/db';
import { type FactsOf, LEAF_KINDS, type LeafKind } from '../formats/leaf-kinds';

export const SUBJECT_TYPES = ['User', 'Webhook'] as const;
/** What has names. */
export type SubjectType = (typeof SUBJECT_TYPES)[number];

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

interface PlacedName {
  id: string;
  subjectId: string;
  leafIndex: number;
}

/** The names of these users and webhooks that a tree of this size contains, in the order of their leaves. */
async function placedNames(db: Db, subjectIds: readonly string[], treeSize: number): Promise<PlacedName[]> {
  return rowsOf<PlacedName>(
    db,
    statement(`select n.id, n.subject_id as "subjectId", l.leaf_index::float8 as "leafIndex"
     from names n join evidence_leaves l on l.kind = ${LEAF_KINDS.name} and l.subject_id = n.id
     where n.subject_id = any($1::uuid[]) and l.leaf_index < $2 order by l.leaf_index`),
    [subjectIds, treeSize],
  );
}

// Which names a bundle has of the users and webhooks that its rows name.

/** A row, and the users and webhooks that it names. */
export interface NamingRow {
  leafIndex: number;
  subjects: readonly string[];
}

/**
 * For each row and each user or webhook that it names: the newest name that was sealed before the row. If there is none, because a row of
 * the queue was sealed late, the oldest name of the tree.
 */
export async function namesBefore(
  db: Db,
  rows: readonly NamingRow[],
  treeSize: number,
): Promise<{ kind: 'name'; id: string; leafIndex: number }[]> {
  const ids = [...new Set(rows.flatMap(({ subjects }) => subjects))];
  const bySubject = new Map<string, PlacedName[]>();
  for (const name of await placedNames(db, ids, treeSize)) {
    const names = bySubject.get(name.subjectId);
    if (names) names.push(name);
    else bySubject.set(name.subjectId, [name]);
  }
  const chosen = new Map<string, PlacedName>();
  for (const { leafIndex, subjects } of rows) {
    for (const subject of subjects) {
      const names = bySubject.get(subject) ?? [];
      const name = names.findLast((each) => each.leafIndex < leafIndex) ?? names[0];
      if (name) chosen.set(name.id, name);
    }
  }
  return [...chosen.values()].map(({ id, leafIndex }) => ({ kind: 'name', id, leafIndex }));
}

// The users and webhooks that a record names by their ids.

type SubjectsOf = { [Kind in LeafKind]: (facts: FactsOf[Kind]) => (string | null)[] };

const SUBJECTS: SubjectsOf = {
  request: (row) => [row.userId, row.webhookId],
  audit: (row) => [row.actorId, SUBJECT_TYPES.some((type) => type === row.subjectType) ? row.subjectId : null],
  event: (row) => [row.userId, row.publishedBy],
  decision: (row) => [row.webhookId],
  name: () => [],
};

export function namedSubjects<Kind extends LeafKind>(kind: Kind, facts: FactsOf[Kind]): string[] {
  return SUBJECTS[kind](facts).filter((id) => id !== null);
}
