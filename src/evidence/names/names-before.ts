// Which names a bundle has of the users and webhooks that its rows name.
import type { Db } from '../../sql/db';
import { type PlacedName, placedNames } from './name.store';

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
