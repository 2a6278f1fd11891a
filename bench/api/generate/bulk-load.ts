// How millions of rows are written at once: without their indexes, which are built over the finished tables, and with a
// server that may lose all of it in a crash.
import type { Client } from 'pg';

interface Index {
  name: string;
  table: string;
  definition: string;
}

/** What a crash of the machine would cost, saved while the log is written; the server has its defaults again for the figures. */
const UNSAFE = {
  fsync: 'off',
  full_page_writes: 'off',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  // vacuumed once, when all is written
  autovacuum: 'off',
};

/** Runs `work` while the server need not survive a crash. @param sql as the superuser */
export async function withoutDurability<T>(sql: Client, work: () => Promise<T>): Promise<T> {
  const { rows } = await sql.query<{ name: string; setting: string; unit: string | null }>(
    'select name, setting, unit from pg_settings where name = any ($1)',
    [Object.keys(UNSAFE)],
  );
  await configure(sql, UNSAFE);
  try {
    return await work();
  } finally {
    await sql.query('checkpoint');
    await configure(sql, Object.fromEntries(rows.map(({ name, setting, unit }) => [name, setting + (unit ?? '')])));
  }
}

async function configure(sql: Client, settings: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await sql.query(`alter system set ${name} = '${value}'`);
  await sql.query('select pg_reload_conf()');
}

/** Pages without room for later versions of their rows, which are written once here: they are full after their updates too. */
export async function fillPages(sql: Client, tables: readonly string[]): Promise<void> {
  const { rows } = await sql.query<{ name: string }>(
    'select inhrelid::regclass::text as name from pg_inherits where inhparent = any ($1::regclass[])',
    [tables],
  );
  for (const { name } of rows) await sql.query(`alter table ${name} set (fillfactor = 100)`);
}

/** Before their indexes are built: so each page is read once. @param connect opens a session of the superuser */
export async function vacuumPartitions(
  sql: Client,
  tables: readonly string[],
  withClient: (work: (client: Client) => Promise<void>) => Promise<void>,
): Promise<void> {
  const { rows } = await sql.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c left join pg_inherits h on h.inhrelid = c.oid
     where c.relkind = 'r' and coalesce(h.inhparent, c.oid) = any ($1::regclass[]) order by pg_relation_size(c.oid) desc`,
    [tables],
  );
  const vacuum = () =>
    withClient(async (client) => {
      for (let next = rows.shift(); next; next = rows.shift()) {
        await client.query(`vacuum (buffer_usage_limit 0) ${next.name}`);
      }
    });
  await Promise.all([vacuum(), vacuum()]);
}

/** Drops the indexes of these tables and of their partitions, but for primary keys. @returns them */
export async function dropIndexes(sql: Client, tables: readonly string[]): Promise<Index[]> {
  const { rows } = await sql.query<Index>(
    `select c.relname as name, i.indrelid::regclass::text as table, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = any ($1::regclass[]) and not i.indisprimary order by i.indrelid, c.relname`,
    [tables],
  );
  for (const { name } of rows) await sql.query(`drop index ${name}`);
  return rows;
}

/** @param say how long each takes is seen by the times of what it is told */
export async function buildIndexes(sql: Client, indexes: readonly Index[], say: (what: string) => void): Promise<void> {
  await sql.query("set maintenance_work_mem = '2GB'; set max_parallel_maintenance_workers = 2");
  for (const { name, definition } of indexes) {
    await sql.query(definition.replace(' ON ONLY ', ' ON '));
    say(`  ${name} is built`);
  }
}

/** Gigabytes of the database, and bytes of each large table with its indexes for one request. */
export async function sayDisk(sql: Client, rows: number, say: (what: string) => void): Promise<void> {
  const { rows: found } = await sql.query<{ table: string; bytes: string; total: string }>(
    `select coalesce(parent.relname, c.relname) as table, sum(pg_total_relation_size(c.oid)) as bytes,
       pg_database_size(current_database()) as total
     from pg_class c left join pg_inherits h on h.inhrelid = c.oid left join pg_class parent on parent.oid = h.inhparent
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by 1 order by 2 desc limit 8`,
  );
  const each = found.map(({ table, bytes }) => `${table} ${Math.round(Number(bytes) / rows)}`);
  const total = Number(found[0]?.total ?? 0);
  say(`  ${(total / 1e9).toFixed(2)} GB, ${Math.round(total / rows)} bytes a request: ${each.join(', ')}`);
}
