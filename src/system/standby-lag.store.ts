// How far standbys are behind the primary, by positions of its write-ahead log.

import type { DataSource } from 'typeorm';
import { type Db, rowOf, rowsOf, statement } from '../sql/db';

export interface StandbyLag {
  /** Of the log that the primary has written to its disk and the standby has not replayed. */
  bytes: number;
  /** The age of the oldest commit that may be missing; 0: none is. null: not known, as it has replayed no commit since its start. */
  seconds: number | null;
}

/** It does not follow the primary: it was promoted, is another server, or has the log of another primary. */
export class NoStandby extends Error {
  override name = 'NoStandby';
  constructor() {
    super('is no standby: it does not follow a primary');
  }
}

const WRITTEN = statement('select pg_current_wal_flush_lsn()::text as position, clock_timestamp()::text as at');

const REPLAYED = statement(`select pg_is_in_recovery() as follows,
    greatest(pg_wal_lsn_diff($1::pg_lsn, pg_last_wal_replay_lsn()), 0)::float8 as bytes,
    pg_last_wal_replay_lsn()::text as replayed,
    greatest(extract(epoch from $2::timestamptz - pg_last_xact_replay_timestamp()), 0)::float8 as seconds`);

const AHEAD = statement('select $1::pg_lsn > pg_current_wal_flush_lsn() as ahead');

interface Replayed {
  follows: boolean;
  replayed: string | null;
  bytes: number | null;
  seconds: number | null;
}

/**
 * Measures one standby, each time it is called. The time of the last commit that it has replayed is a limit of its lag, but a wide one
 * after hours without a commit; the time at which it was last seen to have everything is another. Both are times of the primary or of
 * this process, so the clock of the standby does not matter.
 * @param standby is connected at the first call, and again after it was away
 * @returns throws NoStandby, or the error of the database that does not answer
 */
export function createStandbyLag(
  primary: Db,
  standby: DataSource,
  now = () => performance.now(),
): () => Promise<StandbyLag> {
  let levelAt: number | null = null;
  let connecting: Promise<unknown> | null = null;
  const forget = () => {
    connecting = null;
  };
  return async () => {
    if (!standby.isInitialized) connecting ??= standby.initialize().finally(forget);
    await connecting;
    const asked = now();
    const written = (await rowOf<{ position: string; at: string }>(primary, WRITTEN)) as {
      position: string;
      at: string;
    };
    const row = (await rowOf<Replayed>(standby.manager, REPLAYED, [written.position, written.at])) as Replayed;
    if (!row.follows || row.bytes === null) throw new NoStandby();
    if (row.bytes === 0 && (await isAhead(primary, row.replayed))) throw new NoStandby();
    if (row.bytes === 0) levelAt = asked;
    if (row.bytes === 0) return { bytes: 0, seconds: 0 };
    const limits = [row.seconds, levelAt === null ? null : (now() - levelAt) / 1_000].filter((limit) => limit !== null);
    return { bytes: row.bytes, seconds: limits.length === 0 ? null : Math.min(...limits) };
  };
}

// of the log of another primary: a standby gets only what its primary has written to its disk
async function isAhead(primary: Db, replayed: string | null): Promise<boolean> {
  const row = await rowOf<{ ahead: boolean }>(primary, AHEAD, [replayed]);
  return row?.ahead ?? false;
}

export interface ConnectedStandby extends StandbyLag {
  /** Its `application_name`. Of several with one name, the one that is behind the most. */
  standby: string;
}

// the time is null without new commits, and until one was replayed
const CONNECTED = statement(`select application_name as standby,
    max(greatest(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), replay_lsn), 0))::float8 as bytes,
    max(case when replay_lsn >= pg_current_wal_flush_lsn() then 0 else extract(epoch from replay_lag) end)::float8 as seconds
  from pg_stat_replication r
  where replay_lsn is not null
    and not exists (select from pg_replication_slots s where s.active_pid = r.pid and s.slot_type = 'logical')
  group by 1`);

/** As the primary sees those that are connected now. Empty without the rights of `pg_read_all_stats`. */
export function connectedStandbys(primary: Db): Promise<ConnectedStandby[]> {
  return rowsOf(primary, CONNECTED);
}
