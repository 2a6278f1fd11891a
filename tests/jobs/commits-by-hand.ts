import type { Commits } from '../../src/loop';

/** For loops, to which nothing is committed but what `commit` says. */
export function commitsByHand(): Commits & { commit(): void } {
  const resumed = new Set<() => void>();
  let seen = 0;
  return {
    seen: () => seen,
    wait(last, resume) {
      if (last !== seen) resume();
      else resumed.add(resume);
      return () => void resumed.delete(resume);
    },
    commit() {
      seen += 1;
      for (const resume of [...resumed]) resume();
      resumed.clear();
    },
  };
}
