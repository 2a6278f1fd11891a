import type { TestApp } from '../../support/app';

export interface Stray {
  id: string;
  what: string;
}

// Each delivery is in one of these states, and what each of them says of the other columns.
const STATES = `
  select d.id, d.finished_at is not null as over, j.id is not null as has_job, d.held, d.waits_for is not null as waits,
    (d.finished_at is not null)::int + (j.id is not null)::int + d.held::int + (d.waits_for is not null)::int as states,
    d.job_id, d.open_request_id, d.next_attempt_at, d.waits_for, d.blocks, d.webhook_id, d.document_type,
    d.reference_document
  from deliveries d
  left join pgboss.job j on j.id = d.job_id and j.name = 'deliveries' and j.state in ('created', 'retry', 'active')`;

const FAULTS: Record<string, string> = {
  'a delivery that nothing, or more than one thing, moves on': `
    select s.id from (${STATES}) s where states <> 1`,
  'a delivery that is finished, held or waits, and still has a next attempt': `
    select s.id from (${STATES}) s
    where (over or held or waits) and (job_id is not null or open_request_id is not null or next_attempt_at is not null)`,
  'a delivery that waits for capacity, while its webhook has no backlog': `
    select s.id from (${STATES}) s join webhook_circuits c on c.webhook_id = s.webhook_id
    where s.waits_for = 'CAPACITY' and not c.has_backlog`,
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
  'a request that is open, and that no job holds': `
    select r.id from webhook_request_logs r left join deliveries d on d.open_request_id = r.id
    where r.finished_at is null and d.id is null`,
  'a slot of a request that is not open': `
    select s.request_id as id from webhook_slots s left join webhook_request_logs r on r.id = s.request_id
    where r.id is null or r.finished_at is not null`,
  'an archived webhook that still owes something': `
    select d.id from deliveries d join webhooks w on w.id = d.webhook_id
    where w.status = 'ARCHIVED' and (d.held or d.waits_for is not null)`,
  'a circuit that is not closed and has no end': `
    select webhook_id as id from webhook_circuits where state <> 'CLOSED' and open_until is null`,
};

/** What no snapshot may show: deliveries without a next step, requests that nothing closes, slots that nothing frees. */
export function strays(app: TestApp): Promise<Stray[]> {
  const sql = Object.entries(FAULTS).map(([what, fault]) => `select id::text, '${what}' as what from (${fault}) as f`);
  return app.database.query<Stray>(sql.join(' union all '));
}

/** Jobs that could still be taken, of deliveries that wait without one. */
export async function jobsOfWaiting(app: TestApp): Promise<number> {
  const [row] = await app.database.query<{ n: number }>(
    `select count(*)::int as n from deliveries d
     join pgboss.job j on j.data ->> 'deliveryId' = d.id::text and j.state in ('created', 'retry', 'active')
     where d.waits_for is not null`,
  );
  return row?.n ?? -1;
}
