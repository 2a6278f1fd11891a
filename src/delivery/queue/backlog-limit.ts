// Back-pressure: publishing is refused while the backlog is at its limit, before memory or disk are used up.

import type { Config } from '../../config/config';
import { AppError } from '../../errors/errors';
import type { Log } from '../../logging/log';
import type { Db } from '../../sql/db';
import { startLoop } from '../../time/loop';
import { type Backlog, measureBacklog } from './backlog.store';

const MIN_REST_MS = 1_000;
/** The same while half of the limits would take longer to publish: metrics are no older. */
const CALM_REST_MS = 5_000;
/** More than publishers reach in a second. */
const MOST_PER_SECOND = { items: 20_000, mib: 200 };
const MAX_REST_MS = 30_000;
/** A measurement that took long is followed by a rest that is longer by this factor. */
const REST_FACTOR = 20;
/** The same below half of the limits: at the default ones, the other half takes longer to publish than the longest rest. */
const REST_FACTOR_BELOW_HALF = 100;
const MIB = 1024 * 1024;
/** Without MAX_BACKLOG: enough to find the limit of bytes; and enough for the metrics. */
const MAX_COUNTED_FOR_BYTES = 10_000_000;
const MAX_COUNTED_FOR_METRICS = 100_000;

export type BacklogLimits = Config['backlogLimits'];

export interface BacklogWatch {
  /** The last measurement; null: there was none yet. */
  latest(): Backlog | null;
  /** Why publishing is refused now, as a sentence; null: it is not. */
  refusal(): string | null;
  /** @throws AppError UNAVAILABLE while the backlog is at its limit */
  check(): void;
  stop(): Promise<void>;
}

/**
 * Measures the backlog every 1 to 30 s, depending on its size and the limits; each call only compares the last measurement.
 * @param onRefused called after each measurement by which publishing is refused
 */
export function watchBacklog(
  db: Db,
  limits: BacklogLimits,
  log: Log,
  onRefused: (reason: string) => Promise<void> = async () => undefined,
): BacklogWatch {
  const atMost = limits.items || (limits.mib > 0 ? MAX_COUNTED_FOR_BYTES : MAX_COUNTED_FOR_METRICS);
  let latest: Backlog | null = null;
  let refusal: string | null = null;
  const loop = startLoop('backlog watch', MIN_REST_MS, log, async () => {
    const startedAt = performance.now();
    latest = await measureBacklog(db, atMost);
    const found = refusalOf(latest, limits);
    if (found !== null && refusal === null) log.warn({ backlog: latest }, 'publishing is refused: the backlog is full');
    if (found === null && refusal !== null) log.info({ backlog: latest }, 'publishing is accepted again');
    refusal = found;
    if (found !== null) await onRefused(found);
    return restBetweenMeasurements(latest, limits, performance.now() - startedAt);
  });
  return {
    latest: () => latest,
    refusal: () => refusal,
    check() {
      if (refusal !== null) throw new AppError('UNAVAILABLE', `Nothing was published: ${refusal} Try again later.`);
    },
    stop: loop.stop,
  };
}

/** Exported for tests. @returns in milliseconds @param tookMs the measurement */
export function restBetweenMeasurements(backlog: Backlog, { items, mib }: BacklogLimits, tookMs: number): number {
  const isBelowHalf = refusalOf(backlog, { items: Math.ceil(items / 2), mib: mib / 2 }) === null;
  const factor = isBelowHalf ? REST_FACTOR_BELOW_HALF : REST_FACTOR;
  return Math.min(MAX_REST_MS, Math.max(leastRestMs(backlog, { items, mib }), factor * tookMs));
}

/** By the time in which the fastest publishers would fill half of a limit. */
function leastRestMs({ events, deliveries, bytes }: Backlog, { items, mib }: BacklogLimits): number {
  const ofItems = items > 0 ? (items / 2 - events - deliveries) / MOST_PER_SECOND.items : Number.POSITIVE_INFINITY;
  const ofBytes = mib > 0 ? (mib / 2 - bytes / MIB) / MOST_PER_SECOND.mib : Number.POSITIVE_INFINITY;
  return Math.min(CALM_REST_MS, Math.max(MIN_REST_MS, 1_000 * Math.min(ofItems, ofBytes)));
}

/** Exported for tests. */
export function refusalOf({ events, deliveries, bytes }: Backlog, limits: BacklogLimits): string | null {
  const items = events + deliveries;
  if (limits.items > 0 && items >= limits.items) {
    return `${items} events and due deliveries wait for a worker, and MAX_BACKLOG is ${limits.items}.`;
  }
  const mib = Math.floor(bytes / MIB);
  if (limits.mib === 0 || mib < limits.mib) return null;
  return `events and due deliveries of about ${mib} MiB wait for a worker, and MAX_BACKLOG_MIB is ${limits.mib}.`;
}
