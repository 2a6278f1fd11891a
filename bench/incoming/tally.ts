import type { Answers, Calls } from './load';

export type Tally = ReturnType<typeof createTally>;

/** Who called, and what was answered. */
export function createTally() {
  const answered: { number: number; requestId: string }[] = [];
  let next = 1;
  return {
    /** So many new calls, numbered on. */
    take(count: number): Calls {
      const first = next;
      next += count;
      return { first, count, repeats: true };
    },
    note({ numbers, ids }: Answers): void {
      for (const [index, number] of numbers.entries()) {
        answered.push({ number, requestId: (ids[index] as string).slice('req_'.length) });
      }
    },
    /** Of each answer the number of its call and the id of its request, as the database has it. */
    answered: (): readonly { number: number; requestId: string }[] => answered,
  };
}
