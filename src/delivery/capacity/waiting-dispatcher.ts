// Deliveries that wait for the capacity of their webhook have no job. This loop gives them jobs, oldest first, as the
// circuits, the limits and the slots of this worker allow.
import { LRUCache } from 'lru-cache';
import type { Log } from '../../logging/log';
import { batched } from '../../sql/batched-statements';
import { isLockTimeout, isUnrelatedToRows } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { createNoteFailedTogether } from '../../sql/sharing/failed-together';
import type { Transaction } from '../../sql/transactions';
import { currentMs, currentTime } from '../../time/clock';
import { type Loop, startLoop } from '../../time/loop';
import { toNodeId } from '../../values/ids';
import { findWebhookForShare, type WebhookRow } from '../../webhooks/webhook.store';
import {
  type CircuitRow,
  lockCircuits,
  saveCircuits,
  type WebhookWithWaiting,
  webhooksWithWaiting,
} from '../../webhooks/webhook-circuit.store';
import { ALONE } from '../queue/dead-letters';
import { mayProbe, probedBy } from './circuit-probe';
import type { LockedRows } from './locked-rows.store';
import { giveNewJobs } from './queue-backlog';
import { capacityOf, TRAVEL_MS } from './rate-and-concurrency';
import { firstWaiting, hasWaiting, holdWaiting } from './waiting.store';

const REST_MS = 1_000;
/** While there are any: another process may have freed capacity. */
const REST_WITH_WAITING_MS = 500;
/** Dispatched deliveries should have begun, and be counted, before more are dispatched. */
const PAUSE_MS = 20;
const BATCH = 250;
const HOLD_BATCH = 10_000;
const BROKEN_MS = 10_000;
const MAX_BROKEN = 1_000;

export interface WaitingDispatcherParts {
  /** For reads without a transaction, which are all that most steps do. */
  db: Db;
  transaction: Transaction;
  log: Log;
  locked: LockedRows;
  /** The number of slots of this worker that a webhook may take. */
  freeFor(webhookId: string): number;
  /** Called after deliveries got jobs. */
  onDispatched(): void;
}

export interface WaitingDispatcher extends Loop {
  /** Call when a request to this webhook has ended: if deliveries wait for it, the loop runs at once. */
  slotFreed(webhookId: string): void;
}

export function startWaitingDispatcher({
  db,
  transaction,
  log,
  locked,
  freeFor,
  onDispatched,
}: WaitingDispatcherParts): WaitingDispatcher {
  let waiting = new Map<string, Waiting>();
  /** Of webhooks for which a transaction has failed: how many deliveries get their jobs each by itself. */
  const singly = new Map<string, number>();
  /** Deliveries that could get no job by themselves, and until when none is given to them. */
  const broken = new LRUCache<string, true>({ max: MAX_BROKEN, ttl: BROKEN_MS });

  const notTogether = createNoteFailedTogether('waiting', log);

  // One delivery with which something in the database is wrong must stop neither the others of its webhook nor other webhooks.
  async function dispatchWhole(webhookId: string, slots: number): Promise<Dispatched> {
    if (locked.has(webhookId)) return LOCKED;
    const left = singly.get(webhookId) ?? 0;
    const except = [...broken.keys()];
    if (left > 1) singly.set(webhookId, left - 1);
    else singly.delete(webhookId);
    try {
      if (left === 0) return await transaction((own) => dispatch(own, webhookId, slots, except));
      return await transaction((own) => dispatch(own, webhookId, 1, except), ALONE);
    } catch (error) {
      if (isUnrelatedToRows(error)) throw error;
      if (isLockTimeout(error) && (await locked.look({ webhookIds: [webhookId] }))) return LOCKED;
      const [first] = await firstWaiting(db, webhookId, 1, except);
      if (first === undefined) throw error;
      if (left === 0) {
        notTogether(error);
        singly.set(webhookId, slots);
        return { dispatched: 0, nextAt: null };
      }
      broken.set(first, true);
      log.error({ delivery: toNodeId('Delivery', first), err: error }, 'a waiting delivery cannot be made due');
      return { dispatched: 0, nextAt: null };
    }
  }

  const step = async () => {
    const found = await webhooksWithWaiting(batched(db));
    waiting = new Map(found.map((webhook) => [webhook.webhookId, { ...webhook, ...knownNextAt(waiting, webhook) }]));
    if (found.length === 0) return false;
    let restMs = REST_WITH_WAITING_MS;
    let dispatched = 0;
    for (const webhook of waiting.values()) {
      const slots = webhook.isFull ? 0 : freeFor(webhook.webhookId);
      const inMs = msUntilNext(webhook);
      if (inMs > 0 || slots === 0) {
        if (inMs > 0) restMs = Math.min(restMs, inMs);
        continue;
      }
      const { nextAt, isByRate, ...result } = await dispatchWhole(webhook.webhookId, Math.min(slots, BATCH));
      webhook.nextAt = isByRate ? nextAt : null;
      if (nextAt) restMs = Math.min(restMs, Math.max(1, nextAt.getTime() - currentMs()));
      dispatched += result.dispatched;
    }
    if (dispatched > 0) onDispatched();
    return dispatched > 0 || restMs;
  };
  const loop = startLoop('waiting dispatcher', REST_MS, log, step, () => PAUSE_MS);
  return {
    ...loop,
    slotFreed: (webhookId) => {
      if (waiting.has(webhookId)) loop.wake();
    },
  };
}

