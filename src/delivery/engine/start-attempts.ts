// Before the call: takes due jobs, opens a request row for each attempt under a lease, signs the requests. The checks, in this order: all
// deliveries are paused; the job is current; an attempt of a dead process is open; cancelled or archived; paused or
// disabled; circuit, limits and slots (capacity/admission.ts).

import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { currentMs, currentTime } from '../../time/clock';
import { idBounds, newId } from '../../values/ids';
import type { WebhookStatus } from '../../webhooks/webhook.entity';
import { markWaiting, takeSlots } from '../../webhooks/webhook-circuit.store';
import { credentialsOf } from '../authentication/decrypt-credentials';
import { signingSecretsOf } from '../authentication/sign';
import { admit, blockedWebhooks, type FreeSlots, freeSlotsNow, lockCircuitsForAdmission } from '../capacity/admission';
import { releaseSuccessors } from '../capacity/document-ordering';
import type { LockedRows } from '../capacity/locked-rows.store';
import { giveNewJobs } from '../capacity/queue-backlog';
import { cancelDeliveries, holdDeliveries, makeWait } from '../capacity/waiting.store';
import {
  type DueDelivery,
  type DueWebhook,
  dueDeliveries,
  keepWebhooksOf,
  type QueuedDelivery,
  webhookOfEach,
} from '../delivery.store';
import { isOpen } from '../delivery-states';
import { areDeliveriesPaused, DeliveriesArePaused } from '../pause/deliveries-pause.store';
import { insertJobs, type TakenJob, takeJob, takeJobs } from '../queue/queue.store';
import { type Attempt, headFor, prepareAttempt, type ReadEvidenceHead, rowFor, slotOf, takesSlot } from './attempt';
import { openRequests } from './attempt.store';
import { MAX_BODIES_OF_A_STEP, withBodies, withinBytes } from './body-bytes';
import { closeAttemptsOfDeadProcesses } from './dead-processes';
import { insertLease } from './worker-lease.store';

/** After this time, a delivery that was locked is tried again. */
const LOCKED_MS = 1_000;

export interface StartedAttempts {
  /** The number of jobs. */
  taken: number;
  /** When the oldest of them became due; null: there was none. */
  oldestDue: number | null;
  /** The number of deliveries that wait for the capacity of their webhook, or for a lock. */
  waiting: number;
  /** The number of deliveries that got a new job, because the bodies of this step are too large together. */
  putBack: number;
  attempts: readonly Attempt[];
  /** Under which the attempts are open; null: there are none. */
  leaseId: string | null;
}

export const NOTHING_STARTED: StartedAttempts = {
  taken: 0,
  oldestDue: null,
  waiting: 0,
  putBack: 0,
  attempts: [],
  leaseId: null,
};

export interface StartParts {
  keyring: Keyring;
  capacity: FreeSlots;
  locked: LockedRows;
  readEvidenceHead: ReadEvidenceHead;
  /** Of the bodies of one step. Default: MAX_BODIES_OF_A_STEP. */
  maxBodies?: number;
}

/**
 * Takes at most `atMost` jobs that became due since `from`, and starts their attempts, in one transaction. A job that its delivery
 * does not name is left over, since the delivery was cancelled, held or given another one: it is only deleted. An attempt that is
 * still open belongs to a dead process: it is closed as UNKNOWN, and the new attempt follows it. A delivery whose webhook has no
 * capacity waits without a job, so that the queue is free for others.
 * @throws DeliveriesArePaused
 */
export async function startAttempts(db: Db, parts: StartParts, atMost: number, from: Date): Promise<StartedAttempts> {
  return start(db, parts, () => takeJobs(db, from, atMost));
}

/** The same for this job alone. */
export async function startAttempt(db: Db, parts: StartParts, job: TakenJob): Promise<StartedAttempts> {
  return start(db, parts, () => takeJob(db, job));
}

