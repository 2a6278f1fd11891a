import type { ExecutionResult } from 'graphql';

/** The answer to one event, and its JSON, made once. */
export interface CachedAnswer {
  result: ExecutionResult;
  json(): string;
}

/** How long an answer is kept for others: all subscribers that keep up need it within a moment. */
const KEPT_MS = 500;

/**
 * Computes the answer to an event once for all subscribers with the same `key`, such as the windows of a dashboard.
 * `key` contains the selection, the roles, and the credential if the answer depends on it.
 */
export interface AnswerCache {
  of(event: object, key: string, work: () => Promise<ExecutionResult>): Promise<CachedAnswer>;
}

type Kept = Map<object, Map<string, Promise<CachedAnswer>>>;

export function createAnswerCache(): AnswerCache {
  // two generations: the older one is dropped as a whole
  let current: Kept = new Map();
  let previous: Kept = new Map();
  let begun = performance.now();

  function turnOver(): void {
    const now = performance.now();
    if (now - begun < KEPT_MS) return;
    previous = now - begun < 2 * KEPT_MS ? current : new Map();
    current = new Map();
    begun = now;
  }

  return {
    of(event, key, work) {
      turnOver();
      const known = (current.get(event) ?? previous.get(event))?.get(key);
      if (known) return known;
      const made = work().then(resultOf);
      const ofEvent = current.get(event) ?? new Map<string, Promise<CachedAnswer>>();
      current.set(event, ofEvent.set(key, made));
      return made;
    },
  };
}

function resultOf(result: ExecutionResult): CachedAnswer {
  let json: string | null = null;
  return {
    result,
    json() {
      json ??= JSON.stringify(result);
      return json;
    },
  };
}
