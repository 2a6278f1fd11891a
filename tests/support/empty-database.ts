import type { TestDatabase } from './database';

/** Of each table, in the order of their names. Partitions are left out: their rows are rows of their table. */
const EACH_TABLE = `for name in
  select format('%I.%I', nspname, relname) from pg_class join pg_namespace n on n.oid = relnamespace
  where nspname = 'public' and relkind in ('r', 'p') and not relispartition order by 1
loop`;

/** What statements and plans depend on, beside rows, and whether it is of a partition. */
const OBJECTS = `
  select format('%s %s', relkind, oid::regclass) as name, relispartition as partition from pg_class
    where relnamespace = 'public'::regnamespace
  union all select format('constraint %s of %s', conname, conrelid::regclass), coalesce(relispartition, false)
    from pg_constraint left join pg_class c on c.oid = conrelid where connamespace = 'public'::regnamespace
  union all select format('trigger %s of %s, %s', tgname, tgrelid::regclass, tgenabled), relispartition
    from pg_trigger join pg_class c on c.oid = tgrelid where not tgisinternal
  union all select format('function %s', oid::regprocedure), false from pg_proc where pronamespace = 'public'::regnamespace`;

/** Larger tables are vacuumed when their rows are gone. */
const LARGE_BYTES = 65_536;

/** Keeps a copy of all rows that there are now, and the names of tables and the like, beside the tables. */
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
  await database.query(`create schema kept_names; create table kept_names.objects as ${OBJECTS}`);
}

/**
 * @returns the tables, indexes, constraints, triggers and functions that did not exist when rows were kept, or no longer exist. New
 * partitions are left out: when a month begins, the maintenance of any test makes the next one
 */
export async function changedObjects(database: TestDatabase): Promise<string[]> {
  const kept = 'select name from kept_names.objects';
  const changed = await database.query<{ name: string }>(
    `with now as (${OBJECTS})
     (select name from now where not partition except ${kept}) union all (${kept} except select name from now)`,
  );
  return changed.map(({ name }) => name);
}

/**
 * Deletes all rows, whatever triggers and foreign keys say, and puts those back that were kept. A table without a page never
 * had a row, as most partitions; a statement about it would cost as much as one about a table with rows.
 *
 * Of a large one the empty pages are given back: when autovacuum comes to it, which is by chance, the planner would take it
 * for a table with few rows in many pages, however many rows the tests insert next.
 */
export async function restoreRows(database: TestDatabase): Promise<void> {
  await database.query(`do $$
    declare name text;
    begin
      set local session_replication_role = replica;
      for name in
        select format('%I.%I', nspname, relname) from pg_class c join pg_namespace n on n.oid = relnamespace
        where nspname = 'public' and relkind = 'r' and pg_relation_size(c.oid) > 0 order by 1
      loop
        execute format('delete from %s', name);
      end loop;
      for name in select relname from pg_class where relnamespace = 'kept'::regnamespace and relkind = 'r' order by 1 loop
        execute format('insert into %s overriding system value table kept.%I', name, name);
      end loop;
    end $$`);
  const large = await database.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'r' and pg_relation_size(oid) > ${LARGE_BYTES}`,
  );
  if (large.length > 0) await database.query(`vacuum ${large.map(({ name }) => name).join(', ')}`);
}
