// Whether queries read from the standby of DATABASE_REPLICA_URL, asked once a second.
import type { DataSource } from 'typeorm';
import { createFaultLog, type Log } from '../logging/log';
import { isDatabaseUnavailable, isRecoveryConflict, reasonOf } from '../sql/database-errors';
import { type Db, rowOf, statement } from '../sql/db';
import { DATABASE_RUN } from '../sql/session';
import type { StandbyRoute } from '../sql/standby-reads';
import { NoStandby, type StandbyLag } from '../system/standby-lag.store';
import { startLoop } from '../time/loop';

/** Why a statement that reads goes to the primary: `conflict`, the replay of the log has cancelled it on the standby. */
export const STANDBY_FAULTS = ['late', 'away', 'conflict'] as const;
export type StandbyFault = (typeof STANDBY_FAULTS)[number];

export interface StandbyParts {
  /** The pool of queries. It is connected here, and may be away at the start. */
  reading: DataSource;
  /** The connection over which the lag is measured. */
  standby: DataSource;
  primary: Db;
  lag(): Promise<StandbyLag>;
  maxLagSeconds: number;
  onFallback(reason: StandbyFault): void;
  log: Log;
}

const EVERY_MS = 1_000;

/** @throws the error of the standby if waiting does not cure it, such as a wrong password */
export async function followStandby(parts: StandbyParts): Promise<StandbyRoute & { stop(): Promise<void> }> {
  const { reading, standby, lag, maxLagSeconds, onFallback, log } = parts;
  let fault: { reason: StandbyFault; error: Error } | null = null;
  const report = createFaultLog((error, unwritten) =>
    log.warn({ reason: reasonOf(error), unwritten }, 'queries read from the primary instead of the standby'),
  );
  const note = (reason: StandbyFault, error: Error) => {
    onFallback(reason);
    report(error);
  };

  async function findFault(): Promise<typeof fault> {
    try {
      if (!reading.isInitialized) await reading.initialize();
      const { seconds } = await lag();
      if (seconds !== null && seconds <= maxLagSeconds) return null;
      const late = 'the standby is further behind than REPLICA_MAX_LAG_SECONDS';
      return { reason: 'late', error: new Error(late) };
    } catch (error) {
      if (error instanceof NoStandby && (await isPrimary())) return null;
      if (!(error instanceof NoStandby) && (await answers(standby))) return fault; // the primary does not
      return { reason: 'away', error: error as Error };
    }
  }

  /** A host of a list may be both. */
  async function isPrimary(): Promise<boolean> {
    const runs = await Promise.all([parts.primary, standby.manager].map((db) => rowOf<{ run: string }>(db, RUN)));
    return runs[0]?.run === runs[1]?.run;
  }

  async function look(): Promise<void> {
    const before = fault?.reason;
    fault = await findFault();
    if (before && !fault) log.info('queries read from the standby again');
  }

  try {
    await reading.initialize();
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
    fault = { reason: 'away', error: error as Error };
  }
  if (fault === null) await look();
  const loop = startLoop('standby', EVERY_MS, log, async () => {
    await look();
    return false;
  });
  return {
    standby: () => (fault === null ? reading.manager : null),
    failed(error) {
      if (isRecoveryConflict(error)) return note('conflict', error as Error);
      // the next look says whether it is there again
      fault = { reason: 'away', error: error as Error };
      note('away', error as Error);
    },
    missed() {
      if (fault) note(fault.reason, fault.error);
    },
    stop: loop.stop,
  };
}

const RUN = statement(`select ${DATABASE_RUN} as run`);
const ONE = statement('select 1 as one');

function answers(standby: DataSource): Promise<boolean> {
  if (!standby.isInitialized) return Promise.resolve(false);
  return rowOf(standby.manager, ONE).then(
    () => true,
    () => false,
  );
}
