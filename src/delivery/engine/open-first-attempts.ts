// Opens first attempts in the transaction that makes their deliveries. They skip the queue: nothing holds them back, so
// they are sent as soon as it has committed.
import type { SlotReservation } from '../../events/publisher';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { type Credentials, credentialsOf } from '../authentication/decrypt-credentials';
import { type SigningSecrets, signingSecretsOf } from '../authentication/sign';
import type { QueueBacklog } from '../capacity/queue-backlog';
import { createSlotReservations } from '../capacity/slot-reservations';
import type { WorkerCapacity } from '../capacity/worker-capacity';
import type { DueDelivery, DueWebhook, NewDelivery } from '../delivery.store';
import { type Attempt, headFor, prepareAttempt, type ReadEvidenceHead, rowFor } from './attempt';
import { tryKeep, type WebhookToOpen, webhooksToOpen } from './attempt.store';
import {
  type AttemptTransaction,
  type FirstAttempts,
  type NewDeliveries,
  type Opened,
  sendsAtOnce,
} from './attempt-transaction';
import type { LeaseUse, TransactionEnd, WorkerLeases } from './worker-leases';

/** Maximum number of attempts opened in one transaction: an event may match thousands of webhooks. */
const MAX_OPENED = 250;
/** The bodies of all first attempts on the wire, in bytes. */
const MAX_BODIES = 64 * 1024 * 1024;
/** Events wait in the outbox for this long while nothing shows that the wait is about to end. */
const MAX_WAIT_MS = 100;

export interface FirstAttemptsParts {
  keyring: Keyring;
  readEvidenceHead: ReadEvidenceHead;
  capacity: WorkerCapacity;
  queueBacklog: QueueBacklog;
  leases: WorkerLeases;
  worker: FirstAttemptSender;
  /** Default: that of `slot-reservations.ts`. */
  maxWaitForSlotsMs?: number;
}

/** The part of the worker that sends. `onEnded` is called when the outcome of an attempt is committed. */
export interface FirstAttemptSender {
  send(attempts: readonly Attempt[], onEnded: (attempt: Attempt) => void): void;
  /** Gives attempts that were opened, and not sent, back to the queue. */
  handBack(attempts: readonly Attempt[], onEnded: (attempt: Attempt) => void): void;
  /** There are due jobs. */
  wake(): void;
}

export function createFirstAttempts(parts: FirstAttemptsParts): FirstAttempts {
  const { capacity, queueBacklog } = parts;
  const bodies = createByteLimit(MAX_BODIES);
  const reservations = createSlotReservations(capacity, parts.maxWaitForSlotsMs);
  const underWay = new Set<Promise<void>>();
  let busySince: number | null = null;
  return {
    batchSize() {
      const now = performance.now();
      const slots = capacity.batchSize(now);
      const allowance = queueBacklog.allowance();
      // what goes to the queue needs no slot yet
      const atMost = Math.min(MAX_OPENED, Number.isFinite(allowance) ? allowance : slots);
      // jobs leave the queue, or requests on the wire are about to end
      const mustWait = queueBacklog.isTaking() || (slots === 0 && capacity.free() > 0);
      if (atMost > 0 || mustWait) busySince = null;
      else busySince ??= now;
      if (busySince === null || now - busySince < MAX_WAIT_MS) return atMost;
      busySince = null;
      return MAX_OPENED;
    },
    isReady: () => queueBacklog.allowance() === Number.POSITIVE_INFINITY,
    reserve: reservations.reserve,
    stopReserving: reservations.stop,
    queued: queueBacklog.entered,
    begin(webhooks, reserved = []) {
      const { promise, resolve } = Promise.withResolvers<void>();
      underWay.add(promise);
      const wanted = webhooks.filter(sendsAtOnce).slice(0, MAX_OPENED).map(idOf);
      return beginTransaction(parts, bodies, wanted, reserved, () => {
        underWay.delete(promise);
        resolve();
      });
    },
    async idle() {
      await Promise.all(underWay);
    },
  };
}

