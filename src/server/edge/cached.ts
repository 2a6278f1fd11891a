/**
 * Asks once for all that want to know at a moment, and not again for `ms` after an answer. A failure is not kept.
 * @param ask for what may be so much older than the question
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

/** Asks one question at a time. Who asks what is waiting already gets that answer, which was not begun before they asked. */
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
