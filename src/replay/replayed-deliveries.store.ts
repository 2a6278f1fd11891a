// The deliveries that a replay sends again.
import type { DeliveryStatus } from '../delivery/delivery.entity';
import { DELIVERIES } from '../delivery/delivery.store';
import { FIRST_ID, idBounds } from '../ids';
import { all, bindings, type Condition, compares, sqlTest, toSql } from '../sql/condition';
import { type Db, rowOf, rowsOf, statement } from '../sql/db';
import { idsToEnd } from '../sql/walks/ids-to-end';

/** The newest delivery; null: there is none. */
export async function newestDeliveryId(db: Db): Promise<string | null> {
  const row = await rowOf<{ id: string }>(db, 'select id from deliveries order by id desc limit 1');
  return row?.id ?? null;
}

/** Deliveries after `after`, up to and including `last`. */
export interface DeliveryRange {
  after: string;
  last: string;
}

/** Deliveries that were finished at that time and are not open now. */
export function finishedBy(at: Date): Condition {
  return compares('finished_at', '<=', at);
}

function within({ after, last }: DeliveryRange): Condition {
  return sqlTest((bind) => `id > ${bind(after)}::uuid and id <= ${bind(last)}::uuid`);
}

/** The last of the first `atMost` deliveries in the range; null: there are none. */
export async function endOfWindow(db: Db, range: DeliveryRange, atMost: number): Promise<string | null> {
  const row = await rowOf<{ id: string }>(
    db,
    statement(`select id from (select id from deliveries where id > $1 and id <= $2 order by id limit $3) as window_
     order by id desc limit 1`),
    [range.after, range.last, atMost],
  );
  return row?.id ?? null;
}

/** The first deliveries in the range that meet the condition, oldest first. */
export async function deliveriesInRange(
  db: Db,
  range: DeliveryRange,
  condition: Condition,
  atMost: number,
): Promise<{ id: string; webhookId: string }[]> {
  const { values, bind } = bindings();
  const sql = `select id, webhook_id as "webhookId" from deliveries where ${toSql(all([within(range), condition]), bind)}
    order by id limit ${bind(atMost)}`;
  return rowsOf(db, sql, values);
}

export interface DeliveryTally {
  status: DeliveryStatus;
  webhookId: string;
  isReplayable: boolean;
  count: number;
}

/**
 * Counts the deliveries up to `last` that meet the condition, and those of them that can be sent again by the rules of
 * resend-deliveries.ts. Skipped ones with data count, although their evaluation may skip them again.
 * @throws InputError TOO_LARGE if that takes too long
 */
export async function tallyDeliveries(db: Db, last: string, condition: Condition): Promise<DeliveryTally[]> {
  const tallies = new Map<string, DeliveryTally>();
  const upToLast = within({ after: FIRST_ID, last });
  for await (const ids of idsToEnd(db, DELIVERIES, all([condition, upToLast]))) {
    for (const tally of await talliesOf(db, ids)) {
      const key = `${tally.webhookId} ${tally.status} ${tally.isReplayable}`;
      tallies.set(key, { ...tally, count: tally.count + (tallies.get(key)?.count ?? 0) });
    }
  }
  return [...tallies.values()];
}

async function talliesOf(db: Db, ids: readonly string[]): Promise<DeliveryTally[]> {
  if (ids.length === 0) return [];
  return rowsOf(
    db,
    statement(`select d.status, d.webhook_id as "webhookId", count(*)::int as count,
      d.status in ('DELIVERED', 'EXHAUSTED', 'CANCELLED', 'SKIPPED') and not d.test and d.skip_reason is distinct from 'LOOP'
        and p.body is not null and w.status <> 'ARCHIVED' as "isReplayable"
    from (
      select status, webhook_id, skip_reason, test, case status when 'SKIPPED'
          then (select e.payload_id from business_events e where e.id = business_event_id) else payload_id end as payload_id
      from deliveries where id = any($1::uuid[]) and id between $2 and $3
    ) as d left join payloads p on p.id = d.payload_id join webhooks w on w.id = d.webhook_id
    group by d.status, d.webhook_id, "isReplayable"`),
    [ids, ...idBounds(ids)],
  );
}
