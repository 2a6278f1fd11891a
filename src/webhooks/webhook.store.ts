import { type Db, rowOf, rowsOf, statement } from '../sql/db';
import {
  type BodyFormat,
  type Direction,
  type Method,
  type Ordering,
  type SignatureScheme,
  WebhookEntity,
  type WebhookStatus,
} from './webhook.entity';
import { WebhookCircuitEntity } from './webhook-circuit.entity';

export interface WebhookRow {
  id: string;
  name: string;
  direction: Direction;
  status: WebhookStatus;
  statusReason: string | null;
  url: string | null;
  documentType: string | null;
  events: string[];
  retrySchedule: number[] | null;
  timeoutMs: number;
  /** A CEL expression; null: every event that matches. */
  condition: string | null;
  method: Method;
  /** JSON array of [name, Liquid template]. */
  headers: string;
  bodyFormat: BodyFormat;
  /** JSON: a Liquid template; null: made from `fields`. */
  body: string | null;
  /** JSON array of [key, fieldname]. */
  fields: string | null;
  signatures: SignatureScheme[];
  /** Names of the headers of a received call that are forwarded; `*`: all that are allowed. */
  passHeaders: string[];
  /** The maximum number of requests in any window of `rateLimitSeconds`. */
  rateLimit: number | null;
  rateLimitSeconds: number | null;
  maxConcurrency: number | null;
  ordering: Ordering | null;
  dedupeSeconds: number | null;
  ownerId: string;
  createdAt: Date;
  updatedAt: Date;
}

export const WEBHOOKS = {
  table: 'webhooks',
  columns: `id, name, direction, status, status_reason as "statusReason", url, document_type as "documentType", events,
    retry_schedule as "retrySchedule", timeout_ms as "timeoutMs", condition, method, headers,
    body_format as "bodyFormat", body, fields, signatures, pass_headers as "passHeaders", rate_limit as "rateLimit",
    rate_limit_seconds as "rateLimitSeconds", max_concurrency as "maxConcurrency", ordering,
    dedupe_seconds as "dedupeSeconds", owner_id as "ownerId", created_at as "createdAt",
    updated_at as "updatedAt"`,
};

export async function webhooksById(db: Db, ids: readonly string[]): Promise<Map<string, WebhookRow>> {
  const rows = await rowsOf<WebhookRow>(db, `select ${WEBHOOKS.columns} from webhooks where id = any($1::uuid[])`, [
    ids,
  ]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Locks the row, so that changes of one webhook happen one after the other. */
export async function findWebhookForUpdate(db: Db, id: string): Promise<WebhookRow | null> {
  return rowOf<WebhookRow>(db, statement(`select ${WEBHOOKS.columns} from webhooks where id = $1 for no key update`), [
    id,
  ]);
}

/** Inserts the webhook and, if it is OUTGOING, a closed circuit. */
export async function insertWebhook(db: Db, webhook: WebhookRow): Promise<void> {
  await db.insert(WebhookEntity, webhook);
  if (webhook.direction === 'OUTGOING') {
    await db.insert(WebhookCircuitEntity, { webhookId: webhook.id, state: 'CLOSED', openings: 0, failures: 0 });
  }
}

/** Locks the row against changes, such as pausing and resuming, until the transaction ends. */
export async function findWebhookForShare(db: Db, id: string): Promise<WebhookRow | null> {
  return rowOf<WebhookRow>(db, statement(`select ${WEBHOOKS.columns} from webhooks where id = $1 for share`), [id]);
}

/** Locks the rows like `findWebhookForUpdate`, ordered by id, so that concurrent callers do not deadlock. */
export async function webhooksForUpdate(db: Db, ids: readonly string[]): Promise<Map<string, WebhookRow>> {
  const rows = await rowsOf<WebhookRow>(
    db,
    `select ${WEBHOOKS.columns} from webhooks where id = any($1::uuid[]) order by id for no key update`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export async function changeWebhook(db: Db, id: string, changes: Partial<WebhookRow>): Promise<void> {
  await db.update(WebhookEntity, { id }, changes);
}

/** Status and ordering of these webhooks. Locks the rows, so that neither changes until the transaction ends. */
export async function webhooksForShare(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, Pick<WebhookRow, 'status' | 'ordering'>>> {
  const rows = await rowsOf<Pick<WebhookRow, 'id' | 'status' | 'ordering'>>(
    db,
    statement('select id, status, ordering from webhooks where id = any($1::uuid[]) order by id for share'),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
