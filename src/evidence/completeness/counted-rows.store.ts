// Counts the requests that no delivery counts, as the calls of partners, and leaves whose requests are gone.
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { LEAF_KINDS, type LeafKind } from '../formats/leaf-kinds';

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

// Counts the attempts of deliveries against the requests and the leaves that are there.

/** Which rows are counted, and since when they should be sealed. */
export interface CountedPage {
  /** null: of all webhooks, and what belongs to none. */
  webhookId: string | null;
  /** Ids of the rows of the page, exclusive. */
  after: string;
  /** Exclusive. */
  end: string;
  atMost: number;
  /** The number of leaves that the newest signed head contains. */
  sealedSize: number;
  /** What finished before must be sealed. */
  dueBefore: Date;
  /** The months that were dropped by order: their first ids, and those of the months after them. */
  dropped: readonly (readonly [first: string, past: string])[];
}

export interface Counts {
  deliveryCount: number;
  attemptCount: number;
  requestCount: number;
  sealedCount: number;
  waitingCount: number;
  /** Those of `attemptCount` that lie in a month that was dropped by order. */
  droppedAttemptCount: number;
  decisionCount: number;
  sealedDecisionCount: number;
  /** As `droppedAttemptCount`. */
  droppedDecisionCount: number;
  holeCount: number;
}

export interface PageCounts extends Counts {
  /** The rows of the page. */
  scanned: number;
  /** The last of them; null: there was none. */
  last: string | null;
  /** Those of the first rows that have holes. */
  suspects: string[];
}

/** The holes that one call names. */
export const MAX_NAMED = 100;

const leafOf = (kind: LeafKind, id: string) =>
  `left join evidence_leaves l on l.kind = ${LEAF_KINDS[kind]} and l.subject_id = ${id}`;
/** $1: the number of leaves that are sealed. */
const IS_SEALED = 'coalesce(l.leaf_index < $1, false)';

/** $3, $4: the months that were dropped. @param from and past ids */
const meetsDropped = (from: string, past: string) => `exists (
  select from unnest($3::uuid[], $4::uuid[]) as m (first, past) where m.first < ${past} and m.past > ${from})`;

/**
 * $2: what finished before must be sealed. The deliveries of the page, their requests, and their newest decisions. `gaps` has the
 * attempts that are not there, and were made between two others, or before or after all, while a month began or ended that was
 * dropped: they were dropped with it. A decision was made when its delivery finished. Ids may differ from times by ten minutes. A number of attempts that no
 * delivery has, such as a negative one, must not make up for what another delivery lacks.
 */
const parts = (page: string) => `page as materialized (
    select id, status, greatest(coalesce(attempts, 0), 0)::bigint as attempts, finished_at,
      case when isfinite(finished_at) then first_id_at(finished_at - interval '10 minutes') end as finished_from,
      case when isfinite(finished_at) then first_id_at(finished_at + interval '10 minutes') end as finished_past
    from deliveries where ${page}
  ), requests as (
    select p.id as delivery_id, r.id, r.attempt_number, r.attempt_number between 1 and p.attempts as is_counted,
      ${IS_SEALED} as is_sealed, coalesce(r.finished_at < $2 and not ${IS_SEALED}, false) as is_late
    from page p join webhook_request_logs r on r.delivery_id = p.id ${leafOf('request', 'r.id')}
  ), gaps as (
    select delivery_id, number as before, next_number as next from (
      select delivery_id, number, id, lead(number) over made as next_number, lead(id) over made as next_id from (
        select p.id as delivery_id, 0 as number, p.id from page p where p.attempts > 0
        union all select p.id, p.attempts + 1, coalesce(p.finished_past, 'ffffffff-ffff-ffff-ffff-ffffffffffff') from page p
          where p.attempts > 0
        union all select r.delivery_id, r.attempt_number, r.id from requests r where r.is_counted
      ) as ends where cardinality($3::uuid[]) > 0 window made as (partition by delivery_id order by number, id)
    ) as pairs where next_number > number + 1 and ${meetsDropped('id', 'next_id')}
  ), decisions as (
    select p.id as delivery_id, d.id, ${IS_SEALED} as is_sealed, dropped.yes as is_dropped,
      p.finished_at < $2 and not ${IS_SEALED} and not dropped.yes as is_late
    from page p
      cross join lateral (select ${meetsDropped('p.finished_from', 'p.finished_past')} as yes) as dropped
      left join lateral (select id from delivery_decisions where delivery_id = p.id order by id desc limit 1) as d on true
      ${leafOf('decision', 'd.id')}
    where p.status in ('EXHAUSTED', 'SKIPPED', 'CANCELLED')
  )`;

