import { type IncomingMessage, request } from 'node:http';
import type { TestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type RawAnswer, sendRaw } from '../../support/raw-http';

export type Line = Record<string, unknown> & { id: string };

/** @returns the id of the export */
export async function requestExport(app: TestApp, input: object = {}): Promise<string> {
  const { export: made, userErrors } = await mutate(app, 'exportWebhookRequestLogs', input, 'export { id }');
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  return made.id;
}

interface Fetching {
  key?: string | null;
  /** What stands behind the path: `?after=req_...`. */
  search?: string;
  headers?: Record<string, string>;
}

/** All that comes. Rejects when it breaks off. */
export function fetchExport(
  app: { url: string; adminKey: string },
  id: string,
  how: Fetching = {},
): Promise<RawAnswer> {
  const { key = app.adminKey, search = '', headers = {} } = how;
  return sendRaw(`${app.url}/exports/${id}${search}`, { method: 'GET', headers: { ...withKey(key), ...headers } });
}

const withKey = (key: string | null): Record<string, string> =>
  key === null ? {} : { authorization: `Bearer ${key}` };

/** A download that is paused until the test reads it. */
export function openExport(
  app: { url: string; adminKey: string },
  id: string,
  key = app.adminKey,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = request(`${app.url}/exports/${id}`, { headers: withKey(key), agent: false });
    call.on('response', (response) => resolve(response.pause())).on('error', reject);
    call.end();
  });
}

/** Reads on to the end. @returns the bytes, and whether that was the end of the file or the connection broke */
export async function readOn(response: IncomingMessage): Promise<{ bytes: number; isWhole: boolean }> {
  let bytes = 0;
  try {
    for await (const chunk of response) bytes += (chunk as Buffer).length;
    return { bytes, isWhole: response.complete };
  } catch {
    return { bytes, isWhole: false };
  }
}

export function linesOf(ndjson: string): Line[] {
  const lines = ndjson.split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  return lines.map((line) => JSON.parse(line));
}

/** RFC 4180, strictly: CRLF, quotes doubled, no quote in a cell that is not quoted. */
export function cellsOf(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let rest = csv;
  while (rest !== '') {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
    if (!match) throw new Error(`no CSV: ${rest.slice(0, 80)}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') {
      rows.push(row);
      row = [];
    }
    rest = rest.slice(match[0].length);
  }
  return rows;
}
