import { currentTime } from '../../clock';
import { newId } from '../../ids';
import type { Db } from '../../sql/db';
import type { DeliveryQueue } from '../queue/queue';
import { giveJobs } from './waiting.store';

/** Makes deliveries due now, each with a new job. A job that a delivery had before is deleted when a worker takes it. */
export async function giveNewJobs(db: Db, queue: DeliveryQueue, deliveryIds: readonly string[]): Promise<void> {
  const jobs = deliveryIds.map((deliveryId) => ({ id: newId(), deliveryId, startAfter: null }));
  await giveJobs(db, jobs, currentTime());
  await queue.insert(db, jobs);
}
