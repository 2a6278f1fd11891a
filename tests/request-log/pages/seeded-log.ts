import { randomBytes } from 'node:crypto';
import { toNodeId } from '../../../src/values/ids';
import type { TestDatabase } from '../../support/database';

export interface SeededRequest {
  at?: number;
  direction?: string;
  status?: string;
  documentType?: string | null;
  event?: string | null;
  referenceDocument?: string | null;
  responseStatus?: number | null;
  headers?: [name: string, value: string][];
  webhookId?: string | null;
  userId?: string | null;
  remoteAddress?: string | null;
}

/** Puts a closed row into the log as it would stand there, at a millisecond of one's choice. @returns its id */
export async function seedRequest(database: TestDatabase, row: SeededRequest): Promise<string> {
  const { at = Date.now(), direction = 'OUTGOING', status = 'SUCCEEDED', responseStatus = 200 } = row;
  const time = at.toString(16).padStart(12, '0');
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7${randomBytes(2).toString('hex').slice(1)}-8${randomBytes(2).toString('hex').slice(1)}-${randomBytes(6).toString('hex')}`;
  await database.query(
    `insert into webhook_request_logs (id, direction, status, document_type, event, reference_document, webhook_id,
       user_id, response_status, attempt_number, duplicate, method, url, started_at, finished_at, headers,
       remote_address)
     values ($1, $2, $3::text, $4, $5, $6, $7, $8, $9, 1, false, 'POST', 'https://partner.example/', $10::timestamptz,
       case when $3::text = 'PENDING' then null else $10::timestamptz end, $11, $12)`,
    [
      id,
      direction,
      status,
      row.documentType ?? null,
      row.event ?? null,
      row.referenceDocument ?? null,
      row.webhookId ?? null,
      row.userId ?? null,
      responseStatus,
      new Date(at),
      row.headers ? JSON.stringify(row.headers) : null,
      row.remoteAddress ?? null,
    ],
  );
  return toNodeId('WebhookRequestLog', id);
}

/** As many rows, all of one millisecond: only the rest of their ids differs. */
export async function seedManyAt(
  database: TestDatabase,
  at: number,
  count: number,
  referenceDocument: string,
): Promise<void> {
  await database.query(
    `insert into webhook_request_logs (id, direction, status, reference_document, attempt_number, duplicate, method,
       url, started_at, finished_at)
     select (lpad(to_hex($1::bigint), 12, '0') || '7000' || '8' || substr(md5(n::text), 1, 15))::uuid, 'OUTGOING',
       'SUCCEEDED', $3, 1, false, 'POST', 'https://partner.example/', $4, $4
     from generate_series(1, $2::int) as n`,
    [at, count, referenceDocument, new Date(at)],
  );
}
