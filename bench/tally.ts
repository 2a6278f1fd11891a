// Which event was published when: every event against every call that the receiver took.
import { clockMs } from './clock';
import type { Calls, Receiver } from './receiver-process';

export interface Expected {
  /** When it was published, or its call was due, in `clockMs`. Default: now. */
  at?: number;
}

export interface Tally {
  /** The number of a new event. */
  next(expected?: Expected): number;
  published(): number;
  /** How many deliveries the receiver has yet to take. */
  missing(): number;
  /** Takes over what arrived since the last time. */
  collect(): Promise<Arrivals>;
  lost(): number;
  duplicated(): number;
}

export interface Arrivals {
  /** In `clockMs`, ascending. */
  times: number[];
  /** From publish to receipt, in milliseconds. */
  delaysMs: number[];
}

interface Published {
  at: number;
  /** Under different webhook-ids. */
  arrived: number;
}

export function createTally(receiver: Receiver): Tally {
  const events: Published[] = [];
  const webhookIds = new Set<string>();
  let repeated = 0;

  function take({ webhookIds: ids, numbers, times }: Calls): Arrivals {
    const delaysMs = ids.map((id, index) => {
      const event = events[numbers[index] as number];
      if (webhookIds.has(id)) repeated += 1;
      else if (event) event.arrived += 1;
      webhookIds.add(id);
      return (times[index] as number) - (event?.at ?? Number.NaN);
    });
    return { times, delaysMs };
  }

  const sumOf = (each: (event: Published) => number) =>
    events.reduce((sum, event) => sum + Math.max(0, each(event)), 0);
  return {
    next({ at = clockMs() } = {}) {
      return events.push({ at, arrived: 0 }) - 1;
    },
    published: () => events.length,
    missing: () => events.length - receiver.received(),
    collect: async () => take(await receiver.calls()),
    lost: () => sumOf(({ arrived }) => 1 - arrived),
    duplicated: () => repeated + sumOf(({ arrived }) => arrived - 1),
  };
}
