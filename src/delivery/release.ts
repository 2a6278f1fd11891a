// Beside the queue: lets deliveries that wait for their webhook's capacity go on, oldest first.
import { newId } from '../ids';
import type { Log } from '../log';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { findWebhookForShare, type WebhookRow } from '../webhooks/webhook.store';
import { type CircuitRow, crowdedWebhooks, lockCircuits, saveCircuits } from '../webhooks/webhook-circuit.store';
import { capacityOf } from './limits';
import { type Loop, startLoop } from './loop';
import type { DeliveryQueue } from './queue';
import { firstWaiting, giveJobs, hasWaiting, holdWaiting } from './waiting.store';

const REST_MS = 1_000;
/** While something waits: another process may have made room. */
const LOOK_AGAIN_MS = 500;
/** What was let go should be on the wire, and be counted, before more is. */
const PACE_MS = 20;
const BATCH = 250;
const HOLD_BATCH = 10_000;
/** A probe that has not come back by then is lost, and another one goes. */
const PROBE_GRACE_MS = 60_000;

export interface ReleaseParts {
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

export interface Release extends Loop {
  /** A request to this webhook has ended: if some of its deliveries wait, look now. */
  madeRoom(webhookId: string): void;
}

export function startRelease({ db, transaction, queue, log, freeFor, onReleased }: ReleaseParts): Release {
  let lastSeen = new Set<string>();
  const step = async () => {
    const crowded = await crowdedWebhooks(db);
    lastSeen = new Set(crowded.map((circuit) => circuit.webhookId));
    let restMs = crowded.length > 0 ? LOOK_AGAIN_MS : REST_MS;
    let released = 0;
    for (const circuit of crowded) {
      const opensInMs = circuit.state === 'CLOSED' ? 0 : (circuit.openUntil?.getTime() ?? 0) - Date.now();
      const room = freeFor(circuit.webhookId);
      if (opensInMs <= 0 && room > 0) {
        const step = await transaction((own) => releaseOne(own, queue, circuit.webhookId, Math.min(room, BATCH)));
        released += step.released;
        if (step.nextAt) restMs = Math.min(restMs, Math.max(1, step.nextAt.getTime() - Date.now()));
      } else if (opensInMs > 0) restMs = Math.min(restMs, opensInMs);
    }
    if (released > 0) onReleased();
    return released > 0 ? true : restMs;
  };
  const loop = startLoop('release', REST_MS, log, step, PACE_MS);
  return {
    ...loop,
    madeRoom: (webhookId) => {
      if (lastSeen.has(webhookId)) loop.wake();
    },
  };
}

/**
 * One webhook's: as many as its limits and this worker have room for, or one probe when its circuit has been open long
 * enough. @returns how many, and when more may go if that is known
 */
export async function releaseOne(
  db: Db,
  queue: DeliveryQueue,
  webhookId: string,
  room: number,
): Promise<{ released: number; nextAt: Date | null }> {
  const now = new Date();
  const webhook = await findWebhookForShare(db, webhookId);
  const circuit = (await lockCircuits(db, [webhookId])).get(webhookId);
  if (!webhook || !circuit) return { released: 0, nextAt: null };
  if (webhook.status !== 'ACTIVE') return hold(db, circuit);
  if (circuit.state !== 'CLOSED') return probe(db, queue, webhook, circuit, now);
  const { free, nextAt } = await capacityOf(db, webhook, now);
  const released = await letGo(db, queue, webhookId, Math.min(free, room), now);
  if (released < Math.min(free, room)) await leaveUncrowded(db, circuit);
  return { released, nextAt };
}

// Paused or disabled: they wait for somebody to resume it, not for capacity.
async function hold(db: Db, circuit: CircuitRow): Promise<{ released: number; nextAt: Date | null }> {
  const held = await holdWaiting(db, circuit.webhookId, HOLD_BATCH);
  if (held < HOLD_BATCH) await leaveUncrowded(db, circuit);
  return { released: 0, nextAt: held < HOLD_BATCH ? null : new Date() };
}

async function probe(
  db: Db,
  queue: DeliveryQueue,
  webhook: WebhookRow,
  circuit: CircuitRow,
  now: Date,
): Promise<{ released: number; nextAt: Date | null }> {
  if (circuit.openUntil && circuit.openUntil > now) return { released: 0, nextAt: circuit.openUntil };
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
