// From the queue to the wire: takes jobs, opens a request row for each attempt, signs.
import { currentTime } from '../../clock';
import { newId, timeOfId, toNodeId } from '../../ids';
import type { Keyring } from '../../keyring/keyring';
import { closeRequests } from '../../request-log/open-close.store';
import type { Db } from '../../sql/db';
import type { WebhookStatus } from '../../webhooks/webhook.entity';
import { markBacklog } from '../../webhooks/webhook-circuit.store';
import { giveSlotsBack, takeSlots } from '../../webhooks/webhook-slot.store';
import { releaseSuccessors } from '../capacity/document-ordering';
import { type CapacityLeft, capacityNow, divide, lockDoubtful, shutWebhooks } from '../capacity/rate-and-concurrency';
import { cancelDeliveries, holdDeliveries, makeWait } from '../capacity/waiting.store';
import { type DueDelivery, type DueWebhook, dueDeliveries, lockWebhooksOf } from '../delivery.store';
import type { DeliveryQueue } from '../queue/queue';
import { type Credentials, credentialsOf, NO_CREDENTIALS } from '../signing/credentials';
import { signatureHeaders } from '../signing/sign';
import { signingSecretsOf } from '../signing/signing-secrets';
import { openRequests } from './attempt.store';
import { unknownOutcome } from './unknown-outcome';

/** One try of a delivery, on its way. */
export interface Attempt {
  jobId: string;
  requestId: string;
  delivery: DueDelivery;
  webhook: DueWebhook;
  attemptNumber: number;
  startedAt: Date;
  /** Rendered ones and signature; those of the credentials come behind them. */
  headers: [string, string][];
  credentials: Credentials;
  secretId: string | null;
  /** Why nothing can be sent, which is then the outcome. */
  fault: string | null;
}

export interface OpenParts {
  queue: DeliveryQueue;
  keyring: Keyring;
  room: CapacityLeft;
}

/**
 * Takes at most so many due jobs and opens their attempts, in one transaction. A job that is not its delivery's own, or
 * whose delivery is over, is a leftover of a crash and only completed. An attempt that is still open belongs to a
 * process that died: it is closed as UNKNOWN, and this is the next one. What its webhook has no capacity for steps aside:
 * it waits without a job, and the queue is free for the others.
 */
export async function openAttempts(
  db: Db,
  parts: OpenParts,
  atMost: number,
): Promise<{ taken: number; waiting: number; attempts: Attempt[] }> {
  const jobs = await parts.queue.take(db, atMost);
  if (jobs.length === 0) return { taken: 0, waiting: 0, attempts: [] };
  const jobIds = new Set(jobs.map((job) => job.id));
  const deliveryIds = jobs.map((job) => job.deliveryId);
  const webhooks = await lockWebhooksOf(db, deliveryIds);
  const room = capacityNow(parts.room, webhooks.keys());
  const circuits = await lockDoubtful(db, webhooks, room);
  const found = await dueDeliveries(db, deliveryIds, shutWebhooks(webhooks, circuits, room));
  const due = found.filter((delivery) => isOpen(delivery) && delivery.jobId !== null && jobIds.has(delivery.jobId));
  await closeDeadAttempts(db, due);
  const live = await withoutHeld(db, parts.queue, due, webhooks);
  const { go, wait } = await divide(db, live, webhooks, circuits, room);
  await stepAside(db, wait);
  const attempts = await attemptsFor(db, parts.keyring, go, webhooks);
  const kept = new Set(attempts.map((attempt) => attempt.jobId));
  const leftOver = [...jobIds].filter((id) => !kept.has(id));
  await Promise.all([
    openRequests(db, attempts.map(rowFor)),
    takeSlots(db, attempts.filter(takesSlot).map(slotOf)),
    parts.queue.complete(db, leftOver),
  ]);
  return { taken: jobs.length, waiting: wait.length, attempts };
}

/** Whether an attempt is counted against its webhook's max_concurrency. */
export function takesSlot(attempt: Attempt): boolean {
  return attempt.webhook.maxConcurrency !== null;
}

export function slotOf({ webhook, requestId }: Attempt): { webhookId: string; requestId: string } {
  return { webhookId: webhook.id, requestId };
}

