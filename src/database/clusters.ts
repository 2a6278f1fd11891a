// On which clusters of PostgreSQL this database was: a restored one is on another, or on another timeline of the same.
import { isPermissionDenied } from '../sql/database-errors';
import { type Db, rowOf } from '../sql/db';
import type { SafeClient } from '../sql/session';

/** A copy of the files keeps the identifier. What was recovered to a point in time, or promoted, begins another timeline. */
export interface Cluster {
  systemIdentifier: string;
  timeline: number;
}

// a standby has no position of its own to write at
const ACTUAL = `select system_identifier::text as "systemIdentifier",
    case when pg_is_in_recovery() then (select timeline_id from pg_control_checkpoint())
      else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer end as timeline
  from pg_control_system()`;

const NEWEST = `select system_identifier as "systemIdentifier", timeline, since from clusters order by since desc limit 1`;

/** @returns null: this login may not know it, as with some providers of databases */
export async function clusterOf(db: Db): Promise<Cluster | null> {
  try {
    return await rowOf<Cluster>(db, ACTUAL);
  } catch (error) {
    if (isPermissionDenied(error)) return null;
    throw error;
  }
}

/** The cluster on which a process has started last; null: none has, or it was not known. */
export function lastCluster(db: Db): Promise<(Cluster & { since: Date }) | null> {
  return rowOf(db, NEWEST);
}

/** Writes only what has changed since the last start. @param owner outside a transaction */
export async function noteCluster(owner: SafeClient): Promise<void> {
  try {
    await owner.query(`insert into clusters (since, system_identifier, timeline)
      select clock_timestamp(), actual."systemIdentifier", actual.timeline from (${ACTUAL}) as actual
      where not exists (select from (${NEWEST}) as newest
        where newest."systemIdentifier" = actual."systemIdentifier" and newest.timeline = actual.timeline)`);
  } catch (error) {
    if (!isPermissionDenied(error)) throw error;
  }
}
