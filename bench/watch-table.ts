// `npm run bench:watch-table`: what watch_table() costs the transactions of the business. Five rounds, the medians.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../src/database/embedded-postgres/embedded-postgres';
import { migrate } from '../src/database/migrate';

const ROUNDS = 5;
const ROWS = 10_000;
const SINGLE_ROWS = 1_000;

const COLUMNS = `name bigint primary key, customer text, status text, grand_total numeric(12, 2), posting_date date,
  remarks text, created_at timestamptz default now()`;
const VALUES = `'Customer ' || n, 'Draft', n * 1.25, date '2026-01-01' + (n % 365)::integer, repeat('remark ', 20)`;

interface Figure {
  what: string;
  unwatchedUs: number;
  watchedUs: number;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hookledger-bench-watch-'));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  try {
    await migrate(postgres.migrationUrl, postgres.servingUrl);
    const url = Object.assign(new URL(postgres.superuserUrl), { pathname: '/hookledger' }).href;
    const client = new Client({ connectionString: url });
    await client.connect();
    const figures = await measure(client).finally(() => client.end());
    for (const figure of figures) process.stdout.write(`${line(figure)}\n`);
    process.stdout.write(`${JSON.stringify(Object.fromEntries(figures.map((each) => [each.what, ratio(each)])))}\n`);
  } finally {
    await postgres.stop();
    await rm(postgres.dataPath, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(client: Client): Promise<Figure[]> {
  const samples = new Map<string, { unwatched: number[]; watched: number[] }>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const table of ['unwatched', 'watched'] as const) {
      await prepare(client, table);
      for (const [what, us] of await run(client, table)) {
        const sample = samples.get(what) ?? { unwatched: [], watched: [] };
        samples.set(what, sample);
        sample[table].push(us);
      }
    }
  }
  return [...samples].map(([what, { unwatched, watched }]) => ({
    what,
    unwatchedUs: median(unwatched),
    watchedUs: median(watched),
  }));
}

async function prepare(client: Client, table: string): Promise<void> {
  await client.query(`drop table if exists ${table}; create table ${table} (${COLUMNS})`);
  if (table === 'watched') await client.query(`select watch_table('watched', 'Sales Invoice')`);
  await client.query('checkpoint');
}

/** Microseconds for each row. */
async function run(client: Client, table: string): Promise<[string, number][]> {
  const insert = `insert into ${table} select n, ${VALUES} from generate_series($1::bigint, $2::bigint) as n`;
  const many = await timed(ROWS, async () => client.query(insert, [1, ROWS]));
  const update = await timed(ROWS, async () => client.query(`update ${table} set status = 'Paid'`));
  const single = await timed(SINGLE_ROWS, async () => {
    for (let n = ROWS + 1; n <= ROWS + SINGLE_ROWS; n += 1) await client.query(insert, [n, n]);
  });
  return [
    [`insert of ${ROWS} rows at once`, many],
    [`update of ${ROWS} rows at once`, update],
    ['insert of one row and commit', single],
  ];
}

async function timed(rows: number, work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return ((performance.now() - begin) * 1_000) / rows;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function ratio({ unwatchedUs, watchedUs }: Figure): number {
  return Number((watchedUs / unwatchedUs).toFixed(1));
}

function line(figure: Figure): string {
  const { what, unwatchedUs, watchedUs } = figure;
  return `${what}: ${unwatchedUs.toFixed(0)} µs a row, watched ${watchedUs.toFixed(0)} µs: ${ratio(figure)} times`;
}

void main();
