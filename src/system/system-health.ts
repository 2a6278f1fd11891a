// What this installation says of its own parts. /readyz and the API show the same, read at the same time.

import { expiredForSeconds } from '../delivery/engine/worker-lease.store';
import { findDeliveriesPause } from '../delivery/pause/deliveries-pause.store';
import { oldestDueSeconds } from '../delivery/queue/backlog.store';
import { listeningSessions } from '../delivery/queue/process-share.store';
import { sealingStops } from '../evidence/sealing-stop.store';
import { evidenceBehindSeconds } from '../evidence/tree.store';
import { behindSeconds, type FeedReader } from '../request-log/feed/feed-position.store';
import { faultOfDatabase } from '../sql/database-errors';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { NoStandby, type StandbyLag } from './standby-lag.store';

declare module '../graphql/context' {
  interface Services {
    systemHealth: ReadSystemHealth;
  }
}

export const HEALTH_STATES = ['OK', 'BEHIND', 'PAUSED', 'FULL', 'INCOMPLETE', 'STOPPED', 'UNKNOWN'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

export interface PartHealth {
  state: HealthState;
  /** When the state began; null: it is OK, or the time is not known. */
  since: Date | null;
  /** The age of the oldest work that waits; 0: none waits; null: it is not known, or the part has no queue. */
  behindSeconds: number | null;
  /** Why, as a sentence or a part of one; null: the state says all. */
  message: string | null;
}

export const PARTS = ['database', 'queue', 'workers', 'index', 'statistics', 'sealing'] as const;
export type Part = (typeof PARTS)[number];

export interface StandbyHealth extends PartHealth {
  /** Of the log of the primary that it has not replayed; null: it is not known. */
  behindBytes: number | null;
}

export interface SystemHealth extends Record<Part, PartHealth> {
  /** From which this process answers queries; null: from the primary. */
  standby: StandbyHealth | null;
  /** The checks of the database, each with its fault; null: it has none. */
  checks: Record<string, string | null>;
}

export type ReadSystemHealth = () => Promise<SystemHealth>;

interface Sources {
  /** Of the primary. */
  db: Db;
  checkDatabase(): Promise<Record<string, string | null>>;
  /** Why publishing is refused; null: it is not. */
  refusal(): string | null;
  /** null: this process reads from the primary. */
  standbyLag: (() => Promise<StandbyLag>) | null;
}

/** Rows are sealed, counted and indexed every second, or some seconds later beside many deliveries. */
const MAX_BEHIND_S = 60;

const UNKNOWN: PartHealth = { state: 'UNKNOWN', since: null, behindSeconds: null, message: null };
const OK: PartHealth = { state: 'OK', since: null, behindSeconds: null, message: null };

export async function readSystemHealth({ db, checkDatabase, refusal, standbyLag }: Sources): Promise<SystemHealth> {
  const checks = await checkDatabase();
  const database = databaseHealth(checks);
  if (checks.database !== null) {
    const others = { queue: UNKNOWN, workers: UNKNOWN, index: UNKNOWN, statistics: UNKNOWN, sealing: UNKNOWN };
    const standby = standbyLag && { ...UNKNOWN, behindBytes: null };
    return { checks, database, ...others, standby };
  }
  const [queue, workers, index, statistics, sealing, standby] = await Promise.all([
    orUnknown(queueHealth(db, refusal())),
    orUnknown(workersHealth(db)),
    orUnknown(readersHealth(db, 'index')),
    orUnknown(readersHealth(db, 'counts', 'deliveries')),
    orUnknown(sealingHealth(db)),
    standbyLag && standbyHealth(standbyLag),
  ]);
  return { checks, database, queue, workers, index, statistics, sealing, standby };
}

function orUnknown(part: Promise<PartHealth>): Promise<PartHealth> {
  return part.catch(() => UNKNOWN);
}

function databaseHealth(checks: Record<string, string | null>): PartHealth {
  const faults = Object.entries(checks).filter(([, fault]) => fault !== null);
  if (faults.length === 0) return OK;
  return { ...OK, state: 'STOPPED', message: faults.map(([check, fault]) => `${check}: ${fault}`).join('; ') };
}

async function queueHealth(db: Db, refusal: string | null): Promise<PartHealth> {
  const [pause, seconds] = await Promise.all([findDeliveriesPause(db), oldestDueSeconds(db)]);
  const work = { ...waiting(seconds), message: refusal };
  if (pause !== null) return { ...work, state: 'PAUSED', since: pause.since };
  return refusal === null ? work : { ...work, state: 'FULL' };
}

async function workersHealth(db: Db): Promise<PartHealth> {
  const [processes, seconds] = await Promise.all([listeningSessions(db), expiredForSeconds(db)]);
  if (processes.length > 0) return waiting(seconds);
  return { ...waiting(seconds), state: 'STOPPED', message: 'no process with the part `worker` is connected' };
}

async function readersHealth(db: Db, ...readers: readonly FeedReader[]): Promise<PartHealth> {
  return waiting(Math.max(...(await Promise.all(readers.map((reader) => behindSeconds(db, reader))))));
}

async function sealingHealth(db: Db): Promise<PartHealth> {
  const [[stop], seconds] = await Promise.all([sealingStops(db, currentTime()), evidenceBehindSeconds(db)]);
  // whatever keeps rows from being sealed, also if no process can say what
  if (stop === undefined) return waiting(seconds);
  const state = stop.code === 'ROWS' ? 'INCOMPLETE' : 'STOPPED';
  return { state, since: stop.since, behindSeconds: seconds, message: `${stop.code}: ${stop.message}` };
}

async function standbyHealth(lag: () => Promise<StandbyLag>): Promise<StandbyHealth> {
  try {
    const { bytes, seconds } = await lag();
    const health = seconds === null ? ({ ...UNKNOWN, state: 'BEHIND' } as const) : waiting(seconds);
    return { ...health, behindBytes: bytes };
  } catch (error) {
    const message = error instanceof NoStandby ? error.message : faultOfDatabase(error);
    return { ...UNKNOWN, state: 'STOPPED', message, behindBytes: null };
  }
}

function waiting(seconds: number): PartHealth {
  if (seconds <= MAX_BEHIND_S) return { ...OK, behindSeconds: seconds };
  const since = new Date(currentTime().getTime() - seconds * 1_000);
  return { ...OK, state: 'BEHIND', since, behindSeconds: seconds };
}
