// The rows that an order is about, and the function that erases them.
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';

/** Events stand for their deliveries and requests too. */
export interface Targets {
  events: string[];
  /** Requests without an event. */
  requests: string[];
}

export async function targetsOfDocument(db: Db, documentType: string, name: string, atMost: number): Promise<Targets> {
  const row = await rowOf<Targets>(
    db,
    statement(`select
       array(select id from business_events where reference_document = $1 and document_type = $2 order by id limit $3) as events,
       array(select id from webhook_request_logs where reference_document = $1 and document_type = $2
         and business_event_id is null order by id limit $3) as requests`),
    [name, documentType, atMost],
  );
  return row ?? { events: [], requests: [] };
}

export async function targetsOfRequests(db: Db, ids: readonly string[]): Promise<Targets> {
  const row = await rowOf<Targets>(
    db,
    statement(`select
       array(select e.id from business_events e where e.id in (
         select business_event_id from webhook_request_logs where id = any($1::uuid[]))) as events,
       array(select r.id from webhook_request_logs r where r.id = any($1::uuid[])
         and not exists (select from business_events e where e.id = r.business_event_id)) as requests`),
    [ids],
  );
  return row ?? { events: [], requests: [] };
}

/** The events and lone requests of a person after this id, oldest first. */
export async function targetsOfPerson(db: Db, userId: string, after: string, atMost: number): Promise<Targets> {
  const row = await rowOf<Targets>(
    db,
    statement(`select
       array(select id from business_events where user_id = $1 and id > $2 order by id limit $3) as events,
       array(select id from webhook_request_logs where user_id = $1 and id > $2 and business_event_id is null
         order by id limit $3) as requests`),
    [userId, after, atMost],
  );
  return row ?? { events: [], requests: [] };
}

export interface ErasableCounts {
  eventCount: number;
  deliveryCount: number;
  requestCount: number;
  /** Rows whose content was erased before. */
  erasedCount: number;
  /** Rows that a legal hold covers. */
  heldCount: number;
}

// the columns by which rows are counted, and none with content, of which there may be gigabytes
const COUNTS = `with e as (
    select id, document_type, reference_document, user_id, created_at, erasure_id from business_events where id = any($1::uuid[])
  ), d as (
    select business_event_id, webhook_id, document_type, reference_document, user_id, created_at, erasure_id
    from deliveries where business_event_id in (select id from e)
  ), r as (
    select business_event_id, webhook_id, document_type, reference_document, user_id, started_at, erasure_id
    from webhook_request_logs where business_event_id in (select id from e) or id = any($2::uuid[])
  )
  select (select count(*) from e where erasure_id is null)::int as "eventCount",
    (select count(*) from d where erasure_id is null)::int as "deliveryCount",
    (select count(*) from r where erasure_id is null)::int as "requestCount",
    ((select count(*) from e where erasure_id is not null) + (select count(*) from d where erasure_id is not null)
      + (select count(*) from r where erasure_id is not null))::int as "erasedCount",
    ((select count(*) from e where erasure_id is null
        and hold_on(e.id, null, e.document_type, e.reference_document, e.user_id, e.created_at) is not null)
      + (select count(*) from d where erasure_id is null
        and hold_on(d.business_event_id, d.webhook_id, d.document_type, d.reference_document, d.user_id, d.created_at) is not null)
      + (select count(*) from r where erasure_id is null
        and hold_on(r.business_event_id, r.webhook_id, r.document_type, r.reference_document, r.user_id, r.started_at)
          is not null))::int as "heldCount"`;

/** What an erasure takes of others: the order needs an approval for it. */
export interface TakenOfOthers {
  /** Reasons in the audit trail. */
  reasons: number;
  /** Open replays. */
  replays: number;
  /** Valid exports. */
  exports: number;
}

/** @param userId of a person who is erased too */
export async function countOthers(
  db: Db,
  { events, requests }: Targets,
  userId: string | null,
): Promise<TakenOfOthers> {
  const sql = 'select reasons, replays, exports from others_of($1::uuid[], $2::uuid[], $3::uuid)';
  return (await rowOf<TakenOfOthers>(db, statement(sql), [events, requests, userId])) as TakenOfOthers;
}

export async function countTargets(db: Db, { events, requests }: Targets): Promise<ErasableCounts> {
  return (await rowOf<ErasableCounts>(db, statement(COUNTS), [events, requests])) as ErasableCounts;
}

/**
 * Hookledger's own events that have content of these: about a delivery that was given up, or a replay of one; and about the replays
 * of which this order has taken the condition or the reason.
 */
export async function ownEventsAbout(db: Db, events: readonly string[], erasureId: string): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`with about as (
       select id from deliveries where business_event_id = any($1::uuid[])
     )
     select e.id from business_events e where e.document_type = 'Hookledger' and e.reference_document in (
       select 'dlv_' || replace(id::text, '-', '') from about
       union all
       select 'rpl_' || replace(x.id::text, '-', '') from replays x
       where x.erasure_id = $2 or x.delivery_id in (select id from about))`),
    [events, erasureId],
  );
  return rows.map(({ id }) => id);
}

