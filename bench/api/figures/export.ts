// The log taken away: rows per second, and whether the server's memory stays what it was.
import { get, type IncomingMessage } from 'node:http';
import { residentMb } from '../../process-use';
import { ask } from '../dashboard/ask';
import type { Database } from '../database';
import type { Target } from '../load';

export interface Exported {
  name: string;
  rows: number;
  rowsPerSecond: number;
  megabytesPerSecond: number;
  /** Of the API process: before, after a tenth of the rows, the most after that; null where there is no /proc. */
  memoryMb: { start: number | null; tenth: number | null; most: number | null };
}

const LIMIT_MS = 30 * 60_000;
const SAMPLE_MS = 250;
const DAY_MS = 86_400_000;

const ORDER = `mutation ($input: ExportWebhookRequestLogsInput!) {
  exportWebhookRequestLogs(input: $input) { export { url } userErrors { message } } }`;

type Ordered = { exportWebhookRequestLogs: { export: { url: string } | null; userErrors: object[] } };

/** The whole log as NDJSON, then the last days of it as CSV and with all that was exchanged. */
export async function measureExports(database: Database, target: Target, pid: number): Promise<Exported[]> {
  const until = new Date(database.until + DAY_MS).toISOString();
  const lately = { startedAt: { gte: new Date(database.until - 9 * DAY_MS).toISOString(), lt: until } };
  const all = { startedAt: { lt: until } };
  return [
    await measure(database, target, pid, 'everything, NDJSON', { format: 'NDJSON', where: all }),
    await measure(database, target, pid, 'nine days, CSV', { format: 'CSV', where: lately }),
    await measure(database, target, pid, 'nine days with content', {
      format: 'NDJSON',
      where: lately,
      includeContent: true,
    }),
  ];
}

interface Input {
  format: 'NDJSON' | 'CSV';
  where: { startedAt: { gte?: string; lt: string } };
  includeContent?: boolean;
}

async function measure({ sql }: Database, target: Target, pid: number, name: string, input: Input): Promise<Exported> {
  const { gte = '1970-01-01T00:00:00Z', lt } = input.where.startedAt;
  const { rows } = await sql.query<{ n: number }>(
    `select count(*)::int as n from webhook_request_logs where id >= first_id_at($1) and id < first_id_at($2)`,
    [gte, lt],
  );
  const expected = rows[0]?.n as number;
  const { exportWebhookRequestLogs: ordered } = await ask<Ordered>(target, ORDER, { input });
  if (!ordered.export) throw new Error(`no export was made: ${JSON.stringify(ordered.userErrors)}`);
  const memoryMb: Exported['memoryMb'] = { start: await residentMb(pid), tenth: null, most: null };
  const begun = performance.now();
  const got = { lines: 0, bytes: 0 };
  const sampling = setInterval(async () => {
    const mb = await residentMb(pid);
    if (mb === null || got.lines < expected / 10) return;
    memoryMb.tenth ??= mb;
    memoryMb.most = Math.max(memoryMb.most ?? 0, mb);
  }, SAMPLE_MS);
  try {
    await download(new URL(ordered.export.url, target.url), target.headers, got);
  } finally {
    clearInterval(sampling);
  }
  const seconds = (performance.now() - begun) / 1000;
  const count = got.lines - (input.format === 'CSV' ? 1 : 0);
  if (count !== expected) throw new Error(`${count} rows came instead of ${expected}`);
  return { name, rows: count, rowsPerSecond: count / seconds, megabytesPerSecond: got.bytes / 1e6 / seconds, memoryMb };
}

// Lines are counted by their ends: no value has one, since JSON and the answers of partners here hold none.
async function download(
  url: URL,
  headers: Record<string, string>,
  got: { lines: number; bytes: number },
): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(url, { headers, signal: AbortSignal.timeout(LIMIT_MS) }, resolve).once('error', reject),
  );
  if (response.statusCode !== 200) throw new Error(`GET ${url.pathname} answers ${response.statusCode}`);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    got.bytes += chunk.length;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) got.lines += 1;
  }
  if (!response.complete) throw new Error(`GET ${url.pathname} broke off after ${got.bytes} bytes`);
}

const LF = 10;
