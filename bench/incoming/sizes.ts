import type { Sizes } from '../size';

export const SIZES = {
  referenceSeconds: [0.5, 2, 5],
  warmUpCalls: [100, 3_000, 5_000],
  steadySeconds: [1, 5, 20],
  floodSeconds: [1, 5, 20],
  fullSpeedCalls: [300, 15_000, 100_000],
  /** Where the calls take longer, as many as were answered by then. */
  fullSpeedSeconds: [10, 15, 60],
} satisfies Sizes<string>;

export type Size = Record<keyof typeof SIZES, number>;
