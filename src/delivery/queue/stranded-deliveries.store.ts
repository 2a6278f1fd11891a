import { changedBy, type Db } from '../../sql/db';
import { moveSql } from '../delivery-state.store';

/**
 * Repairs deliveries that no process would ever continue: those that wait for capacity of a webhook that is not marked as
 * having any, those that wait for a finished predecessor, those whose job is lost, and those on the wire that neither a job nor
 * a lease keeps: their leases are restored, expired, so that a worker takes them over. Only an error in Hookledger, or a
 * change by hand, can leave any.
 * @returns the number of webhooks, deliveries, jobs and leases that were repaired
 */
export async function freeStranded(db: Db): Promise<number> {
  const next = await changedBy(
    db,
    moveSql(`update deliveries as d set waits_for = 'CAPACITY' where d.waits_for = 'PREDECESSOR' and d.id in (
       select distinct on (webhook_id, document_type, reference_document) id from blocking_deliveries
       order by webhook_id, document_type, reference_document, id)`),
  );
  const webhooks = await changedBy(
    db,
    `update webhook_circuits c set has_waiting = true where not has_waiting and exists (
       select from open_deliveries o where o.webhook_id = c.webhook_id and o.waits_for = 'CAPACITY')`,
  );
  // a job that is taken meanwhile is named by no delivery any more
  const jobs = await changedBy(
    db,
    `insert into delivery_jobs (due_at, id, delivery_id)
     select d.next_attempt_at, d.job_id, d.id from open_deliveries o join deliveries d on d.id = o.id
     where o.next_attempt_at < now() and not o.held and o.waits_for is null and d.job_id is not null
       and not exists (select from delivery_jobs j where j.id = d.job_id)
       and not exists (select from dead_letters l where l.work_id = d.job_id)
     on conflict do nothing`,
  );
  const leases = await changedBy(
    db,
    `insert into worker_leases (id, oldest_delivery_id, delivery_ids, expires_at)
     select d.lease_id, (array_agg(d.id order by d.id))[1], array_agg(d.id), now()
     from open_deliveries o join deliveries d on d.id = o.id
     where not o.held and o.waits_for is null and d.lease_id is not null and d.job_id is null and d.open_request_id is not null
       and not exists (select from worker_leases l where l.id = d.lease_id)
     group by d.lease_id on conflict do nothing`,
  );
  return next + webhooks + jobs + leases;
}
