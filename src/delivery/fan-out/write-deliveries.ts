import { currentMs } from '../../clock';
import type { FannedOut } from '../../events/business-event.store';
import type { Payload } from '../../events/payload.store';
import type { OpenRequest } from '../../request-log/open-close.store';
import type { Db } from '../../sql/db';
import { markWaiting } from '../../webhooks/webhook-circuit.store';
import type { NewDelivery } from '../delivery.store';
import { insertJobs, type NewJob } from '../queue/delivery-job.store';
import { notifyDeliveries } from '../queue/notify.store';
import { writeFanOut } from './fan-out.store';

export interface DeliveriesToWrite {
  deliveries: readonly NewDelivery[];
  payloads: readonly Payload[];
  /** The first attempts that are opened. */
  requests?: readonly OpenRequest[];
}

/** Writes payloads, deliveries, first attempts and jobs. @param events that leave the outbox */
export async function writeDeliveries(
  db: Db,
  { deliveries, payloads, requests = [] }: DeliveriesToWrite,
  events: readonly FannedOut[],
  now: Date,
): Promise<void> {
  await Promise.all([
    writeFanOut(db, { payloads, deliveries, requests, events }, now),
    insertJobs(db, deliveries.flatMap(jobFor)),
    markWaiting(db, webhooksThatQueue(deliveries)),
  ]);
  // other workers poll for jobs, but these deliveries have none: wake the dispatchers
  if (deliveries.some((delivery) => delivery.waitsFor === 'CAPACITY')) await notifyDeliveries(db);
}

function webhooksThatQueue(deliveries: readonly NewDelivery[]): string[] {
  const waiting = deliveries.filter((delivery) => delivery.waitsFor === 'CAPACITY');
  return [...new Set(waiting.map((delivery) => delivery.webhookId))];
}

/** The job of a delivery that has one. */
export function jobFor(delivery: NewDelivery): NewJob[] {
  if (delivery.jobId === null) return [];
  const later = delivery.nextAttemptAt !== null && delivery.nextAttemptAt.getTime() > currentMs();
  return [{ id: delivery.jobId, deliveryId: delivery.id, dueAt: later ? delivery.nextAttemptAt : null }];
}
