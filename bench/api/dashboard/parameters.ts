// What the questions are about differs from one to the next, as on a real dashboard: caches help as much as they would there.
import type { Client } from 'pg';
import { firstIdAt, toNodeId } from '../../../src/values/ids';
import type { QueryName } from './queries';

/** Ids are UUIDs here; each side writes them as it does. */
export interface Parameters {
  /** Requests after whose place a page of the list begins. */
  cursorIds: string[];
  webhookIds: string[];
  documents: string[];
  weeks: { type: string; from: number; to: number }[];
}

const SAMPLES = 100;
const DAY_MS = 86_400_000;
const DAYS = 90;

export async function sampleParameters(sql: Client, until: number): Promise<Parameters> {
  const from = until - DAYS * DAY_MS;
  // every time of the ninety days, mixed, the same in every run
  const times = Array.from({ length: SAMPLES }, (_, index) => from + ((index * 0.618_033_988) % 1) * DAYS * DAY_MS);
  const cursorIds: string[] = [];
  const documents: string[] = [];
  for (const time of times) {
    const { rows } = await sql.query<{ id: string; document: string }>(
      'select id, reference_document as document from webhook_request_logs where id >= $1 order by id limit 1',
      [firstIdAt(Math.floor(time))],
    );
    if (rows[0]) cursorIds.push(rows[0].id);
    if (rows[0]) documents.push(rows[0].document);
  }
  const webhooks = await sql.query<{ id: string }>(
    `select id from webhooks where name like '% partner %' order by md5(id::text)`,
  );
  const types = await sql.query<{ type: string }>('select distinct document_type as type from webhooks order by 1');
  const weeks = times.map((time, index) => ({
    type: types.rows[index % types.rows.length]?.type as string,
    from: Math.floor(Math.min(time, until - 7 * DAY_MS)),
    to: Math.floor(Math.min(time, until - 7 * DAY_MS)) + 7 * DAY_MS,
  }));
  return { cursorIds, webhookIds: webhooks.rows.map(({ id }) => id), documents: [...new Set(documents)], weeks };
}

type Variables = Record<QueryName, object[]>;

// one after the other: a server that has just started opens a connection for each query that comes at once
async function cursorsOf(ids: readonly string[], cursorAt: (id: string) => Promise<string>): Promise<object[]> {
  const cursors: object[] = [];
  for (const id of ids) cursors.push({ after: await cursorAt(id) });
  return cursors;
}

/** @param cursorAt the cursor of a request in a list, newest first */
export async function ourVariables(
  parameters: Parameters,
  cursorAt: (id: string) => Promise<string>,
): Promise<Variables> {
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    list: await cursorsOf(parameters.cursorIds, cursorAt),
    webhook: parameters.webhookIds.map((id) => ({ id: toNodeId('Webhook', id) })),
    timeline: parameters.documents.map((document) => ({ document })),
    failures: parameters.weeks.map(({ type, from, to }) => ({ type, from: iso(from), to: iso(to) })),
  };
}

export async function peerVariables(
  parameters: Parameters,
  cursorAt: (id: string) => Promise<string>,
): Promise<Variables> {
  return {
    list: await cursorsOf(parameters.cursorIds, cursorAt),
    webhook: parameters.webhookIds.map((id) => ({ id })),
    timeline: parameters.documents.map((document) => ({ document })),
    failures: parameters.weeks.map(({ type, from, to }) => ({ type, fromId: firstIdAt(from), toId: firstIdAt(to) })),
  };
}
