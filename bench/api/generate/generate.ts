// A log of ninety days, shaped like real traffic, written by set-based SQL some hours at a time.
import { Client } from 'pg';
import { prepareSession, writeHours } from './chunk';
import { dropLookup, makeLookup } from './lookup';
import { ensurePastPartitions, PARENTS } from './partitions';

/** Tables whose indexes are built when they are full. */
const FILLED = [...PARENTS, 'finished_deliveries'];
const WRITERS = 2;
/** Rows of one transaction, about: bounds memory and temporary space. */
const CHUNK_EVENTS = 40_000;
const DAY_MS = 86_400_000;

export interface Generated {
  /** Requests. */
  rows: number;
  /** In ms since 1970: the end of the traffic. */
  until: number;
}

export async function generate(
  urls: { superuser: string; owner: string },
  rows: number,
  say: (what: string) => void,
): Promise<Generated> {
  const now = Date.now();
  await withClient(urls.owner, (owner) => ensurePastPartitions(owner, new Date(now - 91 * DAY_MS), new Date(now)));
  return withClient(urls.superuser, async (sql) => {
    await setStatementTriggers(sql, 'enable always');
    const plan = await makeLookup(sql, rows, now);
    const chunks = await chunksOf(sql);
    const indexes = await dropIndexes(sql, FILLED);
    let written = 0;
    let told = Date.now();
    const write = () =>
      withClient(urls.superuser, async (writer) => {
        await prepareSession(writer);
        for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) {
          const requests = await writeHours(writer, plan, chunk.from, chunk.to);
          written += requests;
          if (Date.now() - told < 10_000) continue;
          told = Date.now();
          say(`  ${written.toLocaleString('en')} requests written`);
        }
      });
    await Promise.all(Array.from({ length: WRITERS }, write));
    await dropLookup(sql);
    // sealing millions of requests beside the figures is not what is measured
    await sql.query('truncate evidence_queue');
    await setStatementTriggers(sql, 'enable');
    say(`  ${written.toLocaleString('en')} requests written`);
    await buildIndexes(sql, indexes);
    say('  indexes built');
    return { rows: written, until: plan.until };
  });
}

/** Requests are noted in the feed, of which they are counted. Deliveries are not: no figure is about their statistics. */
async function setStatementTriggers(sql: Client, state: 'enable' | 'enable always'): Promise<void> {
  const { rows } = await sql.query<{ statement: string }>(
    `select format('alter table %s $1 trigger %I', tgrelid::regclass, tgname) as statement
     from pg_trigger where not tgisinternal and tgrelid = 'webhook_request_logs'::regclass and tgtype & 1 = 0 and tgtype & 4 = 4`,
  );
  for (const { statement } of rows) await sql.query(statement.replace('$1', state));
}

interface Index {
  name: string;
  definition: string;
}

/** Drops the indexes of these tables and of their partitions, but for primary keys. @returns them */
async function dropIndexes(sql: Client, tables: readonly string[]): Promise<Index[]> {
  const { rows } = await sql.query<Index>(
    `select c.relname as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = any ($1::regclass[]) and not i.indisprimary order by i.indrelid, c.relname`,
    [tables],
  );
  for (const { name } of rows) await sql.query(`drop index ${name}`);
  return rows;
}

async function buildIndexes(sql: Client, indexes: readonly Index[]): Promise<void> {
  await sql.query("set maintenance_work_mem = '2GB'; set max_parallel_maintenance_workers = 2");
  for (const { definition } of indexes) await sql.query(definition.replace(' ON ONLY ', ' ON '));
}

/** Ranges of hours with about so many events each, the oldest first. */
async function chunksOf(sql: Client): Promise<{ from: number; to: number }[]> {
  const { rows } = await sql.query<{ from: number; to: number }>(
    `select min(hour) as from, max(hour) + 1 as to from bench_generator.hours group by first_n / $1 order by 1`,
    [CHUNK_EVENTS],
  );
  return rows;
}

async function withClient<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString, application_name: 'bench generator' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
