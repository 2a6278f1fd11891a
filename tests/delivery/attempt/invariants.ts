import type { TestApp } from '../../support/app';

export interface Stray {
  id: string;
  what: string;
}

// Each delivery is in one of these states, and what each of them says of the other columns.
const STATES = `
  select d.id, d.finished_at is not null as over, j.id is not null as has_job, d.held, d.waits_for is not null as waits,
    (d.finished_at is not null)::int + (j.id is not null)::int + d.held::int + (d.waits_for is not null)::int
      + (d.job_id is null and d.open_request_id is not null and l.id is not null)::int as states,
    d.job_id, d.open_request_id, d.next_attempt_at, d.waits_for, d.blocks, d.webhook_id, d.document_type,
    d.reference_document
  from deliveries d
  left join delivery_jobs j on j.id = d.job_id
  left join worker_leases l on l.id = d.lease_id and l.oldest_delivery_id <= d.id
    and (l.delivery_ids is null or d.id = any(l.delivery_ids))`;

const FAULTS: Record<string, string> = {
  'a delivery that nothing, or more than one thing, moves on': `
    select s.id from (${STATES}) s where states <> 1`,
  'a delivery that is finished, held or waits, and still has a next attempt': `
    select s.id from (${STATES}) s
    where (over or held or waits) and (job_id is not null or open_request_id is not null or next_attempt_at is not null)`,
  'a delivery that waits for capacity, while its webhook is not marked': `
    select s.id from (${STATES}) s join webhook_circuits c on c.webhook_id = s.webhook_id
    where s.waits_for = 'CAPACITY' and not c.has_waiting`,
  'a delivery that waits for a predecessor that is not there': `
    select s.id from (${STATES}) s where s.waits_for = 'PREDECESSOR' and (not s.blocks or not exists (
      select from deliveries p where p.blocks and p.webhook_id = s.webhook_id and p.document_type = s.document_type
        and p.reference_document = s.reference_document and p.id < s.id and p.waits_for is distinct from 'PREDECESSOR'))`,
  'a delivery that holds back others without a reason': `
    select d.id from deliveries d join webhooks w on w.id = d.webhook_id
    where d.blocks and d.finished_at is not null and (d.status <> 'EXHAUSTED' or w.ordering is distinct from 'HOLD')`,
  'a delivery whose attempt is not open': `
    select d.id from deliveries d left join webhook_request_logs r on r.id = d.open_request_id
    where d.open_request_id is not null and (r.id is null or r.finished_at is not null)`,
  'a request that is open, and that no delivery names': `
    select r.id from webhook_request_logs r left join deliveries d on d.open_request_id = r.id
    where r.finished_at is null and d.id is null`,
  'a slot of a request that is not open': `
    select s.request_id as id from webhook_slots s left join webhook_request_logs r on r.id = s.request_id
    where r.id is null or r.finished_at is not null`,
  'an archived webhook that still owes something': `
    select d.id from deliveries d join webhooks w on w.id = d.webhook_id
    where w.status = 'ARCHIVED' and (d.held or d.waits_for is not null)`,
  'a delivery that is not listed by its state, or twice': `
    select d.id from deliveries d
    left join open_deliveries o on o.id = d.id and o.webhook_id = d.webhook_id and o.document_type = d.document_type
      and o.status = d.status and o.held = d.held and o.waits_for is not distinct from d.waits_for
      and (o.next_attempt_at = d.next_attempt_at or d.next_attempt_at is null)
    left join finished_deliveries f on f.id = d.id and f.webhook_id = d.webhook_id and f.document_type = d.document_type
      and f.status = d.status and f.finished_at = d.finished_at
    where (select count(*) from open_deliveries where id = d.id) + (select count(*) from finished_deliveries where id = d.id) <> 1
      or case when d.finished_at is null then o.id else f.id end is null`,
  'a state of no delivery': `
    select s.id from (select id from open_deliveries union all select id from finished_deliveries) s
    where not exists (select from deliveries d where d.id = s.id)`,
  'a delivery that blocks and is not listed, or the reverse': `
    select coalesce(d.id, b.id) as id from (select * from deliveries where blocks) d
    full join blocking_deliveries b on b.id = d.id and b.webhook_id = d.webhook_id
      and b.document_type = d.document_type and b.reference_document = d.reference_document
    where d.id is null or b.id is null`,
  'an event that is fanned out and in the outbox, or neither': `
    select e.id from business_events e left join outbox o on o.event_id = e.id
    where (e.fanned_out_at is null) <> (o.event_id is not null)`,
  'a circuit that is not closed and has no end': `
    select webhook_id as id from webhook_circuits where state <> 'CLOSED' and open_until is null`,
};

/** What no snapshot may show: deliveries without a next step, requests that nothing closes, slots that nothing frees. */
export function strays(app: TestApp): Promise<Stray[]> {
  const sql = Object.entries(FAULTS).map(([what, fault]) => `select id::text, '${what}' as what from (${fault}) as f`);
  return app.database.prepared<Stray>(sql.join(' union all '));
}

/** Jobs that could still be taken, of deliveries that wait without one. */
export async function jobsOfWaiting(app: TestApp): Promise<number> {
  const [row] = await app.database.query<{ n: number }>(
    `select count(*)::int as n from deliveries d
     join delivery_jobs j on j.delivery_id = d.id
     where d.waits_for is not null`,
  );
  return row?.n ?? -1;
}
