import { readNodeId, toNodeId } from '../../../src/values/ids';
import type { TestApp } from '../../support/app';
import type { TestDatabase } from '../../support/database';
import { uuidAtTime } from '../../support/uuid-at-time';
import { waitFor } from '../../support/wait-for';

export interface SearchedRow {
  at?: number;
  referenceDocument?: string | null;
  documentType?: string | null;
  url?: string;
  error?: string | null;
  status?: string;
  durationMs?: number | null;
  webhookId?: string | null;
  /** Bytes, or a value that is sent as JSON. */
  data?: unknown;
  response?: unknown;
}

const bytesOf = (value: unknown) =>
  value === undefined ? null : Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));

/** Puts a closed row with a payload and a response into the log. @returns its id */
export async function seedSearched(database: TestDatabase, row: SearchedRow): Promise<string> {
  const at = row.at ?? Date.now();
  const id = uuidAtTime(at);
  const payload = bytesOf(row.data);
  const payloadId = payload && uuidAtTime(at);
  if (payload) {
    await database.query(
      `insert into payloads (id, body, byte_length, content_type) values ($1, $2, $3, 'application/json')`,
      [payloadId, payload, payload.length],
    );
  }
  await database.query(
    `insert into webhook_request_logs (id, direction, status, document_type, event, reference_document, webhook_id, attempt_number,
       duplicate, method, url, payload_id, response_body, error, started_at, finished_at, duration_ms)
     values ($1, 'OUTGOING', $2, $3, 'on_submit', $4, $5, 1, false, 'POST', $6, $7, $8, $9, $10, $10, $11)`,
    [
      id,
      row.status ?? 'SUCCEEDED',
      row.documentType ?? 'Sales Invoice',
      row.referenceDocument ?? null,
      row.webhookId ?? null,
      row.url ?? 'https://partner.example/',
      payloadId,
      bytesOf(row.response),
      row.error ?? null,
      new Date(at),
      row.durationMs ?? null,
    ],
  );
  return toNodeId('WebhookRequestLog', id);
}

/** When all that was closed by now can be found. */
export async function indexed(app: TestApp): Promise<void> {
  await waitFor('the index to have all closed requests', async () => {
    const [row] = await app.database.query<{ missing: number }>(
      `select count(*)::int as missing from webhook_request_logs r where finished_at is not null
         and not exists (select from request_index i where i.id = r.id)`,
    );
    return row?.missing === 0;
  });
}

const FIND = `query ($where: WebhookRequestLogWhere) {
  webhookRequestLogs(first: 100, where: $where, orderBy: { field: STARTED_AT, direction: ASC }) { totalCount nodes { id } }
}`;

/** Asks the list, and for its count, which takes another way. */
export async function findRequests(app: TestApp, where: object, key?: string | null): Promise<string[]> {
  const { data, errors } = await app.ask(FIND, { where }, key);
  if (errors) throw new Error(JSON.stringify(errors));
  const { nodes, totalCount } = data.webhookRequestLogs;
  if (totalCount !== nodes.length) throw new Error(`${nodes.length} requests are listed, ${totalCount} are counted`);
  return nodes.map(({ id }: { id: string }) => id);
}

export async function refusalOf(app: TestApp, where: object, key?: string | null) {
  const { errors } = await app.ask(FIND, { where }, key);
  return errors?.[0] && { code: errors[0].extensions.code, message: errors[0].message };
}

export function uuidIn(nodeId: string): string {
  return readNodeId(nodeId)?.id as string;
}