interface Dispatched {
  dispatched: number;
  /** When more may be dispatched, if that is known. */
  nextAt: Date | null;
  /** `nextAt` comes from the rate limit: nothing can be dispatched before, whatever changes. */
  isByRate?: boolean;
}

const LOCKED: Dispatched = { dispatched: 0, nextAt: null };

interface Waiting extends WebhookWithWaiting {
  /** The rate limit allows nothing before; null: not known. */
  nextAt: Date | null;
}

// Valid until the webhook is changed: thousands of webhooks that wait for hours must cost no transactions.
function knownNextAt(waiting: ReadonlyMap<string, Waiting>, webhook: WebhookWithWaiting): Pick<Waiting, 'nextAt'> {
  const known = waiting.get(webhook.webhookId);
  const isSame = known?.updatedAt.getTime() === webhook.updatedAt.getTime();
  return { nextAt: isSame ? known.nextAt : null };
}

function msUntilNext({ state, openUntil, nextAt }: Waiting): number {
  if (state === 'OPEN') return (openUntil?.getTime() ?? 0) - currentMs();
  // it assumes TRAVEL_MS for requests that were not answered yet, and they may be answered sooner
  return nextAt === null ? 0 : nextAt.getTime() - TRAVEL_MS - currentMs();
}

/**
 * Gives jobs to deliveries of one webhook: as many as its limits and `slots` allow, or one probe when its circuit has
 * been open long enough.
 */
async function dispatch(db: Db, webhookId: string, slots: number, except: readonly string[]): Promise<Dispatched> {
  const now = currentTime();
  const webhook = await findWebhookForShare(db, webhookId);
  const circuit = (await lockCircuits(db, [webhookId])).get(webhookId);
  if (!webhook || !circuit) return { dispatched: 0, nextAt: null };
  if (webhook.status !== 'ACTIVE') return hold(db, circuit);
  if (circuit.state !== 'CLOSED' && !(await mayProbe(db, circuit, now)))
    return { dispatched: 0, nextAt: circuit.openUntil };
  const { free, nextAt } = await capacityOf(db, webhook, now);
  if (circuit.state !== 'CLOSED')
    return free > 0 ? probe(db, webhook, circuit, now, except) : { dispatched: 0, nextAt };
  const dispatched = await dispatchFirst(db, webhookId, Math.min(free, slots), except);
  if (dispatched < Math.min(free, slots)) await clearWaiting(db, circuit);
  return { dispatched, nextAt, isByRate: true };
}

// Deliveries of a paused or disabled webhook wait until it is resumed, not for capacity.
async function hold(db: Db, circuit: CircuitRow): Promise<Dispatched> {
  const held = await holdWaiting(db, circuit.webhookId, HOLD_BATCH);
  if (held < HOLD_BATCH) await clearWaiting(db, circuit);
  return { dispatched: 0, nextAt: held < HOLD_BATCH ? null : currentTime() };
}

async function probe(
  db: Db,
  webhook: WebhookRow,
  circuit: CircuitRow,
  now: Date,
  except: readonly string[],
): Promise<Dispatched> {
  const [deliveryId] = await firstWaiting(db, webhook.id, 1, except);
  if (!deliveryId) {
    await clearWaiting(db, circuit);
    return { dispatched: 0, nextAt: null };
  }
  const probed = probedBy(circuit, deliveryId, webhook.timeoutMs, now);
  await saveCircuits(db, [probed]);
  await giveNewJobs(db, [deliveryId]);
  return { dispatched: 1, nextAt: probed.openUntil };
}

async function dispatchFirst(db: Db, webhookId: string, atMost: number, except: readonly string[]): Promise<number> {
  const ids = atMost > 0 ? await firstWaiting(db, webhookId, atMost, except) : [];
  await giveNewJobs(db, ids);
  return ids.length;
}

// Waiting deliveries that another transaction had locked were not found, and still wait.
async function clearWaiting(db: Db, circuit: CircuitRow): Promise<void> {
  if (await hasWaiting(db, circuit.webhookId)) return;
  await saveCircuits(db, [{ ...circuit, hasWaiting: false }]);
}
