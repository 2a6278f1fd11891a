// How the fan-out opens first attempts. `attempt/open-first-attempts.ts` does it.
import type { Payload } from '../../events/payload.store';
import type { SlotReservation } from '../../events/publisher';
import type { OpenRequest } from '../../request-log/open-close.store';
import type { Db } from '../../sql/db';
import type { OutgoingWebhook } from '../../webhooks/outgoing-webhook.store';
import { isLimited } from '../capacity/rate-and-concurrency';
import type { NewDelivery } from '../delivery.store';
import type { Pair } from './decisions';

/** Whether deliveries of this webhook need not wait for anything, as far as its settings tell. */
export function sendsAtOnce({ status, ordering, retrySchedule, ...limits }: OutgoingWebhook): boolean {
  return status === 'ACTIVE' && ordering === null && !isLimited(limits) && (retrySchedule?.[0] ?? 0) === 0;
}

export interface FirstAttempts {
  /**
   * How many events to fan out now. 0: the worker takes due jobs, or will soon have capacity. The events should wait in the
   * outbox, because the queue costs more.
   */
  batchSize(): number;
  /** Whether the worker knows of no due jobs. */
  isReady(): boolean;
  /** Takes the given number of slots for each webhook, for a publishing call: see `capacity/slot-reservations.ts`. */
  reserve(wanted: ReadonlyMap<string, number>, mustWait: () => boolean): SlotReservation | Promise<SlotReservation>;
  /** No call waits for slots any more. */
  stopReserving(): void;
  /** @param deliveries the number of those that the fan-out has given jobs */
  queued(deliveries: number): void;
  /** Begins the opening of one transaction. @param reserved what it has taken slots with; freed when its attempts take their own */
  begin(reserved?: readonly SlotReservation[]): Opening;
}

/** The first attempts that one transaction opens. Call `committed`, `rolledBack` or `mayHaveCommitted` when it has ended. */
export interface Opening {
  /** Whether deliveries of any of these webhooks may be sent at once. If so, call `prepare`, and the commit must be durable. */
  mayOpen(webhooks: readonly OutgoingWebhook[]): boolean;
  /**
   * Keeps these webhooks from changes, unless they are being changed now, and reads what their attempts need.
   * @returns for each that is kept, the transaction that last changed it
   */
  prepare(db: Db): Promise<Map<string, string>>;
  /**
   * For how many new deliveries of this webhook there are slots; the events of others should wait in the outbox. Without limit for a
   * webhook that is slow: its deliveries go to the queue.
   */
  freeSlotsFor(webhookId: string): number;
  /**
   * Takes capacity for those of these new deliveries that may be sent at once, and signs their requests. The caller
   * writes what is returned.
   */
  open(made: NewDeliveries): Opened;
  /** Sends the requests. */
  committed(): void;
  /** Gives the capacity back. */
  rolledBack(): void;
  /** Gives the capacity back. What was written after all is handed back to the queue. */
  mayHaveCommitted(): void;
}

export interface NewDeliveries {
  deliveries: readonly NewDelivery[];
  payloads: readonly Payload[];
  /** Their events and webhooks. */
  pairs: readonly Pair[];
}

export interface Opened {
  /** All given deliveries: those with an open request have no job. */
  deliveries: NewDelivery[];
  requests: OpenRequest[];
}
