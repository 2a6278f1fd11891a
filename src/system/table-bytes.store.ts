import { type Db, rowsOf, statement } from '../sql/db';

export interface TableBytes {
  table: string;
  /** Such as 2026-03; empty: the table is not divided by months. */
  month: string;
  /** With indexes, and values that are kept apart. */
  bytes: number;
}

/** Of our own tables: others may be in the same schema. */
export function bytesOfTables(db: Db): Promise<TableBytes[]> {
  const own = db.dataSource.entityMetadatas.map(({ tableName }) => tableName);
  return rowsOf(
    db,
    statement(`select coalesce(p.relname, c.relname)::text as table,
       coalesce(replace(substring(c.relname from '_(\\d{4}_\\d\\d)$'), '_', '-'), '') as month,
       coalesce(sum(pg_total_relation_size(c.oid)), 0)::float8 as bytes
     from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and coalesce(p.relname, c.relname) = any($1)
     group by 1, 2`),
    [own],
  );
}