interface Prepared {
  webhooks: ReadonlyMap<string, WebhookToOpen>;
  secretsOf: (webhookId: string) => SigningSecrets;
  credentialsOf: (webhookId: string) => Credentials;
  head: string | null;
}

/** @param wanted the ids of the webhooks that may send at once */
function beginTransaction(
  parts: FirstAttemptsParts,
  bodies: ByteLimit,
  wanted: readonly string[],
  reservations: readonly SlotReservation[],
  onEnded: () => void,
): AttemptTransaction {
  const { capacity, queueBacklog, leases, worker } = parts;
  const lease = leases.use();
  const queued = new Set<string>();
  let prepared: Prepared | null = null;
  const reserved: DueDelivery[] = [];
  let attempts: Attempt[] = [];

  // In the order of the events: after one delivery that goes to the queue, those of its webhook go there too.
  function reserve(delivery: NewDelivery, body: Buffer | null): void {
    const { webhookId } = delivery;
    const bytes = body?.length ?? 0;
    const hasSlot = reserved.length < MAX_OPENED && capacity.free() > 0 && capacity.freeFor(webhookId) > 0;
    const isFree = isUnhindered(prepared?.webhooks.get(webhookId)) && !queueBacklog.mustQueue(webhookId);
    if (!isFree || !hasSlot || !bodies.take(bytes)) {
      queued.add(webhookId);
      queueBacklog.queued(webhookId);
      return;
    }
    capacity.acquire(webhookId, performance.now());
    reserved.push(dueDelivery(delivery, body));
  }

  function release({ webhookId, body }: DueDelivery): void {
    bodies.release(body?.length ?? 0);
    capacity.release(webhookId, performance.now());
  }

  // the worker has released the slot
  function ended({ delivery }: Attempt): void {
    bodies.release(delivery.body?.length ?? 0);
    leases.closed(lease.lease.id, delivery.id);
  }

  function transactionEnded(end: TransactionEnd): void {
    leases.ended(lease, end, end === 'ROLLED_BACK' ? [] : idsOf(attempts));
    if (end !== 'ROLLED_BACK' && queued.size > 0) worker.wake();
    onEnded();
  }

  return {
    mayOpen: wanted.length > 0,
    async prepare(db) {
      const read = await readPrepared(db, parts, lease, wanted);
      prepared = read.prepared;
      return read.versions;
    },
    freeSlotsFor(webhookId) {
      const own = reservations.reduce((sum, { slots }) => sum + (slots.get(webhookId) ?? 0), 0);
      const slots = capacity.freeFor(webhookId) + own;
      const isSlow = slots === 0 && capacity.free() > 0 && !capacity.isFast(webhookId, performance.now());
      return isSlow ? Number.POSITIVE_INFINITY : slots;
    },
    open(made) {
      for (const each of reservations) each.release();
      for (const { delivery, body } of dueAmong(made, wanted)) reserve(delivery, body);
      attempts = reserved.map((delivery) => attemptOf(delivery, prepared as Prepared));
      return withRequests(made.deliveries, attempts, lease.lease.id);
    },
    onCommit() {
      // again, because a take of jobs that began meanwhile has not seen these
      for (const id of queued) queueBacklog.queued(id);
      transactionEnded('COMMITTED');
      worker.send(attempts, ended);
    },
    onRollback() {
      transactionEnded('ROLLED_BACK');
      reserved.forEach(release);
    },
    onUnknown() {
      transactionEnded('UNKNOWN');
      if (attempts.length > 0) worker.handBack(attempts, ended);
      else reserved.forEach(release);
    },
  };
}

