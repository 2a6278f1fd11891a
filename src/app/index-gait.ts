// How fast the index follows the log: deliveries first, but whoever searches does not wait for ever.

export interface Circumstances {
  /** Something else is under way in this process. */
  isBusy: boolean;
  /** How many cores had nothing to do while the indexer rested. */
  idleCores: number;
  /** How long ago what is indexed now was written. */
  behindMs: number;
}

export interface Gait {
  /** About so many requests in one go. */
  batch: number;
  /** Of the time, how much it works while it has more to do. */
  share: number;
}

const ALONE: Gait = { batch: 500, share: 0.8 };
const SHORT_BATCH = 100;
const LEAST_SHARE = 0.1;
/** Of a core that others leave idle: indexing takes about a whole one, here and in Postgres. */
const SHARE_OF_IDLE_CORE = 0.25;
/** What is so far behind works so much at least. */
const LATE = [
  { afterMs: 60_000, share: 0.2 },
  { afterMs: 600_000, share: 0.5 },
];

export function gaitIn({ isBusy, idleCores, behindMs }: Circumstances): Gait {
  if (!isBusy) return ALONE;
  const least = LATE.findLast(({ afterMs }) => behindMs > afterMs)?.share ?? LEAST_SHARE;
  return { batch: SHORT_BATCH, share: Math.min(ALONE.share, Math.max(least, idleCores * SHARE_OF_IDLE_CORE)) };
}
