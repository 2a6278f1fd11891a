// Leases: times are those of the database, so that the clocks of processes need not agree.

import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { DATABASE_RUN } from '../../sql/session';
import { idBounds } from '../../values/ids';

export interface LeaseRow {
  id: string;
  /** No older delivery of the lease is on the wire. */
  oldestDeliveryId: string;
}

export interface NewLease extends LeaseRow {
  /** null: all that name the lease, since the oldest one. */
  deliveryIds: readonly string[] | null;
}

const EXPIRY = `clock_timestamp() + interval '7 s'`;
/** What expires later than any lease was renewed while the clock of the database was wrong. */
const HAS_EXPIRED = `(expires_at < clock_timestamp() or expires_at > clock_timestamp() + interval '8 s')`;

export async function insertLease(db: Db, { id, oldestDeliveryId, deliveryIds }: NewLease): Promise<void> {
  await changedBy(
    db,
    statement(`insert into worker_leases (id, oldest_delivery_id, delivery_ids, expires_at)
     values ($1, $2, $3::uuid[], ${EXPIRY})`),
    [id, oldestDeliveryId, deliveryIds],
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

/** A lease that has expired. Once it is renewed, it is another one. */
export interface ExpiredLease {
  id: string;
  expiredAt: string;
}

/** @param except the leases of this process */
export async function expiredLeases(db: Db, except: readonly string[]): Promise<ExpiredLease[]> {
  return rowsOf<ExpiredLease>(
    db,
    statement(`select id, expires_at::text as "expiredAt" from worker_leases
     where ${HAS_EXPIRED} and id <> all($1::uuid[])`),
    [except],
  );
}

/** For how many seconds the attempts under the first expired lease wait for another process; 0: none do. */
export async function expiredForSeconds(db: Db): Promise<number> {
  const row = await rowOf<{ seconds: number }>(
    db,
    statement(`select coalesce(greatest(0, extract(epoch from clock_timestamp() - min(expires_at))), 0)::float8 as seconds
     from worker_leases where ${HAS_EXPIRED}`),
  );
  return row?.seconds ?? 0;
}

/** Those of these leases that have not been renewed. Locks nothing. */
export async function leasesStillExpired(db: Db, ids: readonly string[]): Promise<NewLease[]> {
  return rowsOf<NewLease>(
    db,
    statement(`select id, oldest_delivery_id as "oldestDeliveryId", delivery_ids as "deliveryIds" from worker_leases
     where ${HAS_EXPIRED} and id = any($1::uuid[])`),
    [ids],
  );
}

/** Deletes those of these leases that have not been renewed. One that a transaction holds is left for later. */
export async function takeExpiredLeases(db: Db, ids: readonly string[]): Promise<NewLease[]> {
  return rowsOf<NewLease>(
    db,
    statement(`delete from worker_leases where id in (
       select id from worker_leases where ${HAS_EXPIRED} and id = any($1::uuid[])
       order by id for update skip locked)
     returning id, oldest_delivery_id as "oldestDeliveryId", delivery_ids as "deliveryIds"`),
    [ids],
  );
}

const ON_THE_WIRE = `select id from deliveries
  where lease_id = any($1::uuid[]) and open_request_id is not null and job_id is null`;
const ON_THE_WIRE_SINCE = `${ON_THE_WIRE} and id >= $2::uuid order by id`;
const ON_THE_WIRE_AMONG = `${ON_THE_WIRE} and id = any($2::uuid[]) and id between $3::uuid and $4::uuid order by id`;

/** Locks the deliveries of these leases that are on the wire. No index names the lease: they are found by their ids. */
export async function lockOnTheWire(db: Db, leases: readonly NewLease[]): Promise<string[]> {
  return findOnTheWire(db, leases, ' for update');
}

/** The deliveries of these leases that are on the wire. */
export async function findOnTheWire(
  db: Db,
  leases: readonly NewLease[],
  locking: '' | ' for update' = '',
): Promise<string[]> {
  const naming = leases.filter(({ deliveryIds }) => deliveryIds !== null);
  const others = leases.filter(({ deliveryIds }) => deliveryIds === null);
  return [...(await onTheWireSince(db, others, locking)), ...(await onTheWireAmong(db, naming, locking))];
}

async function onTheWireSince(db: Db, leases: readonly NewLease[], locking: string): Promise<string[]> {
  if (leases.length === 0) return [];
  const [oldest] = idBounds(leases.map(({ oldestDeliveryId }) => oldestDeliveryId));
  const values = [leases.map(({ id }) => id), oldest];
  return idsOf(await rowsOf<IdRow>(db, statement(ON_THE_WIRE_SINCE + locking), values));
}

async function onTheWireAmong(db: Db, leases: readonly NewLease[], locking: string): Promise<string[]> {
  if (leases.length === 0) return [];
  const named = leases.flatMap(({ deliveryIds }) => deliveryIds ?? []);
  const values = [leases.map(({ id }) => id), named, ...idBounds(named)];
  return idsOf(await rowsOf<IdRow>(db, statement(ON_THE_WIRE_AMONG + locking), values));
}

export async function databaseRun(db: Db): Promise<string> {
  const row = await rowOf<{ run: string }>(db, statement(`select ${DATABASE_RUN} as run`));
  return (row as { run: string }).run;
}

/**
 * The deliveries on the wire under each of these leases, however old they are. It reads all open deliveries: it is for the time after the
 * database was started.
 */
export async function allOnTheWire(db: Db, leases: readonly LeaseRow[]): Promise<NewLease[]> {
  const rows = await rowsOf<{ id: string; deliveryIds: string[] }>(
    db,
    statement(`select d.lease_id as id, array_agg(d.id order by d.id) as "deliveryIds"
     from open_deliveries o join deliveries d on d.id = o.id
     where d.lease_id = any($1::uuid[]) and d.job_id is null and d.open_request_id is not null group by d.lease_id`),
    [leases.map(({ id }) => id)],
  );
  return rows.map((row) => ({ ...row, oldestDeliveryId: row.deliveryIds[0] as string }));
}

const idsOf = (rows: readonly IdRow[]) => rows.map(({ id }) => id);

interface IdRow {
  id: string;
}
