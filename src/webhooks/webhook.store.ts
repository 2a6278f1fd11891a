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
import { keepWebhooks, lockWebhooks } from './webhook-lock.store';

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
  /** Allowed by a SYSTEM_MANAGER. */
  receiveAuditEvents: boolean;
  /** Requests carry the newest head of the evidence log. */
  sendEvidenceHead: boolean;
  supportMayReveal: boolean;
  ownerId: string;
  /** The version of the settings; 1 for a new webhook. */
  version: number;
  statusChangedBy: string | null;
  statusChangedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export const WEBHOOKS = {
  table: 'webhooks',
  columns: `id, name, direction, status, status_reason as "statusReason", url, document_type as "documentType", events,
    retry_schedule as "retrySchedule", timeout_ms as "timeoutMs", condition, method, headers,
    body_format as "bodyFormat", body, fields, signatures, pass_headers as "passHeaders", rate_limit as "rateLimit",
    rate_limit_seconds as "rateLimitSeconds", max_concurrency as "maxConcurrency", ordering,
    dedupe_seconds as "dedupeSeconds", receive_audit_events as "receiveAuditEvents", send_evidence_head as "sendEvidenceHead", support_may_reveal as "supportMayReveal", owner_id as "ownerId", version,
    status_changed_by as "statusChangedBy", status_changed_at as "statusChangedAt", created_at as "createdAt",
    updated_at as "updatedAt"`,
};

export async function webhooksById(db: Db, ids: readonly string[]): Promise<Map<string, WebhookRow>> {
  const rows = await rowsOf<WebhookRow>(db, `select ${WEBHOOKS.columns} from webhooks where id = any($1::uuid[])`, [
    ids,
  ]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Locks the webhook, so that its changes happen one after the other. */
export async function findWebhookForUpdate(db: Db, id: string): Promise<WebhookRow | null> {
  await lockWebhooks(db, [id]);
  return findWebhook(db, id);
}

/** Those that are not archived, of both directions. */
export async function countLiveWebhooks(db: Db): Promise<number> {
  const counted = statement(`select count(*)::int as webhooks from webhooks where status <> 'ARCHIVED'`);
  return (await rowOf<{ webhooks: number }>(db, counted))?.webhooks ?? 0;
}

/** Inserts the webhook and, if it is OUTGOING, a closed circuit. */
export async function insertWebhook(db: Db, webhook: WebhookRow): Promise<void> {
  await db.insert(WebhookEntity, webhook);
  if (webhook.direction === 'OUTGOING') {
    await db.insert(WebhookCircuitEntity, { webhookId: webhook.id, state: 'CLOSED', openings: 0, failures: 0 });
  }
}

/** Keeps the webhook from changes, such as pausing and resuming, until the transaction ends. */
export async function findWebhookForShare(db: Db, id: string): Promise<WebhookRow | null> {
  await keepWebhooks(db, [id]);
  return findWebhook(db, id);
}

async function findWebhook(db: Db, id: string): Promise<WebhookRow | null> {
  return rowOf<WebhookRow>(db, statement(`select ${WEBHOOKS.columns} from webhooks where id = $1`), [id]);
}

/** Locks these webhooks like `findWebhookForUpdate`. */
export async function webhooksForUpdate(db: Db, ids: readonly string[]): Promise<Map<string, WebhookRow>> {
  await lockWebhooks(db, ids);
  return webhooksById(db, ids);
}

export async function changeWebhook(db: Db, id: string, changes: Partial<WebhookRow>): Promise<void> {
  await db.update(WebhookEntity, { id }, changes);
}

/** Changes webhooks in the same way. */
export async function changeWebhooks(db: Db, ids: readonly string[], changes: Partial<WebhookRow>): Promise<void> {
  const update = db.createQueryBuilder().update(WebhookEntity).set(changes);
  await update.where('id = any(:ids::uuid[])', { ids }).execute();
}

/** A webhook that is kept from changes. */
export interface KeptWebhook {
  id: string;
  name: string;
  status: WebhookStatus;
  ordering: Ordering | null;
  receiveAuditEvents: boolean;
  /** The transaction that last changed it. */
  changedIn: string;
}

/** Keeps these webhooks from changes until the transaction ends. */
export async function webhooksForShare(db: Db, ids: readonly string[]): Promise<Map<string, KeptWebhook>> {
  await keepWebhooks(db, ids);
  const rows = await rowsOf<KeptWebhook>(
    db,
    statement(`select id, name, status, ordering, receive_audit_events as "receiveAuditEvents", changed_in as "changedIn"
     from webhooks where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
