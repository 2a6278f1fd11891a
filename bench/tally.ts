// Who was told what: every event that was published against every call that the receiver took.
import { clockMs } from './clock';
import type { Calls, Receiver } from './receiver-process';

export interface Tally {
  /** A new event's number, published at this moment (of `clockMs`) or now. */
  next(at?: number): number;
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

/** Each event is to arrive once: one webhook wants it. */
export function createTally(receiver: Receiver): Tally {
  const publishedAt: number[] = [];
  const webhookIds = new Set<string>();
  const arrived = new Set<number>();
  let calls = 0;

  function take({ webhookIds: ids, numbers, times }: Calls): Arrivals {
    for (const id of ids) webhookIds.add(id);
    for (const number of numbers) arrived.add(number);
    calls += ids.length;
    return {
      times,
      delaysMs: times.map((time, index) => time - (publishedAt[numbers[index] as number] ?? Number.NaN)),
    };
  }

  return {
    next: (at = clockMs()) => publishedAt.push(at) - 1,
    published: () => publishedAt.length,
    missing: () => publishedAt.length - receiver.received(),
    collect: async () => take(await receiver.calls()),
    lost: () => publishedAt.length - arrived.size,
    // a webhook-id that came twice, or an event that came under two of them
    duplicated: () => calls - Math.min(webhookIds.size, arrived.size),
  };
}
