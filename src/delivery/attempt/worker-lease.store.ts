// Leases of first attempts: times are those of the database, so that the clocks of processes need not agree.
import { idBounds } from '../../ids';
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';

export interface LeaseRow {
  id: string;
  /** No older delivery of the lease is on the wire. */
  oldestDeliveryId: string;
}

const EXPIRY = `clock_timestamp() + interval '10 s'`;

export async function insertLease(db: Db, { id, oldestDeliveryId }: LeaseRow): Promise<void> {
  await changedBy(
    db,
    statement(`insert into worker_leases (id, oldest_delivery_id, expires_at) values ($1, $2, ${EXPIRY})`),
    [id, oldestDeliveryId],
  );
}

/** Keeps a lease from being taken over until the transaction ends. It can still be renewed. @returns false: it is lost */
export async function holdLease(db: Db, id: string): Promise<boolean> {
  const rows = await rowsOf(
    db,
    statement('select 1 from worker_leases where id = $1 and expires_at > clock_timestamp() for key share'),
    [id],
  );
  return rows.length > 0;
}

/** Moves the expiry on, also of a lease that has expired and was not taken over. @returns those that still exist */
export async function renewLeases(db: Db, leases: readonly LeaseRow[]): Promise<Set<string>> {
  if (leases.length === 0) return new Set();
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`update worker_leases as l set expires_at = ${EXPIRY}, oldest_delivery_id = r.oldest_delivery_id
     from unnest($1::uuid[], $2::uuid[]) as r (id, oldest_delivery_id) where l.id = r.id returning l.id`),
    [leases.map((lease) => lease.id), leases.map((lease) => lease.oldestDeliveryId)],
  );
  return new Set(rows.map((row) => row.id));
}

export async function deleteLeases(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(db, statement('delete from worker_leases where id = any($1::uuid[])'), [ids]);
}

/** @param except the leases of this process */
export async function hasExpiredLeases(db: Db, except: readonly string[]): Promise<boolean> {
  const rows = await rowsOf(
    db,
    statement('select 1 from worker_leases where expires_at < clock_timestamp() and id <> all($1::uuid[]) limit 1'),
    [except],
  );
  return rows.length > 0;
}

/** Deletes expired leases. One that a transaction holds is left for later. */
export async function takeExpiredLeases(db: Db, except: readonly string[]): Promise<LeaseRow[]> {
  return rowsOf<LeaseRow>(
    db,
    statement(`delete from worker_leases where id in (
       select id from worker_leases where expires_at < clock_timestamp() and id <> all($1::uuid[])
       order by id for update skip locked)
     returning id, oldest_delivery_id as "oldestDeliveryId"`),
    [except],
  );
}

/** Locks the deliveries of these leases whose first attempt is on the wire. They are found by the range of their ids. */
export async function lockOnTheWire(db: Db, leases: readonly LeaseRow[]): Promise<string[]> {
  const [oldest] = idBounds(leases.map((lease) => lease.oldestDeliveryId));
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select id from deliveries where id >= $2::uuid and lease_id = any($1::uuid[])
       and open_request_id is not null and job_id is null order by id for update`),
    [leases.map((lease) => lease.id), oldest],
  );
  return rows.map((row) => row.id);
}
