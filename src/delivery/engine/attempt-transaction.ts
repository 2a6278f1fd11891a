// How the fan-out opens first attempts. `engine/open-first-attempts.ts` does it.
import type { Payload } from '../../events/payload.store';
import type { SlotReservation } from '../../events/publisher';
import type { OpenRequest } from '../../request-log/open-close.store';
import type { Db } from '../../sql/db';
import type { TransactionEnds } from '../../sql/transactions';
import type { OutgoingWebhook } from '../../webhooks/outgoing-webhook.store';
import { isLimited } from '../capacity/rate-and-concurrency';
import type { NewDelivery } from '../delivery.store';
import type { Pair } from './make-deliveries';

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
  /**
   * @param webhooks those that the deliveries of the transaction may be for
   * @param reserved what it has taken slots with; freed when its attempts take their own
   */
  begin(webhooks: readonly OutgoingWebhook[], reserved?: readonly SlotReservation[]): AttemptTransaction;
  /** Resolves when none of these transactions is under way. */
  idle(): Promise<void>;
}

/** The first attempts that one transaction opens. Call `onCommit`, `onRollback` or `onUnknown` when it has ended. */
export interface AttemptTransaction extends TransactionEnds {
  /** Whether deliveries of any of its webhooks may be sent at once. If not, it opens none; if so, its commit must be durable. */
  readonly mayOpen: boolean;
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
  /** Sends the requests, and wakes the worker if other deliveries went to the queue. */
  onCommit(): void;
  /** Gives the capacity back. */
  onRollback(): void;
  /** Gives the capacity back. What was written after all is handed back to the queue. */
  onUnknown(): void;
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
