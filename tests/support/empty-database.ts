import type { TestDatabase } from './database';

/** Of each table, in the order of their names. Partitions are left out: their rows are rows of their table. */
const EACH_TABLE = `for name in
  select format('%I.%I', nspname, relname) from pg_class join pg_namespace n on n.oid = relnamespace
  where nspname in ('public', 'pgboss') and relkind in ('r', 'p') and not relispartition order by 1
loop`;

/** Keeps a copy of all rows that there are now, beside the tables. */
export async function keepRows(database: TestDatabase): Promise<void> {
  await database.query(`do $$
    declare name text; has_rows boolean;
    begin
      create schema kept;
      ${EACH_TABLE}
        execute format('select exists (select from %s)', name) into has_rows;
        if has_rows then execute format('create table kept.%I as table %s', name, name); end if;
      end loop;
    end $$`);
}

/**
 * Deletes all rows, whatever triggers and foreign keys say, and puts those back that were kept. A table without a page never
 * had a row, as most partitions; a statement about it would cost as much as one about a table with rows.
 */
export async function restoreRows(database: TestDatabase): Promise<void> {
  await database.query(`do $$
    declare name text;
    begin
      set local session_replication_role = replica;
      for name in
        select format('%I.%I', nspname, relname) from pg_class c join pg_namespace n on n.oid = relnamespace
        where nspname in ('public', 'pgboss') and relkind = 'r' and pg_relation_size(c.oid) > 0 order by 1
      loop
        execute format('delete from %s', name);
      end loop;
      for name in select relname from pg_class where relnamespace = 'kept'::regnamespace and relkind = 'r' order by 1 loop
        execute format('insert into %s overriding system value table kept.%I', name, name);
      end loop;
    end $$`);
}
