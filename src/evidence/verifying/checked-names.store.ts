// Reads users and webhooks that are not named as the newest row of `names` says.
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import type { SubjectType } from '../names/name.store';
import type { RowRange } from './checked-rows.store';

/** The rows that have names, and the column of their full name. */
const SUBJECTS: { readonly [Type in SubjectType]: { table: string; fullName: string } } = {
  User: { table: 'users', fullName: 's.full_name' },
  Webhook: { table: 'webhooks', fullName: 'null' },
};

const ONLY = (column: string, ids: RowRange['ids'], at: number) => (ids ? `and ${column} = any($${at}::uuid[])` : '');
const valuesOf = (values: readonly unknown[], ids: RowRange['ids']) => [...values, ...(ids ? [ids] : [])];

/** @returns the last user or webhook of the next page; null: there is no further one */
export async function lastSubjectOfPage(
  db: Db,
  type: SubjectType,
  { after, last, ids }: RowRange,
  atMost: number,
): Promise<string | null> {
  const row = await rowOf<{ last: string | null }>(
    db,
    statement(`select max(id::text) as last from (select id from ${SUBJECTS[type].table}
       where id > $1 and id <= $2 ${ONLY('id', ids, 4)} order by id limit $3) as page`),
    valuesOf([after, last, atMost], ids),
  );
  return row?.last ?? null;
}

export interface MisnamedSubject {
  subjectId: string;
  /** The newest row of names; null: there is none. */
  nameId: string | null;
}

/** Those whose name is not that of their newest row of names. */
export async function misnamedSubjects(
  db: Db,
  type: SubjectType,
  { after, last, ids }: RowRange,
): Promise<MisnamedSubject[]> {
  const { table, fullName } = SUBJECTS[type];
  return rowsOf<MisnamedSubject>(
    db,
    statement(`select s.id as "subjectId", n.id as "nameId" from ${table} s
     left join lateral (select * from names where subject_id = s.id order by number desc limit 1) as n on true
     where s.id > $1 and s.id <= $2 ${ONLY('s.id', ids, 3)}
       and (n.id is null or (n.subject_type, n.name, n.full_name) is distinct from ('${type}', s.name, ${fullName}))`),
    valuesOf([after, last], ids),
  );
}

/** @returns the last id with names of the next page; null: there is no further one */
export async function lastNamedOfPage(db: Db, { after, last, ids }: RowRange, atMost: number): Promise<string | null> {
  const row = await rowOf<{ last: string | null }>(
    db,
    statement(`select max(subject_id::text) as last from (select subject_id from names
       where subject_id > $1 and subject_id <= $2 ${ONLY('subject_id', ids, 4)} order by subject_id limit $3) as page`),
    valuesOf([after, last, atMost], ids),
  );
  return row?.last ?? null;
}

/** Those of whom only names are left. */
export async function namesOfNobody(
  db: Db,
  type: SubjectType,
  { after, last, ids }: RowRange,
): Promise<{ subjectId: string; nameId: string }[]> {
  return rowsOf(
    db,
    statement(`select distinct on (n.subject_id) n.subject_id as "subjectId", n.id as "nameId"
     from names n where n.subject_id > $1 and n.subject_id <= $2 ${ONLY('n.subject_id', ids, 3)}
       and n.subject_type = '${type}' and not exists (select from ${SUBJECTS[type].table} s where s.id = n.subject_id)
     order by n.subject_id, n.number desc`),
    valuesOf([after, last], ids),
  );
}

/** The given users or webhooks of which a row is there: their own, or one of their names. */
export async function knownSubjects(db: Db, type: SubjectType, ids: readonly string[]): Promise<Set<string>> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select id from ${SUBJECTS[type].table} where id = any($1::uuid[])
     union select subject_id from names where subject_id = any($1::uuid[])`),
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}