function isOpen(delivery: DueDelivery): boolean {
  return delivery.status === 'PENDING' || delivery.status === 'RETRYING';
}

async function closeDeadAttempts(db: Db, due: readonly DueDelivery[]): Promise<void> {
  const now = currentTime();
  const died =
    'The outcome was not recorded: the process that made this attempt ended, or lost its database. It is tried again.';
  const dead = due.flatMap(({ webhookId, openRequestId }) =>
    openRequestId === null ? [] : [{ webhookId, requestId: openRequestId }],
  );
  await closeRequests(
    db,
    dead.map(({ requestId }) => unknownOutcome(requestId, now, died)),
  );
  await giveSlotsBack(db, dead);
}

// Holds the deliveries of webhooks that are paused or disabled, ends those that are cancelled or whose webhook is
// archived, and gives back the rest. The webhooks are locked: nobody resumes one before its delivery is seen to be held.
async function withoutHeld(
  db: Db,
  queue: DeliveryQueue,
  due: readonly DueDelivery[],
  webhooks: ReadonlyMap<string, DueWebhook>,
): Promise<DueDelivery[]> {
  const statusOf = ({ webhookId }: DueDelivery): WebhookStatus => webhooks.get(webhookId)?.status ?? 'ARCHIVED';
  const isEnded = (delivery: DueDelivery) => delivery.cancelRequested || statusOf(delivery) === 'ARCHIVED';
  const isHeld = (delivery: DueDelivery) => !isEnded(delivery) && !delivery.test && statusOf(delivery) !== 'ACTIVE';
  const ended = due.filter(isEnded);
  await holdDeliveries(db, due.filter(isHeld).map(idOf));
  await cancelDeliveries(db, ended.map(idOf), currentTime());
  await releaseSuccessors(db, queue, ended.filter((delivery) => delivery.blocks).map(idOf));
  return due.filter((delivery) => !isEnded(delivery) && !isHeld(delivery));
}

function idOf({ id }: DueDelivery): string {
  return id;
}

async function stepAside(db: Db, wait: readonly DueDelivery[]): Promise<void> {
  if (wait.length === 0) return;
  await makeWait(db, wait.map(idOf), 'CAPACITY');
  await markBacklog(db, [...new Set(wait.map((delivery) => delivery.webhookId))]);
}

async function attemptsFor(
  db: Db,
  keyring: Keyring,
  deliveries: readonly DueDelivery[],
  webhooks: ReadonlyMap<string, DueWebhook>,
): Promise<Attempt[]> {
  if (deliveries.length === 0) return [];
  const secretsOf = await signingSecretsOf(
    db,
    keyring,
    deliveries.map((delivery) => delivery.webhookId),
  );
  const withCredentials = [...webhooks.values()]
    .filter((webhook) => webhook.hasCredentials)
    .map((webhook) => webhook.id);
  const credentials = withCredentials.length > 0 ? await credentialsOf(db, keyring, withCredentials) : noCredentials;
  return deliveries.map((delivery) => {
    const requestId = newId();
    const startedAt = timeOfId(requestId);
    const { keys, fault: noKeys } = secretsOf(delivery.webhookId);
    // an empty body is a body too, and would be signed
    const fault = delivery.body === null ? 'its payload was erased' : noKeys;
    const signature = signatureHeaders(
      toNodeId('Delivery', delivery.id),
      Math.floor(startedAt.getTime() / 1000),
      delivery.body ?? Buffer.alloc(0),
      keys,
    );
    return {
      jobId: delivery.jobId as string,
      requestId,
      delivery,
      webhook: webhooks.get(delivery.webhookId) as DueWebhook,
      attemptNumber: delivery.attempts + 1,
      startedAt,
      headers: [...(JSON.parse(delivery.headers) as [string, string][]), ...(fault === null ? signature : [])],
      credentials: credentials(delivery.webhookId),
      secretId: keys[0]?.id ?? null,
      fault,
    };
  });
}

const noCredentials = () => NO_CREDENTIALS;

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
    headers: JSON.stringify([...attempt.headers, ...attempt.credentials.recordedHeaders]),
    payloadId,
    secretId,
    startedAt,
    test: delivery.test,
    replayId: delivery.replayId,
  };
}
