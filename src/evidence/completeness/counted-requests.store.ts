// Counts the requests that no delivery counts, as the calls of partners, and leaves whose requests are gone.
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { LEAF_KINDS } from '../formats/leaf-kinds';
import { type CountedPage, MAX_NAMED, type PageCounts } from './counted-deliveries.store';

const valuesOf = ({ webhookId, after, end, atMost, sealedSize, dueBefore, dropped }: CountedPage) => [
  after,
  end,
  atMost,
  sealedSize,
  dueBefore,
  dropped.map(([first]) => first),
  dropped.map(([, past]) => past),
  ...(webhookId === null ? [] : [webhookId]),
];

/** Whether the delivery was of a month that is dropped. */
const isDropped = (firsts: string, pasts: string) => `exists (
  select from unnest(${firsts}::uuid[], ${pasts}::uuid[]) as m (first, past) where delivery_id >= first and delivery_id < past)`;

const NOTHING = `0 as "deliveryCount", 0 as "droppedAttemptCount", 0 as "decisionCount", 0 as "sealedDecisionCount", 0 as "droppedDecisionCount"`;

/** Calls of partners, and requests whose delivery is gone: with its month, as a call is counted, or without an order. */
export async function countRequests(db: Db, page: CountedPage): Promise<PageCounts> {
  const ofWebhook = page.webhookId === null ? '' : 'and webhook_id = $8';
  const row = await rowOf<PageCounts>(
    db,
    statement(`with page as materialized (
       select id, delivery_id, finished_at from webhook_request_logs
       where id > $1 and id < $2 ${ofWebhook} order by id limit $3
     ), each as (
       select p.id, p.delivery_id is null or ${isDropped('$6', '$7')} as is_call, coalesce(l.leaf_index < $4, false) as is_sealed,
         coalesce(p.finished_at < $5 and not coalesce(l.leaf_index < $4, false), false) as is_late
       from page p left join evidence_leaves l on l.kind = ${LEAF_KINDS.request} and l.subject_id = p.id
       where p.delivery_id is null or not exists (select from deliveries d where d.id = p.delivery_id)
     )
     select (select count(*)::int from page) as scanned, (select max(id::text) from page) as last, ${NOTHING},
       (count(*) filter (where is_call))::int as "attemptCount", count(*)::int as "requestCount",
       (count(*) filter (where is_sealed))::int as "sealedCount",
       (count(*) filter (where not is_sealed and not is_late))::int as "waitingCount",
       ((count(*) filter (where not is_call)) + (count(*) filter (where is_late)))::int as "holeCount",
       coalesce((array_agg(id order by id) filter (where is_late or not is_call))[:${MAX_NAMED}], '{}') as suspects
     from each`),
    valuesOf(page),
  );
  return row as PageCounts;
}

/** A request that has holes. */
export interface CountedRequest {
  id: string;
  /** The delivery whose row is gone; null: the request is a call, or the delivery was dropped with its month. */
  deliveryId: string | null;
  isLate: boolean;
}

export async function requestsToName(
  db: Db,
  ids: readonly string[],
  { sealedSize, dueBefore, dropped }: CountedPage,
): Promise<CountedRequest[]> {
  return rowsOf<CountedRequest>(
    db,
    statement(`select r.id, case when not ${isDropped('$4', '$5')} then r.delivery_id end as "deliveryId",
       coalesce(r.finished_at < $3 and not coalesce(l.leaf_index < $2, false), false) as "isLate"
     from webhook_request_logs r left join evidence_leaves l on l.kind = ${LEAF_KINDS.request} and l.subject_id = r.id
     where r.id = any($1::uuid[]) order by r.id`),
    [ids, sealedSize, dueBefore, dropped.map(([first]) => first), dropped.map(([, past]) => past)],
  );
}

/** Places in the tree of requests that are gone. A leaf does not say to which webhook it belongs. */
export async function countLeaves(db: Db, page: CountedPage): Promise<PageCounts> {
  const row = await rowOf<PageCounts>(
    db,
    statement(`with page as materialized (
       select subject_id as id from evidence_leaves
       where kind = ${LEAF_KINDS.request} and subject_id > $1 and subject_id < $2 order by subject_id limit $3
     ), gone as (
       select id from page where not exists (select from webhook_request_logs r where r.id = page.id)
     )
     select (select count(*)::int from page) as scanned, (select max(id::text) from page) as last, ${NOTHING},
       0 as "attemptCount", 0 as "requestCount", 0 as "sealedCount", 0 as "waitingCount", count(*)::int as "holeCount",
       coalesce((array_agg(id order by id))[:${MAX_NAMED}], '{}') as suspects
     from gone`),
    valuesOf({ ...page, webhookId: null }).slice(0, 3),
  );
  return row as PageCounts;
}
