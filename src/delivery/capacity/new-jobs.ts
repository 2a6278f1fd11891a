import { currentTime } from '../../clock';
import { newId } from '../../ids';
import type { Db } from '../../sql/db';
import { insertJobs } from '../queue/delivery-job.store';
import { giveJobs } from './waiting.store';

/** Makes deliveries due now, each with a new job. A job that a delivery had before is deleted when a worker takes it. */
export async function giveNewJobs(db: Db, deliveryIds: readonly string[]): Promise<void> {
  const jobs = deliveryIds.map((deliveryId) => ({ id: newId(), deliveryId, dueAt: null }));
  await giveJobs(db, jobs, currentTime());
  await insertJobs(db, jobs);
}
