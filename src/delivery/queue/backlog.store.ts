// Measures what waits for workers. backlog-limit.ts says when publishing is refused.

import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { equalsByIndex } from '../../sql/index-lookup';

/** What workers have still to do. Deliveries that wait for their time or for their webhook are not part of it. */
export interface Backlog {
  /** Events in the outbox. */
  events: number;
  /** Deliveries whose next attempt is due and has not begun. */
  deliveries: number;
  /** Estimate of the bytes of their payloads. */
  bytes: number;
}

/** How many payloads at each end of the outbox, and of the oldest due jobs, are measured to estimate the size of all. */
const SAMPLE = 100;

/** @param atMost counts no further than to this sum, so that the time is bounded */
export async function measureBacklog(db: Db, atMost: number): Promise<Backlog> {
  const counted = await rowOf<Pick<Backlog, 'events' | 'deliveries'>>(
    db,
    statement(`with waiting as (
         select count(*)::integer as events from (select from outbox limit $1) as counted
       )
       select events, (
         select count(*)::integer from (
           select from delivery_jobs where due_at <= now() limit greatest(0, $1 - events)
         ) as counted
       ) as deliveries from waiting`),
    [atMost],
  );
  const { events = 0, deliveries = 0 } = counted ?? {};
  const ofEvents = events > 0 ? await meanBytes(db, OUTBOX_PAYLOADS) : 0;
  const ofDeliveries = deliveries > 0 ? await meanBytes(db, DUE_PAYLOADS) : 0;
  return { events, deliveries, bytes: Math.round(events * ofEvents + deliveries * ofDeliveries) };
}

/** For how many seconds the oldest event of the outbox, or the delivery that is due the longest, has waited; 0: none waits. */
export async function oldestDueSeconds(db: Db): Promise<number> {
  const row = await rowOf<{ seconds: number }>(
    db,
    statement(`select coalesce(greatest(0, extract(epoch from clock_timestamp() - least(
       (select to_timestamp(ms_of_id(event_id) / 1000.0) from outbox order by event_id limit 1),
       (select due_at from delivery_jobs where due_at <= now() order by due_at limit 1)))), 0)::float8 as seconds`),
  );
  return row?.seconds ?? 0;
}

const OUTBOX_PAYLOADS = `
  select e.payload_id from (
    (select event_id from outbox order by event_id limit ${SAMPLE})
    union all (select event_id from outbox order by event_id desc limit ${SAMPLE})
  ) as o join business_events e on e.id ${equalsByIndex('o.event_id')}`;

const DUE_PAYLOADS = `
  select d.payload_id from (
    select delivery_id from delivery_jobs where due_at <= now() order by due_at limit ${SAMPLE}
  ) as job join deliveries d on d.id ${equalsByIndex('job.delivery_id')}`;

async function meanBytes(db: Db, payloadIds: string): Promise<number> {
  const sql = `select p.byte_length as bytes from (${payloadIds}) as sampled join payloads p on p.id = sampled.payload_id`;
  const rows = await rowsOf<{ bytes: number }>(db, statement(sql));
  return rows.reduce((sum, { bytes }) => sum + Number(bytes), 0) / Math.max(1, rows.length);
}
