import { changedBy, type Db, rowsOf } from '../../sql/db';
import { moveSql } from '../delivery.store';

/**
 * Repairs deliveries that no process would ever continue: those that wait for capacity of a webhook that is not marked as
 * having any, those that wait for a finished predecessor, those whose job is lost, and those on the wire that neither a job nor
 * a lease keeps: their leases are restored, expired, so that a worker takes them over. Only an error in Hookledger, a change by hand, or a
 * database that has lost what was committed last can leave any. Also what waits since the clock of the database was set back.
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
  return next + webhooks + jobs + leases + (await bringForward(db));
}

/**
 * What waits longer than it should, because it became due by a clock of the database that was ahead: a job is due as long after it was
 * made (its id has the time) as its delivery says, both by the clock of one process; and no circuit stays open for longer than an hour.
 */
async function bringForward(db: Db): Promise<number> {
  const moved = await rowsOf<{ deliveryId: string }>(
    db,
    `with made as (
       select j.due_at, j.id, d.next_attempt_at as meant, to_timestamp(ms_of_id(j.id) / 1000.0) as at
       from delivery_jobs j join deliveries d on d.id = j.delivery_id and d.job_id = j.id
       where j.due_at > clock_timestamp() + interval '1 minute'
     ), meant as (
       select due_at, id, least(at, clock_timestamp()) + greatest(meant - at, interval '0') as due from made
     )
     update delivery_jobs j set due_at = m.due from meant m
     where j.due_at = m.due_at and j.id = m.id and j.due_at > m.due + interval '1 minute'
     returning j.delivery_id as "deliveryId"`,
  );
  const ids = moved.map(({ deliveryId }) => deliveryId);
  if (ids.length > 0) {
    await changedBy(
      db,
      moveSql(`update deliveries as d set next_attempt_at = j.due_at from delivery_jobs j
        where j.id = d.job_id and j.delivery_id = d.id and d.id = any($1::uuid[])`),
      [ids],
    );
  }
  const circuits = await changedBy(
    db,
    `update webhook_circuits set open_until = clock_timestamp()
     where state <> 'CLOSED' and open_until > clock_timestamp() + interval '61 minutes'`,
  );
  return ids.length + circuits;
}
