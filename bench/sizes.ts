/** How much a run does. */
export interface Size {
  name: string;
  ceilingSeconds: number;
  filled: number;
  filledForTwo: number;
  fullSpeed: number;
  single: number;
  steadySeconds: number;
  stuck: number;
  isolationSeconds: number;
  isolationLimitMs: number;
}

/** The bar for memory compares so many deliveries with a tenth of them; fewer say nothing about it. */
export const MEMORY_DELIVERIES = 500_000;

const QUICK: Size = {
  name: 'quick',
  ceilingSeconds: 2,
  filled: 9_000,
  filledForTwo: 6_000,
  fullSpeed: 8_000,
  single: 4_000,
  steadySeconds: 3,
  stuck: 1_500,
  isolationSeconds: 2,
  isolationLimitMs: 4_000,
};

const NORMAL: Size = {
  name: 'normal',
  ceilingSeconds: 5,
  filled: 40_000,
  filledForTwo: 40_000,
  fullSpeed: 40_000,
  single: 20_000,
  steadySeconds: 10,
  stuck: 10_000,
  isolationSeconds: 10,
  isolationLimitMs: 20_000,
};

/** As the bars ask: 60 s and more of each, and memory over 500,000 deliveries. */
const FULL: Size = {
  ...NORMAL,
  name: 'full',
  filled: 250_000,
  filledForTwo: 120_000,
  fullSpeed: MEMORY_DELIVERIES,
  steadySeconds: 60,
};

export function sizeOf(args: readonly string[]): Size {
  const unknown = args.find((arg) => arg !== '--quick' && arg !== '--full');
  if (unknown) throw new Error(`${unknown} is none of: --quick (under a minute), --full (about a quarter of an hour).`);
  if (args.includes('--quick')) return QUICK;
  return args.includes('--full') ? FULL : NORMAL;
}
