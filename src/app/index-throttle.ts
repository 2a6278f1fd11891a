// How fast the index follows the log: deliveries come first, until searches are too far behind.

export interface Throttle {
  /** About so many requests in one transaction. */
  batch: number;
  /** Of the time, how much the indexer works while it has more to do. */
  share: number;
}

const ALONE: Throttle = { batch: 500, share: 0.8 };
const LEAST: Throttle = { batch: 100, share: 0.1 };
/** So far behind is no reason to take more than the least. */
const CALM_MS = 5_000;
/** So far behind it works as if it was alone: a lag of a minute would be too much. */
const LATE_MS = 40_000;

/**
 * The share grows with the lag, so that it settles where the index keeps up, whatever a batch costs at that moment: a fixed
 * one is too small on a machine that is busy with something else, and the index falls behind for ever.
 * @param isBusy something else is under way in this process
 * @param behindMs how long ago what is indexed now was written
 */
export function throttled(isBusy: boolean, behindMs: number): Throttle {
  if (!isBusy) return ALONE;
  const late = Math.min(1, Math.max(0, (behindMs - CALM_MS) / (LATE_MS - CALM_MS)));
  return {
    batch: Math.round(LEAST.batch + late * (ALONE.batch - LEAST.batch)),
    share: LEAST.share + late * (ALONE.share - LEAST.share),
  };
}