const idsOf = (dropped: CountedPage['dropped']) => [dropped.map(([first]) => first), dropped.map(([, past]) => past)];

export async function countDeliveries(db: Db, page: CountedPage): Promise<PageCounts> {
  const { webhookId, after, end, atMost, sealedSize, dueBefore, dropped } = page;
  const ofWebhook = webhookId === null ? '' : 'and webhook_id = $8';
  const row = await rowOf<PageCounts>(
    db,
    statement(`with ${parts(`id > $5 and id < $6 ${ofWebhook} order by id limit $7`)}, each as (
       select p.id, p.attempts, r.requests, r.sealed, r.waiting, d.is_sealed as is_decision_sealed, d.is_dropped as is_decision_dropped,
         coalesce(g.attempts, 0) as dropped,
         p.attempts - coalesce(r.counted, 0) - coalesce(g.attempts, 0) + coalesce(r.requests - r.counted + r.late, 0)
           + coalesce(d.is_late, false)::int as holes
       from page p left join decisions d on d.delivery_id = p.id left join (
         select delivery_id, sum(next - before - 1)::bigint as attempts from gaps group by delivery_id
       ) as g on g.delivery_id = p.id left join (
         select delivery_id, count(*)::int as requests, (count(*) filter (where is_sealed))::int as sealed,
           (count(*) filter (where not is_sealed and not is_late))::int as waiting,
           count(distinct case when is_counted then attempt_number end)::int as counted,
           (count(*) filter (where is_late))::int as late
         from requests group by delivery_id) as r on r.delivery_id = p.id
     )
     select count(*)::int as scanned, max(id::text) as last, count(*)::int as "deliveryCount",
       coalesce(sum(attempts), 0)::float8 as "attemptCount", coalesce(sum(requests), 0)::int as "requestCount",
       coalesce(sum(sealed), 0)::int as "sealedCount", coalesce(sum(waiting), 0)::int as "waitingCount",
       coalesce(sum(dropped), 0)::float8 as "droppedAttemptCount", count(is_decision_sealed)::int as "decisionCount",
       (count(*) filter (where is_decision_sealed and not is_decision_dropped))::int as "sealedDecisionCount",
       (count(*) filter (where is_decision_dropped))::int as "droppedDecisionCount", coalesce(sum(holes), 0)::float8 as "holeCount",
       coalesce((array_agg(id order by id) filter (where holes > 0))[:${MAX_NAMED}], '{}') as suspects
     from each`),
    [sealedSize, dueBefore, ...idsOf(dropped), after, end, atMost, ...(webhookId === null ? [] : [webhookId])],
  );
  return row as PageCounts;
}

/** A delivery that has holes. */
export interface CountedDelivery {
  id: string;
  status: string;
  attempts: number;
  requests: { id: string; attempt: number; isLate: boolean }[];
  /** The attempts between these numbers lie in a month that was dropped by order. */
  dropped: { before: number; next: number }[];
  /** Of a delivery that was not sent, or given up. `id` is null: there is none. */
  decision: { id: string | null; isLate: boolean } | null;
}

export async function deliveriesToName(
  db: Db,
  ids: readonly string[],
  { sealedSize, dueBefore, dropped }: CountedPage,
): Promise<CountedDelivery[]> {
  return rowsOf<CountedDelivery>(
    db,
    statement(`with ${parts('id = any($5::uuid[])')}
     select id, status, attempts::float8 as attempts,
       (select coalesce(json_agg(json_build_object('id', r.id, 'attempt', r.attempt_number, 'isLate', r.is_late) order by r.id),
         '[]') from requests r where r.delivery_id = page.id) as requests,
       (select coalesce(json_agg(json_build_object('before', g.before, 'next', g.next)), '[]') from gaps g
         where g.delivery_id = page.id) as dropped,
       (select json_build_object('id', d.id, 'isLate', d.is_late) from decisions d where d.delivery_id = page.id) as decision
     from page order by id`),
    [sealedSize, dueBefore, ...idsOf(dropped), ids],
  );
}
