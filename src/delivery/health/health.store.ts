import { type Db, rowsOf, statement } from '../../sql/db';

export interface WaitingDeliveries {
  waiting: number;
  nextAttemptAt: Date | null;
}

/** Only the oldest open deliveries of a webhook are counted, up to this number. */
export const MAX_WAITING = 10_000;

/** The open deliveries of one webhook: one row. @param webhook an expression for its id */
export function waitingSql(webhook: string): string {
  return `select count(*)::integer as waiting, min(next_attempt_at) as "nextAttemptAt" from (
    select next_attempt_at from open_deliveries where webhook_id = ${webhook} limit ${MAX_WAITING}
  ) as open`;
}

/** The open deliveries of each of these webhooks. */
export async function waitingDeliveries(
  db: Db,
  webhookIds: readonly string[],
): Promise<Map<string, WaitingDeliveries>> {
  const rows = await rowsOf<WaitingDeliveries & { webhookId: string }>(
    db,
    statement(`select w.id as "webhookId", d.waiting, d."nextAttemptAt" from unnest($1::uuid[]) as w (id)
      cross join lateral (${waitingSql('w.id')}) as d`),
    [webhookIds],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}
