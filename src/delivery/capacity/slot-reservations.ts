// Publishing transactions that open attempts take their slots before they begin, and wait for them when there are too few.
import { NO_SLOTS, type SlotReservation } from '../../events/publisher';
import type { WorkerCapacity } from './worker-capacity';

/** How long a call waits for slots, unless another time is given. After that, its events go to the outbox. */
const MAX_WAIT_MS = 200;
/** Between two checks whether there are enough slots, while calls wait. */
const CHECK_MS = 2;

export interface SlotReservations {
  /**
   * Takes the given number of slots for each webhook. While one has too few, and its requests are about to end, waits for them,
   * at most 200 ms, behind calls that came before and want the same webhook.
   * @param mustWait whether the call waits although there are slots
   * @returns NO_SLOTS if it waited in vain, and at once if a webhook without slots is slow: its deliveries go to the queue
   */
  reserve(wanted: ReadonlyMap<string, number>, mustWait: () => boolean): SlotReservation | Promise<SlotReservation>;
  /** No call waits any more. */
  stop(): void;
}

interface Waiting {
  wanted: ReadonlyMap<string, number>;
  mustWait: () => boolean;
  until: number;
  resolve: (reservation: SlotReservation) => void;
}

export function createSlotReservations(capacity: WorkerCapacity, maxWaitMs = MAX_WAIT_MS): SlotReservations {
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  /** @returns null: wait */
  function tryToReserve(wanted: ReadonlyMap<string, number>, now: number, mustWait: boolean): SlotReservation | null {
    const short = [...wanted].filter(([id, slots]) => capacity.freeFor(id) < slots);
    if (short.some(([id]) => !capacity.isFast(id, now))) return NO_SLOTS;
    if (mustWait || short.length > 0) return null;
    for (const [id, slots] of wanted) capacity.acquire(id, now, slots);
    let isHeld = true;
    return {
      slots: wanted,
      release() {
        if (!isHeld) return;
        isHeld = false;
        for (const [id, slots] of wanted) capacity.release(id, performance.now(), slots);
      },
    };
  }

  function check(): void {
    const now = performance.now();
    const wantedBefore = new Set<string>();
    waiting = waiting.filter(({ wanted, mustWait, until, resolve }) => {
      const ids = [...wanted.keys()];
      const isBehind = ids.some((id) => wantedBefore.has(id));
      const found = now < until ? tryToReserve(wanted, now, isBehind || mustWait()) : NO_SLOTS;
      if (found === null) for (const id of ids) wantedBefore.add(id);
      else resolve(found);
      return found === null;
    });
    if (waiting.length > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  }

  return {
    reserve(wanted, mustWait) {
      if (stopped || wanted.size === 0) return NO_SLOTS;
      const now = performance.now();
      const isBehind = waiting.some((each) => [...wanted.keys()].some((id) => each.wanted.has(id)));
      const found = tryToReserve(wanted, now, isBehind || mustWait());
      if (found !== null) return found;
      timer ??= setInterval(check, CHECK_MS);
      const { promise, resolve } = Promise.withResolvers<SlotReservation>();
      waiting.push({ wanted, mustWait, until: now + maxWaitMs, resolve });
      return promise;
    },
    stop() {
      stopped = true;
      for (const { resolve } of waiting) resolve(NO_SLOTS);
      waiting = [];
      check();
    },
  };
}
