/** How much a run does. */
export interface Size {
  name: string;
  referenceSeconds: number;
  warmUp: number;
  filled: number;
  endToEnd: number;
  single: number;
  steadySeconds: number;
  /** Until the counts and the index have what was delivered before, and its garbage is collected. */
  settleSeconds: number;
  idleSeconds: number;
  stuck: number;
  isolationSeconds: number;
  isolationLimitMs: number;
}

/** Whether it runs: no figure of it says anything. */
export const SMOKE: Size = {
  name: 'smoke',
  referenceSeconds: 0.5,
  warmUp: 100,
  filled: 200,
  endToEnd: 200,
  single: 100,
  steadySeconds: 1,
  settleSeconds: 0,
  idleSeconds: 1,
  stuck: 100,
  isolationSeconds: 1,
  isolationLimitMs: 2_000,
};

export const QUICK: Size = {
  name: 'quick',
  referenceSeconds: 2,
  warmUp: 600,
  filled: 6_000,
  endToEnd: 6_000,
  single: 3_000,
  steadySeconds: 3,
  settleSeconds: 30,
  idleSeconds: 20,
  stuck: 1_500,
  isolationSeconds: 2,
  isolationLimitMs: 4_000,
};

export const NORMAL: Size = {
  name: 'normal',
  referenceSeconds: 5,
  warmUp: 2_000,
  filled: 40_000,
  endToEnd: 40_000,
  single: 20_000,
  steadySeconds: 10,
  settleSeconds: 30,
  idleSeconds: 20,
  stuck: 10_000,
  isolationSeconds: 10,
  isolationLimitMs: 20_000,
};
