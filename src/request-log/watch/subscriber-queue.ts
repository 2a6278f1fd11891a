// The queue of one subscription, between the reader of the feed and the connection of the client.
import type { WatchEvent } from './tail-events';

/** Maximum number of waiting events. If there are more, the oldest are dropped. */
const MAX_WAITING = 1_000;
/** Events that are taken from the queue at a time. */
const BATCH = 20;

/** Batches of events, so that linked objects are loaded together. */
export type EventStream = AsyncIterableIterator<readonly WatchEvent[], undefined>;

export interface SubscriberQueue {
  readonly closed: boolean;
  /** Never waits: if the queue is full, the oldest events are dropped and counted. */
  push(events: readonly WatchEvent[]): void;
  /**
   * Resolves when there is space for this number of events, which must be less than the maximum; false: the queue is
   * closed.
   */
  waitForSpace(events: number): Promise<boolean>;
  /** Ends the stream after the waiting events, with the error if one is given. */
  close(error?: unknown): void;
  stream: EventStream;
}

/** The waiting events. If there are too many, the oldest are dropped and counted. */
interface WaitingEvents {
  readonly count: number;
  add(events: readonly WatchEvent[]): void;
  /** The oldest. The first of them has the number of those that were dropped before it. */
  take(): readonly WatchEvent[];
  clear(): void;
}

function createWaitingEvents(): WaitingEvents {
  let waiting: WatchEvent[] = [];
  let dropped = 0;
  return {
    get count() {
      return waiting.length;
    },
    add(events) {
      waiting.push(...events);
      const tooMany = waiting.length - MAX_WAITING;
      if (tooMany <= 0) return;
      waiting.splice(0, tooMany);
      dropped += tooMany;
    },
    take() {
      const events = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      if (dropped > 0 && events[0]) events[0] = { ...events[0], dropped };
      dropped = 0;
      return events;
    },
    clear() {
      waiting = [];
    },
  };
}

interface Taker {
  resolve(result: IteratorResult<readonly WatchEvent[], undefined>): void;
  reject(error: unknown): void;
}

const END = { done: true, value: undefined } as const;

/** @param onClosed called once, when the client ends the subscription or the queue is closed */
export function createSubscriberQueue(onClosed: () => void): SubscriberQueue {
  const waiting = createWaitingEvents();
  let closed = false;
  let failure: { error: unknown } | null = null;
  let taker: Taker | null = null;
  let onTaken = () => {};

  function take(): readonly WatchEvent[] {
    const events = waiting.take();
    onTaken();
    return events;
  }

  function serve({ resolve, reject }: Taker): boolean {
    if (waiting.count > 0) resolve({ done: false, value: take() });
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
    onClosed();
  }

  const stream: EventStream = {
    next: () =>
      new Promise((resolve, reject) => {
        const one = { resolve, reject };
        if (!serve(one)) taker = one;
      }),
    async return() {
      waiting.clear();
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
      waiting.add(events);
      serveTaker();
    },
    async waitForSpace(events) {
      while (!closed && waiting.count + events > MAX_WAITING) {
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
