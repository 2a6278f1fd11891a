/** How much a run does. */
export interface Size {
  name: string;
  referenceSeconds: number;
  warmUpCalls: number;
  steadySeconds: number;
  floodSeconds: number;
  fullSpeedCalls: number;
  /** Where they take longer, as many as were answered by then. */
  fullSpeedSeconds: number;
}

/** Whether it runs: no figure of it says anything. */
const SMOKE: Size = {
  name: 'smoke',
  referenceSeconds: 0.5,
  warmUpCalls: 100,
  steadySeconds: 1,
  floodSeconds: 1,
  fullSpeedCalls: 300,
  fullSpeedSeconds: 10,
};

const QUICK: Size = {
  name: 'quick',
  referenceSeconds: 2,
  warmUpCalls: 3_000,
  steadySeconds: 5,
  floodSeconds: 5,
  fullSpeedCalls: 15_000,
  fullSpeedSeconds: 15,
};

const NORMAL: Size = {
  name: 'normal',
  referenceSeconds: 5,
  warmUpCalls: 5_000,
  steadySeconds: 20,
  floodSeconds: 20,
  fullSpeedCalls: 100_000,
  fullSpeedSeconds: 60,
};

export function sizeOf(args: readonly string[]): Size {
  const unknown = args.find((arg) => arg !== '--quick' && arg !== '--smoke');
  if (unknown) throw new Error(`${unknown} is none of: --quick (under a minute), --smoke (seconds: whether it runs).`);
  if (args.includes('--smoke')) return SMOKE;
  return args.includes('--quick') ? QUICK : NORMAL;
}
