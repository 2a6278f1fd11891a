// What waits for somebody who watches, between the one reader of the feed and their connection.
import type { RequestEvent } from './tail-events';

/** How many events may wait for one subscriber; the oldest make room for the newest. */
const MAX_WAITING = 1_000;
/** How many are handed over at once. */
const HANDED_OVER = 20;

/** Several events at a time, so that what they need can be loaded together. */
export type EventStream = AsyncIterableIterator<readonly RequestEvent[], undefined>;

export interface SubscriberQueue {
  readonly closed: boolean;
  /** Never waits: what does not fit costs the oldest, which are counted. */
  push(events: readonly RequestEvent[]): void;
  /** Resolves when there is room for so many more, which must be a part of all; false: nobody listens any more. */
  room(events: number): Promise<boolean>;
  /** What waits is still handed over; then the stream ends, with the error where one is given. */
  close(error?: unknown): void;
  stream: EventStream;
}

interface Taker {
  resolve(result: IteratorResult<readonly RequestEvent[], undefined>): void;
  reject(error: unknown): void;
}

const END = { done: true, value: undefined } as const;

/** @param onLeft called once, when nobody listens any more or the stream was closed */
export function createSubscriberQueue(onLeft: () => void): SubscriberQueue {
  let waiting: RequestEvent[] = [];
  let dropped = 0;
  let closed = false;
  let failure: { error: unknown } | null = null;
  let taker: Taker | null = null;
  let onTaken = () => {};

  function take(): readonly RequestEvent[] {
    const events = waiting.slice(0, HANDED_OVER);
    waiting = waiting.slice(HANDED_OVER);
    if (dropped > 0 && events[0]) events[0] = { ...events[0], dropped };
    dropped = 0;
    onTaken();
    return events;
  }

  function serve({ resolve, reject }: Taker): boolean {
    if (waiting.length > 0) resolve({ done: false, value: take() });
    else if (failure) {
      reject(failure.error);
      failure = null;
    } else if (closed) resolve(END);
    else return false;
    return true;
  }

  function serveTaker(): void {
    if (taker && serve(taker)) taker = null;
  }

  function close(error?: unknown): void {
    if (closed) return;
    closed = true;
    if (error !== undefined) failure = { error };
    onTaken();
    serveTaker();
    onLeft();
  }

  const stream: EventStream = {
    next: () =>
      new Promise((resolve, reject) => {
        const one = { resolve, reject };
        if (!serve(one)) taker = one;
      }),
    async return() {
      waiting = [];
      close();
      return END;
    },
    [Symbol.asyncIterator]: () => stream,
  };

  return {
    get closed() {
      return closed;
    },
    push(events) {
      if (closed) return;
      waiting.push(...events);
      const tooMany = waiting.length - MAX_WAITING;
      if (tooMany > 0) {
        waiting.splice(0, tooMany);
        dropped += tooMany;
      }
      serveTaker();
    },
    async room(events) {
      while (!closed && waiting.length + events > MAX_WAITING) {
        await new Promise<void>((resolve) => {
          onTaken = resolve;
        });
      }
      return !closed;
    },
    close,
    stream,
  };
}
