// From the queue to the wire: takes jobs, opens a request row for each attempt, signs.
import { newId, timeOfId, toNodeId } from '../ids';
import { closeRequests, openRequests } from '../request-log/open-close.store';
import type { Db } from '../sql/db';
import type { Keyring } from '../webhooks/keyring';
import type { WebhookStatus } from '../webhooks/webhook.entity';
import {
  cancelDeliveries,
  type DueDelivery,
  dueDeliveries,
  holdDeliveries,
  lockWebhooksOf,
  markOpen,
} from './delivery.store';
import { diedRequest } from './died-request';
import type { DeliveryQueue } from './queue';
import { signatureHeaders } from './sign';
import { signingSecretsOf } from './signing-secrets';

/** One try of a delivery, on its way. */
export interface Attempt {
  jobId: string;
  requestId: string;
  delivery: DueDelivery;
  attemptNumber: number;
  startedAt: Date;
  headers: [string, string][];
  secretId: string | null;
  /** Why nothing can be sent, which is then the outcome. */
  fault: string | null;
}

/**
 * Takes at most so many due jobs and opens their attempts, in one transaction. A job that is not its delivery's own, or
 * whose delivery is over, is a leftover of a crash and only completed. An attempt that is still open belongs to a
 * process that died: it is closed as UNKNOWN, and this is the next one.
 */
export async function openAttempts(
  db: Db,
  queue: DeliveryQueue,
  keyring: Keyring,
  atMost: number,
): Promise<{ taken: number; attempts: Attempt[] }> {
  const jobs = await queue.take(db, atMost);
  if (jobs.length === 0) return { taken: 0, attempts: [] };
  const jobIds = new Set(jobs.map((job) => job.id));
  const deliveryIds = jobs.map((job) => job.deliveryId);
  await lockWebhooksOf(db, deliveryIds);
  const found = await dueDeliveries(db, deliveryIds);
  const due = found.filter((delivery) => isOpen(delivery) && delivery.jobId !== null && jobIds.has(delivery.jobId));
  await closeDeadAttempts(db, due);
  const go = await withoutWaiting(db, due);
  const attempts = await attemptsFor(db, keyring, go);
  await openRequests(db, attempts.map(rowFor));
  await markOpen(
    db,
    attempts.map(({ delivery, requestId, attemptNumber }) => ({ deliveryId: delivery.id, requestId, attemptNumber })),
  );
  const kept = new Set(attempts.map((attempt) => attempt.jobId));
  await queue.complete(
    db,
    [...jobIds].filter((id) => !kept.has(id)),
  );
  return { taken: jobs.length, attempts };
}

function isOpen(delivery: DueDelivery): boolean {
  return delivery.status === 'PENDING' || delivery.status === 'RETRYING';
}

async function closeDeadAttempts(db: Db, due: readonly DueDelivery[]): Promise<void> {
  const now = new Date();
  const died = 'The process that made this attempt ended before the outcome was known. It is tried again.';
  const dead = due.map((delivery) => delivery.openRequestId).filter((id) => id !== null);
  await closeRequests(
    db,
    dead.map((id) => diedRequest(id, now, died)),
  );
}

// Holds the deliveries of webhooks that are paused or disabled, ends those of archived ones, and gives back the rest.
// The webhooks are locked: nobody resumes one before its delivery is seen to be held.
async function withoutWaiting(db: Db, due: readonly DueDelivery[]): Promise<DueDelivery[]> {
  const idsWith = (wanted: readonly WebhookStatus[]) =>
    due.filter((delivery) => wanted.includes(delivery.webhookStatus)).map((delivery) => delivery.id);
  await holdDeliveries(db, idsWith(['PAUSED', 'DISABLED']));
  await cancelDeliveries(db, idsWith(['ARCHIVED']), new Date());
  return due.filter((delivery) => delivery.webhookStatus === 'ACTIVE');
}

async function attemptsFor(db: Db, keyring: Keyring, deliveries: readonly DueDelivery[]): Promise<Attempt[]> {
  if (deliveries.length === 0) return [];
  const secretsOf = await signingSecretsOf(
    db,
    keyring,
    deliveries.map((delivery) => delivery.webhookId),
  );
  return deliveries.map((delivery) => {
    const requestId = newId();
    const startedAt = timeOfId(requestId);
    const { secrets, fault } = secretsOf(delivery.webhookId);
    const signature = signatureHeaders(
      toNodeId('Delivery', delivery.id),
      Math.floor(startedAt.getTime() / 1000),
      delivery.body ?? Buffer.alloc(0),
      secrets.map((secret) => secret.bytes),
    );
    return {
      jobId: delivery.jobId as string,
      requestId,
      delivery,
      attemptNumber: delivery.attempts + 1,
      startedAt,
      headers: [...(JSON.parse(delivery.headers) as [string, string][]), ...(fault === null ? signature : [])],
      secretId: secrets[0]?.id ?? null,
      fault,
    };
  });
}

function rowFor(attempt: Attempt) {
  const { delivery, requestId, attemptNumber, startedAt, secretId } = attempt;
  const { webhookId, documentType, event, referenceDocument, businessEventId, userId, method, url, payloadId } =
    delivery;
  return {
    id: requestId,
    webhookId,
    direction: 'OUTGOING' as const,
    documentType,
    event,
    referenceDocument,
    businessEventId,
    deliveryId: delivery.id,
    userId,
    attemptNumber,
    method,
    url,
    headers: JSON.stringify(attempt.headers),
    payloadId,
    secretId,
    startedAt,
  };
}
