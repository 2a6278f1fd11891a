import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { type DataPaths, findServerUser, prepareDataPaths } from '../../../src/database/embedded-postgres/data-paths';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/database/embedded-postgres/embedded-postgres';

export const settings = { fsync: 'off' };
export const start = (dataDir: string) => startEmbeddedPostgres({ dataDir, settings });

const made: DataPaths[] = [];

/** A data directory that `removeDataDirs` removes, wherever its cluster lies. */
export async function makeDataDir(): Promise<DataPaths> {
  const paths = await prepareDataPaths(mkdtempSync(join(tmpdir(), 'hookledger-postgres-')), await findServerUser());
  made.push(paths);
  return paths;
}

export function removeDataDirs(): void {
  for (const { dataDir, home } of made.splice(0)) {
    for (const path of [dataDir, home]) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

export async function withServer<T>(dataDir: string, work: (postgres: EmbeddedPostgres) => Promise<T>): Promise<T> {
  const postgres = await start(dataDir);
  try {
    return await work(postgres);
  } finally {
    await postgres.stop();
  }
}

export async function query<Row extends QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export const postmasterPid = (paths: DataPaths) =>
  Number(readFileSync(join(paths.cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);

export const parentPid = (pid: number) =>
  Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
