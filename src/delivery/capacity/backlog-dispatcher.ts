// Beside the queue: lets deliveries that wait for their webhook's capacity go on, oldest first.
import { currentMs, currentTime } from '../../clock';
import { newId } from '../../ids';
import type { Log } from '../../log';
import { type Loop, startLoop } from '../../loop';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { findWebhookForShare, type WebhookRow } from '../../webhooks/webhook.store';
import {
  type CircuitRow,
  lockCircuits,
  saveCircuits,
  type WebhookWithBacklog,
  webhooksWithBacklog,
} from '../../webhooks/webhook-circuit.store';
import type { DeliveryQueue } from '../queue/queue';
import { capacityOf, TRAVEL_MS } from './rate-and-concurrency';
import { firstWaiting, giveJobs, hasWaiting, holdWaiting, isOnItsWay } from './waiting.store';

const REST_MS = 1_000;
/** While something waits: another process may have made room. */
const LOOK_AGAIN_MS = 500;
/** What was let go should be on the wire, and be counted, before more is. */
const PACE_MS = 20;
const BATCH = 250;
const HOLD_BATCH = 10_000;
/** A probe that has not come back by then is lost, and another one goes. */
const PROBE_GRACE_MS = 60_000;

export interface BacklogDispatcherParts {
  /** For a look, which is all that most steps take. */
  db: Db;
  transaction: Transaction;
  queue: DeliveryQueue;
  log: Log;
  /** How many requests to a webhook this worker has room for. */
  freeFor(webhookId: string): number;
  /** Called after deliveries were let go on. */
  onReleased(): void;
}

export interface BacklogDispatcher extends Loop {
  /** A request to this webhook has ended: if some of its deliveries wait, look now. */
  madeRoom(webhookId: string): void;
}

export function startBacklogDispatcher({
  db,
  transaction,
  queue,
  log,
  freeFor,
  onReleased,
}: BacklogDispatcherParts): BacklogDispatcher {
  let lastSeen = new Map<string, Waiting>();
  const step = async () => {
    const crowded = await webhooksWithBacklog(db);
    lastSeen = new Map(crowded.map((webhook) => [webhook.webhookId, { ...webhook, ...stillTrue(lastSeen, webhook) }]));
    let restMs = crowded.length > 0 ? LOOK_AGAIN_MS : REST_MS;
    let released = 0;
    for (const webhook of lastSeen.values()) {
      const room = webhook.isFull ? 0 : freeFor(webhook.webhookId);
      const inMs = dueInMs(webhook);
      if (inMs > 0 || room === 0) {
        if (inMs > 0) restMs = Math.min(restMs, inMs);
        continue;
      }
      const { nextAt, isByRate, ...look } = await transaction((own) =>
        releaseOne(own, queue, webhook.webhookId, Math.min(room, BATCH)),
      );
      webhook.nextAt = isByRate ? nextAt : null;
      if (nextAt) restMs = Math.min(restMs, Math.max(1, nextAt.getTime() - currentMs()));
      released += look.released;
    }
    if (released > 0) onReleased();
    return released > 0 || restMs;
  };
  const loop = startLoop('release', REST_MS, log, step, () => PACE_MS);
  return {
    ...loop,
    madeRoom: (webhookId) => {
      if (lastSeen.has(webhookId)) loop.wake();
    },
  };
}

/** What came of a look at one of them. */
interface Look {
  released: number;
  /** When more may go, if that is known. */
  nextAt: Date | null;
  /** That is not before, whatever happens meanwhile. */
  isByRate?: boolean;
}

/** A webhook whose deliveries wait. */
interface Waiting extends WebhookWithBacklog {
  /** Its rate limit lets nothing go before; null: not known. */
  nextAt: Date | null;
}

// what was found out about a webhook holds until somebody changes it: very many that wait for hours must cost nothing
function stillTrue(lastSeen: ReadonlyMap<string, Waiting>, webhook: WebhookWithBacklog): Pick<Waiting, 'nextAt'> {
  const known = lastSeen.get(webhook.webhookId);
  const isSame = known?.updatedAt.getTime() === webhook.updatedAt.getTime();
  return { nextAt: isSame ? known.nextAt : null };
}

