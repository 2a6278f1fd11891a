import type { Sizes } from '../size';

export const SIZES = {
  referenceSeconds: [0.5, 2, 5],
  warmUp: [100, 600, 2_000],
  filled: [200, 6_000, 40_000],
  endToEnd: [200, 6_000, 40_000],
  single: [100, 3_000, 20_000],
  steadySeconds: [1, 3, 10],
  /** Until the counts and the index have what was delivered before, and its garbage is collected. */
  settleSeconds: [0, 30, 30],
  idleSeconds: [1, 20, 20],
  stuck: [100, 1_500, 10_000],
  isolationSeconds: [1, 2, 10],
  isolationLimitMs: [2_000, 4_000, 20_000],
} satisfies Sizes<string>;

export type Size = Record<keyof typeof SIZES, number>;
