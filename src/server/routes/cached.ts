/**
 * Calls `ask` once for all concurrent callers, and not again until `ms` after its answer. A failure is not kept.
 */
export function cached<T>(ms: number, ask: () => Promise<T>, now = () => performance.now()): () => Promise<T> {
  let asked: Promise<T> | null = null;
  let keptUntil = Number.POSITIVE_INFINITY;
  return () => {
    if (asked !== null && now() < keptUntil) return asked;
    keptUntil = Number.POSITIVE_INFINITY;
    const answer = ask();
    asked = answer;
    answer.then(
      () => {
        keptUntil = now() + ms;
      },
      () => {
        asked = null;
      },
    );
    return answer;
  };
}

/** Runs one question at a time. A question that is still waiting is shared: its answer is never older than the call. */
export function oneAtATime<T>(maxWaiting: number, ask: (key: string) => Promise<T>, full: () => Error) {
  const waiting = new Map<string, Promise<T>>();
  let last: Promise<unknown> = Promise.resolve();
  return (key: string): Promise<T> => {
    const known = waiting.get(key);
    if (known) return known;
    if (waiting.size >= maxWaiting) return Promise.reject(full());
    const answer = last.then(() => {
      waiting.delete(key);
      return ask(key);
    });
    waiting.set(key, answer);
    last = answer.catch(() => undefined);
    return answer;
  };
}
