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
  const unknown = args.find((arg) => arg !== '--quick');
  if (unknown) throw new Error(`${unknown} is none of: --quick (under a minute).`);
  return args.includes('--quick') ? QUICK : NORMAL;
}