/** The rows of one step. */
export interface StepRows {
  events: readonly string[];
  deliveries: readonly string[];
  requests: readonly string[];
}

/** The events, and their deliveries and requests: those that are erased may still have reasons in the audit trail. */
export async function familiesOf(db: Db, { events, requests }: Targets): Promise<StepRows> {
  const row = await rowOf<{ deliveries: string[]; requests: string[] }>(
    db,
    statement(`select
       array(select id from deliveries where business_event_id = any($1::uuid[])) as deliveries,
       array(select id from webhook_request_logs where business_event_id = any($1::uuid[])) as requests`),
    [events],
  );
  return { events, deliveries: row?.deliveries ?? [], requests: [...(row?.requests ?? []), ...requests] };
}

export type Obstacle = 'UNSEALED' | 'HOLD' | 'MINIMUM' | 'PENDING' | 'IN_USE';

export interface ErasedRows {
  events: string[];
  deliveries: string[];
  requests: string[];
  obstacles: Obstacles;
}

/** The number of rows, and of entries about them, that were not erased. */
export type Obstacles = { [Name in Obstacle]?: number };

export async function eraseRows(db: Db, erasureId: string, rows: StepRows): Promise<ErasedRows> {
  const row = await rowOf<{ erased: ErasedRows }>(
    db,
    statement('select erase_content($1, $2::uuid[], $3::uuid[], $4::uuid[]) as erased'),
    [erasureId, rows.events, rows.deliveries, rows.requests],
  );
  return (row as { erased: ErasedRows }).erased;
}

export interface ErasedUser {
  /** false: nothing was left to erase, or something keeps the user. */
  erased: boolean;
  obstacles: Obstacles;
}

export async function eraseUser(db: Db, erasureId: string): Promise<ErasedUser> {
  const row = await rowOf<{ erased: ErasedUser }>(db, statement('select erase_user($1) as erased'), [erasureId]);
  return (row as { erased: ErasedUser }).erased;
}

/**
 * Those of these deliveries that their being open, or holding others back, keeps from being erased, and no hold and no
 * minimum. One that is not sealed yet must not be sent either: a restored backup has many.
 */
export async function pendingDeliveries(db: Db, ids: readonly string[]): Promise<{ id: string; webhookId: string }[]> {
  return rowsOf(
    db,
    statement(`select d.id, d.webhook_id as "webhookId" from deliveries d
     where d.id = any($1::uuid[]) and (d.finished_at is null or d.blocks)
       and not is_within_minimum(array[d.webhook_id], d.created_at)
       and hold_on(d.business_event_id, d.webhook_id, d.document_type, d.reference_document, d.user_id, d.created_at) is null
     order by d.id`),
    [ids],
  );
}

/** Takes events that wait for the fan-out, or for another try of it, out of it, sealed or not. Those that a hold or a minimum covers stay. */
export async function leaveFanOut(db: Db, events: readonly string[], at: Date): Promise<void> {
  await rowsOf(
    db,
    statement(`with pending as (
       select e.id from business_events e where e.id = any($1::uuid[])
         and (exists (select from outbox o where o.event_id = e.id)
           or exists (select from pending_decisions p where p.business_event_id = e.id)
           or exists (select from dead_letters l where l.business_event_id = e.id))
         and hold_on(e.id, null, e.document_type, e.reference_document, e.user_id, e.created_at) is null
         and not is_within_minimum(
           array(select d.webhook_id from deliveries d where d.business_event_id = e.id), e.created_at)
     ), undecided as (
       delete from pending_decisions where business_event_id in (select id from pending)
     ), dead as (
       delete from dead_letters where business_event_id in (select id from pending) returning kind, business_event_id
     ), left_out as (
       delete from outbox where event_id in (select id from pending) returning event_id
     )
     update business_events set fanned_out_at = $2, wanted_by = 0
     where id in (select event_id from left_out union all select business_event_id from dead where kind = 'EVENT')
       and fanned_out_at is null returning id`),
    [events, at],
  );
}

/**
 * Those of these rows that are there with their content, as targets: the event of a delivery or request stands for it, even
 * if it is gone itself.
 */
export async function targetsLeft(db: Db, { events, deliveries, requests }: StepRows): Promise<Targets> {
  const row = await rowOf<Targets>(
    db,
    statement(`select
       array(select id from business_events where id = any($1::uuid[]) and erasure_id is null
         union select business_event_id from deliveries where id = any($2::uuid[]) and erasure_id is null
         union select business_event_id from webhook_request_logs
           where id = any($3::uuid[]) and erasure_id is null and business_event_id is not null) as events,
       array(select id from webhook_request_logs
         where id = any($3::uuid[]) and erasure_id is null and business_event_id is null) as requests`),
    [events, deliveries, requests],
  );
  return row ?? { events: [], requests: [] };
}

/** Whether this user is there, and was not erased. */
export async function existsUnerased(db: Db, id: string): Promise<boolean> {
  const sql = `select from users where id = $1 and not starts_with(name, 'erased ' || id)`;
  return (await rowOf(db, statement(sql), [id])) !== null;
}
