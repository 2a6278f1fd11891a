import type { DeliveryStatus } from '../delivery/delivery.entity';
import { DELIVERIES } from '../delivery/delivery.store';
import { all, bindings, type Condition, compares, sqlTest, toSql } from '../sql/condition';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';
import { byIds, listing, type RowOf } from '../sql/listing';
import { idsToEnd } from '../sql/walks/ids-to-end';
import { FIRST_ID, idBounds } from '../values/ids';
import { ReplayEntity } from './replay.entity';

export const REPLAYS = listing(ReplayEntity, ['erasureId']);
export type ReplayRow = RowOf<typeof REPLAYS>;
export const replaysById = byIds(REPLAYS);

export async function insertReplay(db: Db, replay: ReplayRow): Promise<void> {
  await db.insert(ReplayEntity, replay);
}

/** Those ordered by a user that are PENDING or RUNNING. */
export async function countOpenReplays(db: Db, userId: string): Promise<number> {
  const counted = statement(
    `select count(*)::int as open from replays where status in ('PENDING', 'RUNNING') and ordered_by = $1`,
  );
  return (await rowOf<{ open: number }>(db, counted, [userId]))?.open ?? 0;
}

/** Locks the row: waits for a running step to end, and makes the next one wait for this transaction. */
export async function findReplayForUpdate(db: Db, id: string): Promise<ReplayRow | null> {
  return rowOf<ReplayRow>(db, statement(`select ${REPLAYS.columns} from replays where id = $1 for update`), [id]);
}

export async function changeReplay(db: Db, id: string, changes: Partial<ReplayRow>): Promise<void> {
  await db.update(ReplayEntity, { id }, changes);
}

/**
 * The replay whose next step has been due the longest, except those whose step another worker runs.
 * @param id only this one, if it is due; null: any
 */
export async function claimDueReplay(db: Db, id: string | null): Promise<ReplayRow | null> {
  return rowOf<ReplayRow>(
    db,
    // the clock of the database, here and below: the clocks of workers differ, and the rate applies to all of them
    statement(`select ${REPLAYS.columns} from replays where status in ('PENDING', 'RUNNING')
       and next_step_at <= clock_timestamp() and ($1::uuid is null or id = $1)
       order by next_step_at limit 1 for update skip locked`),
    [id],
  );
}

/** Milliseconds until the next step is due, 0 if one is; null: there is no open replay. */
export async function nextStepInMs(db: Db): Promise<number | null> {
  const row = await rowOf<{ ms: number }>(
    db,
    statement(`select extract(epoch from greatest(next_step_at - clock_timestamp(), interval '0'))::float8 * 1000 as ms
     from replays where status in ('PENDING', 'RUNNING') order by next_step_at limit 1`),
  );
  return row?.ms ?? null;
}

export interface ReplayStep {
  cursor: string;
  replayed: number;
  skipped: number;
  /** Milliseconds before the next step. */
  restMs: number;
}

/** Call it in the transaction that sends the deliveries again: both are committed, or neither. */
export async function noteStep(db: Db, id: string, step: ReplayStep, now: Date): Promise<void> {
  await changedBy(
    db,
    statement(`update replays set status = 'RUNNING', started_at = coalesce(started_at, $2), cursor = $3,
       replayed = replayed + $4, skipped = skipped + $5, error = null,
       next_step_at = clock_timestamp() + $6 * interval '1 ms'
     where id = $1`),
    [id, now, step.cursor, step.replayed, step.skipped, step.restMs],
  );
}

/** After a step that failed: other replays continue. */
export async function postponeStep(db: Db, id: string, restMs: number, error: string): Promise<void> {
  await changedBy(
    db,
    statement(`update replays set error = $3, next_step_at = clock_timestamp() + $2 * interval '1 ms'
     where id = $1 and finished_at is null`),
    [id, restMs, error],
  );
}

// The deliveries that a replay sends again.

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
  /** The first and the last of them by time, as their ids are. */
  oldest: string;
  newest: string;
}

/**
 * Counts the deliveries up to `last` that meet the condition, and those of them that can be sent again by the rules of
 * replay-delivery.ts. Skipped ones with data count, although their evaluation may skip them again.
 * @throws InputError TOO_LARGE if that takes too long
 */
export async function tallyDeliveries(db: Db, last: string, condition: Condition): Promise<DeliveryTally[]> {
  const tallies = new Map<string, DeliveryTally>();
  const upToLast = within({ after: FIRST_ID, last });
  for await (const page of idsToEnd(db, DELIVERIES, all([condition, upToLast]))) {
    for (const tally of await talliesOf(db, page)) {
      const key = `${tally.webhookId} ${tally.status} ${tally.isReplayable}`;
      const before = tallies.get(key) ?? { ...tally, count: 0 };
      const ids = [before.oldest, before.newest, tally.oldest, tally.newest].sort();
      const ends = { oldest: ids.at(0) as string, newest: ids.at(-1) as string };
      tallies.set(key, { ...tally, ...ends, count: before.count + tally.count });
    }
  }
  return [...tallies.values()];
}

async function talliesOf(db: Db, ids: readonly string[]): Promise<DeliveryTally[]> {
  if (ids.length === 0) return [];
  return rowsOf(
    db,
    statement(`select d.status, d.webhook_id as "webhookId", count(*)::int as count,
      min(d.id::text) as oldest, max(d.id::text) as newest,
      d.status in ('DELIVERED', 'EXHAUSTED', 'CANCELLED', 'SKIPPED') and not d.test and d.skip_reason is distinct from 'LOOP'
        and p.body is not null and w.status <> 'ARCHIVED' as "isReplayable"
    from (
      select id, status, webhook_id, skip_reason, test, case status when 'SKIPPED'
          then (select e.payload_id from business_events e where e.id = business_event_id) else payload_id end as payload_id
      from deliveries where id = any($1::uuid[]) and id between $2 and $3
    ) as d left join payloads p on p.id = d.payload_id join webhooks w on w.id = d.webhook_id
    group by d.status, d.webhook_id, "isReplayable"`),
    [ids, ...idBounds(ids)],
  );
}
