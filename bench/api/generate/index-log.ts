// The index of a long log, made at once: what the application would take an hour for, a batch behind the other. The rows are
// made by the application's own functions; only the order is another: rows first, then the indexes over them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Client } from 'pg';
import { buildIndexes, dropIndexes } from './bulk-load';

const WORKERS = 2;

/** @param sql as the superuser. @param owner the URL of the login that owns the tables */
export async function indexLog(sql: Client, owner: string, say: (what: string) => void): Promise<void> {
  const indexes = await dropIndexes(sql, ['request_index']);
  await Promise.all((await rangesOf(sql)).map((range) => indexRange(owner, range)));
  say('  every request has its words');
  await buildIndexes(sql, indexes, say);
  await passIndexing(sql);
}

/** The application finds nothing to index. */
export async function passIndexing(sql: Client): Promise<void> {
  await sql.query(
    `update feed_positions set from_snapshot = pg_current_snapshot()::text, to_snapshot = null, after_id = 0,
       backfill_before = null where reader = 'index'`,
  );
}

/** Parts of the log with as many rows each. */
async function rangesOf(sql: Client): Promise<[from: string, to: string][]> {
  const { rows } = await sql.query<{ edge: string }>(
    `select id as edge from (
       select id, row_number() over (order by id) as n, count(*) over () as total
       from webhook_request_logs tablesample system (1)
     ) as sample where n % greatest(1, total / $1) = 0 order by id limit $2`,
    [WORKERS, WORKERS - 1],
  );
  const edges = ['00000000-0000-0000-0000-000000000000', ...rows.map(({ edge }) => edge)];
  return edges.map((from, at) => [from, edges[at + 1] ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff']);
}

async function indexRange(owner: string, [from, to]: [string, string]): Promise<void> {
  const child = fork(join(__dirname, 'index-process.ts'), [from, to], {
    execArgv: ['--import', 'tsx'],
    // not among the arguments, which every process of the machine may read
    env: { ...process.env, BENCH_INDEX_URL: owner },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`indexing ended with ${code}`);
}