async function start(db: Db, parts: StartParts, take: () => Promise<TakenJob[]>): Promise<StartedAttempts> {
  // sent together, executed in this order
  const [paused, all] = await Promise.all([areDeliveriesPaused(db), take()]);
  if (paused) throw new DeliveriesArePaused();
  if (all.length === 0) return NOTHING_STARTED;
  const jobs = await putOffLocked(db, parts.locked, all);
  const jobIds = new Set(jobs.map((job) => job.id));
  const deliveryIds = jobs.map((job) => job.deliveryId);
  const webhooks = await keepWebhooksOf(db, deliveryIds);
  const slots = freeSlotsNow(parts.capacity, webhooks.keys());
  const circuits = await lockCircuitsForAdmission(db, webhooks, slots);
  const found = await dueDeliveries(db, deliveryIds, blockedWebhooks(webhooks, circuits, slots));
  const due = found.filter(
    (delivery) => isOpen(delivery.status) && delivery.jobId !== null && jobIds.has(delivery.jobId),
  );
  await closeAttemptsOfDeadProcesses(db, due);
  const active = await withoutHeld(db, due, webhooks);
  const { admitted, waiting } = await admit(db, active, webhooks, circuits, slots);
  await setAside(db, waiting);
  const { first, later } = withinBytes(admitted, parts.maxBodies ?? MAX_BODIES_OF_A_STEP);
  await giveNewJobs(db, later.map(idOf));
  const attempts = await attemptsFor(db, parts, await withBodies(db, first), webhooks);
  const leaseId = await open(db, attempts);
  const oldestDue = Math.min(...all.map(({ dueAt }) => dueAt.getTime()));
  const waits = waiting.length + all.length - jobs.length;
  return { taken: all.length, oldestDue, waiting: waits, putBack: later.length, attempts, leaseId };
}

// Each keeps its job, which becomes due again when the lock may have ended: the row of its delivery may be what is locked.
async function putOffLocked(db: Db, locked: LockedRows, jobs: TakenJob[]): Promise<TakenJob[]> {
  if (locked.isEmpty()) return jobs;
  const ids = jobs.map(({ deliveryId }) => deliveryId);
  const webhookOf = await webhookOfEach(db, ids);
  const isLocked = ({ deliveryId }: TakenJob) => locked.has(deliveryId) || locked.has(webhookOf.get(deliveryId) ?? '');
  const dueAt = new Date(currentMs() + LOCKED_MS);
  await insertJobs(
    db,
    jobs.filter(isLocked).map((job) => ({ ...job, dueAt })),
  );
  return jobs.filter((job) => !isLocked(job));
}

async function open(db: Db, attempts: readonly Attempt[]): Promise<string | null> {
  if (attempts.length === 0) return null;
  const leaseId = newId();
  const deliveryIds = attempts.map(({ delivery }) => delivery.id);
  await Promise.all([
    openRequests(db, leaseId, attempts.map(rowFor)),
    takeSlots(db, attempts.filter(takesSlot).map(slotOf)),
    insertLease(db, { id: leaseId, oldestDeliveryId: idBounds(deliveryIds)[0] as string, deliveryIds }),
  ]);
  return leaseId;
}

// Holds the deliveries of paused and disabled webhooks, cancels those that are to be cancelled or whose webhook is
// archived, and returns the rest. The webhooks are locked: one that is resumed concurrently sees the held deliveries.
async function withoutHeld(
  db: Db,
  due: readonly QueuedDelivery[],
  webhooks: ReadonlyMap<string, DueWebhook>,
): Promise<QueuedDelivery[]> {
  const statusOf = ({ webhookId }: DueDelivery): WebhookStatus => webhooks.get(webhookId)?.status ?? 'ARCHIVED';
  const isEnded = (delivery: DueDelivery) => delivery.cancelRequested || statusOf(delivery) === 'ARCHIVED';
  const isHeld = (delivery: DueDelivery) => !isEnded(delivery) && !delivery.test && statusOf(delivery) !== 'ACTIVE';
  const ended = due.filter(isEnded);
  await holdDeliveries(db, due.filter(isHeld).map(idOf));
  await cancelDeliveries(db, ended.map(idOf), currentTime());
  await releaseSuccessors(db, ended.filter((delivery) => delivery.blocks).map(idOf));
  return due.filter((delivery) => !isEnded(delivery) && !isHeld(delivery));
}

function idOf({ id }: DueDelivery): string {
  return id;
}

async function setAside(db: Db, waiting: readonly DueDelivery[]): Promise<void> {
  if (waiting.length === 0) return;
  await makeWait(db, waiting.map(idOf), 'CAPACITY');
  await markWaiting(db, [...new Set(waiting.map((delivery) => delivery.webhookId))]);
}

async function attemptsFor(
  db: Db,
  { keyring, readEvidenceHead }: StartParts,
  deliveries: readonly DueDelivery[],
  webhooks: ReadonlyMap<string, DueWebhook>,
): Promise<Attempt[]> {
  if (deliveries.length === 0) return [];
  const secretsOf = await signingSecretsOf(
    db,
    keyring,
    deliveries.map((delivery) => delivery.webhookId),
  );
  const credentials = await credentialsOf(db, keyring, webhooks.values());
  const head = await headFor(db, readEvidenceHead, webhooks.values());
  return deliveries.map((delivery) =>
    prepareAttempt(
      delivery,
      webhooks.get(delivery.webhookId) as DueWebhook,
      secretsOf(delivery.webhookId),
      credentials(delivery.webhookId),
      head,
    ),
  );
}
