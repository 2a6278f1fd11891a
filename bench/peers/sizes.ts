/** How much a run does. */
export interface Size {
  name: string;
  /** Each figure is measured so often, the systems in turns. */
  rounds: number;
  warmUp: number;
  flatOut: number;
  steadySeconds: number;
  /** Of 1,000/s. */
  fastSeconds: number;
  stuck: number;
  stuckSeconds: number;
  idleSeconds: number;
  crashed: number;
  lists: number;
}

const QUICK: Size = {
  name: 'quick',
  rounds: 1,
  warmUp: 300,
  flatOut: 2_000,
  steadySeconds: 5,
  fastSeconds: 3,
  stuck: 300,
  stuckSeconds: 3,
  idleSeconds: 5,
  crashed: 1_000,
  lists: 50,
};

const NORMAL: Size = {
  name: 'normal',
  rounds: 3,
  warmUp: 2_000,
  flatOut: 20_000,
  steadySeconds: 15,
  fastSeconds: 10,
  stuck: 2_000,
  stuckSeconds: 15,
  idleSeconds: 20,
  crashed: 5_000,
  lists: 200,
};

export const sizeOf = (quick: boolean): Size => (quick ? QUICK : NORMAL);
