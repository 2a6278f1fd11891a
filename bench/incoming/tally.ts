import type { Answers, Calls } from './load';

/** Who called, and what was answered. */
export interface Tally {
  /** So many new calls, numbered on. */
  take(count: number): Calls;
  note(answers: Answers): void;
  /** Of each answer the number of its call and the id of its request, as the database has it. */
  answered(): readonly { number: number; requestId: string }[];
}

export function createTally(): Tally {
  const answered: { number: number; requestId: string }[] = [];
  let next = 1;
  return {
    take(count) {
      const first = next;
      next += count;
      return { first, count, repeats: true };
    },
    note({ numbers, ids }) {
      for (const [index, number] of numbers.entries()) {
        answered.push({ number, requestId: (ids[index] as string).slice('req_'.length) });
      }
    },
    answered: () => answered,
  };
}
