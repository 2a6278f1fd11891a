import { changedBy, type Db, rowsOf, statement } from '../sql/db';

/**
 * The number of requests on the wire for each of these webhooks. Only webhooks with slots are counted: see `takeSlots`.
 */
export async function slotsTaken(db: Db, webhookIds: readonly string[]): Promise<Map<string, number>> {
  if (webhookIds.length === 0) return new Map();
  const rows = await rowsOf<{ webhookId: string; taken: number }>(
    db,
    statement(`select webhook_id as "webhookId", count(*)::integer as taken from webhook_slots
     where webhook_id = any($1::uuid[]) group by webhook_id`),
    [webhookIds],
  );
  return new Map(rows.map((row) => [row.webhookId, row.taken]));
}

/**
 * Takes a slot for each request to a webhook with a max_concurrency. Call it in the transaction that opens the
 * requests.
 */
export async function takeSlots(db: Db, requests: readonly { webhookId: string; requestId: string }[]): Promise<void> {
  if (requests.length === 0) return;
  await changedBy(
    db,
    statement('insert into webhook_slots (webhook_id, request_id) select * from unnest($1::uuid[], $2::uuid[])'),
    [requests.map((each) => each.webhookId), requests.map((each) => each.requestId)],
  );
}

/** Releases the slots. Call it in the transaction that closes the requests. */
export async function giveSlotsBack(
  db: Db,
  requests: readonly { webhookId: string; requestId: string }[],
): Promise<void> {
  if (requests.length === 0) return;
  await changedBy(
    db,
    statement(`delete from webhook_slots as s using unnest($1::uuid[], $2::uuid[]) as r (webhook_id, request_id)
     where s.webhook_id = r.webhook_id and s.request_id = r.request_id`),
    [requests.map((each) => each.webhookId), requests.map((each) => each.requestId)],
  );
}
