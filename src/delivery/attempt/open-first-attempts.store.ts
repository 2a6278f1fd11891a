import { type Db, rowsOf, statement } from '../../sql/db';
import type { DueWebhook } from '../delivery.store';

/** A webhook whose first attempts may be opened: `deliveries` is 0. */
export interface WebhookToOpen extends DueWebhook {
  /** The transaction that last changed it. */
  changedIn: string;
  /** Deliveries wait for its capacity. */
  hasBacklog: boolean;
  /** All deliveries are paused. */
  isPaused: boolean;
}

/** Locks these webhooks, so that none changes until the transaction ends. */
export async function lockWebhooksToOpen(db: Db, ids: readonly string[]): Promise<Map<string, WebhookToOpen>> {
  const rows = await rowsOf<WebhookToOpen>(
    db,
    statement(`select w.id, w.changed_in as "changedIn", w.name, w.status, w.timeout_ms as "timeoutMs",
       w.retry_schedule as "retrySchedule", w.rate_limit as "rateLimit", w.rate_limit_seconds as "rateLimitSeconds",
       w.max_concurrency as "maxConcurrency", w.ordering, c.state as circuit, c.failures,
       c.failing_since as "failingSince", c.has_backlog as "hasBacklog",
       exists (select from webhook_credentials k where k.webhook_id = w.id) as "hasCredentials", 0 as deliveries,
       exists (select from deliveries_pause) as "isPaused"
     from webhooks w join webhook_circuits c on c.webhook_id = w.id
     where w.id = any($1::uuid[]) order by w.id for share of w`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Keeps all deliveries from being paused until the transaction ends, so that a later statement can tell whether they are.
 * It does not wait: the transaction may hold locks that a pause which ends at this moment waits for.
 * @returns false: they are being paused or resumed now
 */
export async function tryKeepFromPause(db: Db): Promise<boolean> {
  const [row] = await rowsOf<{ taken: boolean }>(
    db,
    statement(`select pg_try_advisory_xact_lock_shared(hashtext('hookledger.pause')) as taken`),
  );
  return row?.taken === true;
}
