import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { TRY_KEEP_WEBHOOKS } from '../../webhooks/webhook-lock.store';
import type { DueWebhook } from '../delivery.store';

/** A webhook whose first attempts may be opened. None of its due deliveries was counted: `deliveries` is 0. */
export interface WebhookToOpen extends DueWebhook {
  /** The transaction that last changed it. */
  changedIn: string;
  /** Deliveries wait for its capacity. */
  hasWaiting: boolean;
  /** All deliveries are paused. */
  isPaused: boolean;
}

export async function webhooksToOpen(db: Db, ids: readonly string[]): Promise<WebhookToOpen[]> {
  return rowsOf<WebhookToOpen>(
    db,
    statement(`select w.id, w.changed_in as "changedIn", w.name, w.status, w.timeout_ms as "timeoutMs",
       w.retry_schedule as "retrySchedule", w.rate_limit as "rateLimit", w.rate_limit_seconds as "rateLimitSeconds",
       w.max_concurrency as "maxConcurrency", w.ordering, c.state as circuit, c.failures,
       c.failing_since as "failingSince", c.has_waiting as "hasWaiting",
       exists (select from webhook_credentials k where k.webhook_id = w.id) as "hasCredentials",
       w.send_evidence_head as "sendEvidenceHead", 0 as deliveries,
       exists (select from deliveries_pause) as "isPaused"
     from webhooks w join webhook_circuits c on c.webhook_id = w.id
     where w.id = any($1::uuid[])`),
    [ids],
  );
}

export interface Kept {
  /** false: all deliveries are being paused or resumed now. */
  fromPause: boolean;
  /** Of the asked webhooks, those that are not being changed now. */
  webhookIds: ReadonlySet<string>;
}

/**
 * Keeps all deliveries from being paused, and these webhooks from being changed, until the transaction ends: what a later
 * statement reads of both stays true. It does not wait, because the transaction may hold locks that a pause which ends at this
 * moment waits for.
 */
export async function tryKeep(db: Db, ids: readonly string[]): Promise<Kept> {
  const row = await rowOf<{ fromPause: boolean; webhookIds: string[] }>(
    db,
    statement(`select pg_try_advisory_xact_lock_shared(hashtext('hookledger.pause')) as "fromPause",
       array(${TRY_KEEP_WEBHOOKS}) as "webhookIds"`),
    [ids],
  );
  return { fromPause: row?.fromPause === true, webhookIds: new Set(row?.webhookIds) };
}