function dueInMs({ state, openUntil, nextAt }: Waiting): number {
  if (state === 'OPEN') return (openUntil?.getTime() ?? 0) - currentMs();
  // it counted requests that were not answered yet as if they took their time
  return nextAt === null ? 0 : nextAt.getTime() - TRAVEL_MS - currentMs();
}

/**
 * One webhook's: as many as its limits and this worker have room for, or one probe when its circuit has been open long
 * enough.
 */
async function releaseOne(db: Db, queue: DeliveryQueue, webhookId: string, room: number): Promise<Look> {
  const now = currentTime();
  const webhook = await findWebhookForShare(db, webhookId);
  const circuit = (await lockCircuits(db, [webhookId])).get(webhookId);
  if (!webhook || !circuit) return { released: 0, nextAt: null };
  if (webhook.status !== 'ACTIVE') return hold(db, circuit);
  if (circuit.state !== 'CLOSED' && !(await mayProbe(db, circuit, now)))
    return { released: 0, nextAt: circuit.openUntil };
  const { free, nextAt } = await capacityOf(db, webhook, now);
  if (circuit.state !== 'CLOSED') return free > 0 ? probe(db, queue, webhook, circuit, now) : { released: 0, nextAt };
  const released = await letGo(db, queue, webhookId, Math.min(free, room), now);
  if (released < Math.min(free, room)) await leaveUncrowded(db, circuit);
  return { released, nextAt, isByRate: true };
}

// Paused or disabled: they wait for somebody to resume it, not for capacity.
async function hold(db: Db, circuit: CircuitRow): Promise<Look> {
  const held = await holdWaiting(db, circuit.webhookId, HOLD_BATCH);
  if (held < HOLD_BATCH) await leaveUncrowded(db, circuit);
  return { released: 0, nextAt: held < HOLD_BATCH ? null : currentTime() };
}

// After the pause; or, with a probe on its way, when nothing is to be expected of it: it was cancelled, or had to wait.
async function mayProbe(db: Db, { state, openUntil, probeDeliveryId }: CircuitRow, now: Date): Promise<boolean> {
  if (!openUntil || openUntil <= now) return true;
  return state === 'HALF_OPEN' && probeDeliveryId !== null && !(await isOnItsWay(db, probeDeliveryId, now));
}

async function probe(db: Db, queue: DeliveryQueue, webhook: WebhookRow, circuit: CircuitRow, now: Date): Promise<Look> {
  const [deliveryId] = await firstWaiting(db, webhook.id, 1);
  if (!deliveryId) {
    await leaveUncrowded(db, circuit);
    return { released: 0, nextAt: null };
  }
  const openUntil = new Date(now.getTime() + webhook.timeoutMs + PROBE_GRACE_MS);
  await saveCircuits(db, [{ ...circuit, state: 'HALF_OPEN', openUntil, probeDeliveryId: deliveryId }]);
  await giveNewJobs(db, queue, [deliveryId], now);
  return { released: 1, nextAt: openUntil };
}

async function letGo(db: Db, queue: DeliveryQueue, webhookId: string, atMost: number, now: Date): Promise<number> {
  const ids = atMost > 0 ? await firstWaiting(db, webhookId, atMost) : [];
  await giveNewJobs(db, queue, ids, now);
  return ids.length;
}

async function giveNewJobs(db: Db, queue: DeliveryQueue, deliveryIds: readonly string[], now: Date): Promise<void> {
  const jobs = deliveryIds.map((deliveryId) => ({ id: newId(), deliveryId, startAfter: null }));
  await giveJobs(db, jobs, now);
  await queue.insert(db, jobs);
}

// Somebody else may have locked some that wait: those are still there then.
async function leaveUncrowded(db: Db, circuit: CircuitRow): Promise<void> {
  if (await hasWaiting(db, circuit.webhookId)) return;
  await saveCircuits(db, [{ ...circuit, crowded: false }]);
}