/** What the transaction reads before it makes deliveries. @param wanted the ids of the webhooks that may send at once */
async function readPrepared(
  db: Db,
  { keyring, readEvidenceHead, leases }: FirstAttemptsParts,
  lease: LeaseUse,
  wanted: readonly string[],
): Promise<{ prepared: Prepared; versions: Map<string, string> }> {
  // sent together, executed in this order: what is kept is read afterwards
  const [kept, found, secretsOf] = await Promise.all([
    tryKeep(db, wanted),
    webhooksToOpen(db, wanted),
    signingSecretsOf(db, keyring, wanted),
    leases.hold(db, lease),
  ]);
  const webhooks = new Map(found.filter(({ id }) => kept.webhookIds.has(id)).map((webhook) => [webhook.id, webhook]));
  const credentialsFor = await credentialsOf(db, keyring, webhooks.values());
  const head = await headFor(db, readEvidenceHead, webhooks.values());
  return {
    prepared: { webhooks: kept.fromPause ? webhooks : new Map(), secretsOf, credentialsOf: credentialsFor, head },
    versions: new Map([...webhooks].map(([id, { changedIn }]) => [id, changedIn])),
  };
}

function attemptOf(
  delivery: DueDelivery,
  { webhooks, secretsOf, credentialsOf: credentialsFor, head }: Prepared,
): Attempt {
  const { webhookId } = delivery;
  const webhook = webhooks.get(webhookId) as DueWebhook;
  return prepareAttempt(delivery, webhook, secretsOf(webhookId), credentialsFor(webhookId), head);
}

/** New deliveries to these webhooks that are due. Those of other webhooks have no job, or are due later. */
function dueAmong(
  { deliveries, payloads, pairs }: NewDeliveries,
  webhookIds: readonly string[],
): { delivery: NewDelivery; body: Buffer | null }[] {
  const wanted = new Set(webhookIds);
  const ofEvents = pairs.map(({ event }) => [event.payloadId, event.body] as const);
  const bodyOf = new Map<string, Buffer | null>([...ofEvents, ...payloads.map(({ id, body }) => [id, body] as const)]);
  return deliveries
    .filter(({ jobId, webhookId }) => jobId !== null && wanted.has(webhookId))
    .map((delivery) => ({ delivery, body: bodyOf.get(delivery.payloadId as string) ?? null }));
}

// Other settings of the webhook are those that it was decided about.
function isUnhindered(webhook: WebhookToOpen | undefined): boolean {
  return webhook?.circuit === 'CLOSED' && !webhook.hasWaiting && !webhook.isPaused;
}

function dueDelivery(delivery: NewDelivery, body: Buffer | null): DueDelivery {
  return {
    ...delivery,
    method: delivery.method as string,
    url: delivery.url as string,
    headers: delivery.headers as string,
    payloadId: delivery.payloadId as string,
    body,
    roundStart: 0,
    jobId: null,
    replayId: null,
    deliveredAt: null,
    cancelRequested: false,
  };
}

function withRequests(deliveries: readonly NewDelivery[], attempts: readonly Attempt[], leaseId: string): Opened {
  const requestOf = new Map(attempts.map(({ delivery, requestId }) => [delivery.id, requestId]));
  return {
    deliveries: deliveries.map((delivery) => {
      const openRequestId = requestOf.get(delivery.id);
      if (openRequestId === undefined) return delivery;
      return { ...delivery, openRequestId, leaseId, attempts: 1, jobId: null, nextAttemptAt: null };
    }),
    requests: attempts.map(rowFor),
  };
}

function idOf({ id }: { id: string }): string {
  return id;
}

function idsOf(attempts: readonly Attempt[]): string[] {
  return attempts.map(({ delivery }) => delivery.id);
}

interface ByteLimit {
  /** @returns false: it would exceed the limit. A single body is never too large */
  take(bytes: number): boolean;
  release(bytes: number): void;
}

function createByteLimit(limit: number): ByteLimit {
  let taken = 0;
  return {
    take(bytes) {
      if (taken > 0 && taken + bytes > limit) return false;
      taken += bytes;
      return true;
    },
    release(bytes) {
      taken -= bytes;
    },
  };
}
