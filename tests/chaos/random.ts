/** Random choices that come again with the same seed. */
export interface Random {
  /** From 0 up to and without 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
}

/** The seed of the run, from CHAOS_SEED; printed with every fault, so that a run can be repeated. */
export const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);

/** How often each scenario does its harm, from CHAOS_ROUNDS. */
export const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 4);

/** Mulberry32: short, and good enough for a choice. @param stream choices of several streams do not depend on each other */
export function seededRandom(stream: number): Random {
  let state = (SEED * 7_919 + stream) | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, between: (least, most) => least + Math.floor(next() * (most - least + 1)) };
}
