// Reads the log. Lists omit large columns: headers and responses are loaded only if they are selected.
import { unlessErased } from '../events/payload.store';
import { type Db, rowsOf, statement } from '../sql/db';
import { byIds, type Listing, listing, type RowOf } from '../sql/listing';
import { WebhookRequestLogEntity } from './webhook-request-log.entity';

export const REQUEST_LOG = listing(
  WebhookRequestLogEntity,
  [
    'headers',
    'secretId',
    'responseHeaders',
    'responseBody',
    'responseBytes',
    'responseTruncated',
    'contentSalt',
    'bodyDigest',
    'wireBodyDigest',
    'leafHash',
    'erasedDigests',
    'erasureId',
  ],
  // null: there is none, or the content of the request was erased, while another row may still need the payload
  { payloadId: unlessErased('payload_id'), wirePayloadId: unlessErased('wire_payload_id') },
);
export type RequestRow = RowOf<typeof REQUEST_LOG>;
export const requestsById = byIds(REQUEST_LOG);

/** The log in an order of its index. It lacks rows that are open or not indexed yet. */
export const ORDERED_REQUEST_LOG: Listing = {
  table: REQUEST_LOG.table,
  columns: `${REQUEST_LOG.columns}, took_ms as "tookMs"`,
  ordered: { table: 'request_index', values: { outcome: 'status', took_ms: 'coalesce(duration_ms, -1)' } },
};

/** Headers of the request and of the response, as JSON arrays of pairs. */
export interface RequestHeaders {
  id: string;
  headers: string | null;
  responseHeaders: string | null;
}

export async function requestHeadersById(db: Db, ids: readonly string[]): Promise<Map<string, RequestHeaders>> {
  const rows = await rowsOf<RequestHeaders>(
    db,
    statement(
      `select id, headers, response_headers as "responseHeaders" from webhook_request_logs where id = any($1::uuid[])`,
    ),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export interface ResponseRow {
  id: string;
  body: Buffer | null;
  bytes: number | null;
  truncated: boolean | null;
  headers: string | null;
}

export async function responsesById(db: Db, ids: readonly string[]): Promise<Map<string, ResponseRow>> {
  const rows = await rowsOf<ResponseRow>(
    db,
    `select id, response_body as body, response_bytes as bytes, response_truncated as truncated,
       response_headers as headers
     from webhook_request_logs where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The parts of the duration of an outgoing request, in whole milliseconds. */
export interface RequestTiming {
  /** null here, and of the next two: the connection was reused, or this step was not needed or not finished. */
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  /** From the first byte of the request to the first byte of the response; null: no response began. */
  firstByteMs: number | null;
}

export const NOT_MEASURED: RequestTiming = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };

/** When the oldest request of the log began; null: there is none. */
export async function oldestRequestAt(db: Db): Promise<Date | null> {
  const sql = 'select started_at from webhook_request_logs order by id limit 1';
  const [row] = await rowsOf<{ started_at: Date }>(db, sql);
  return row?.started_at ?? null;
}
