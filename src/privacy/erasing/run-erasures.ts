// Carries out erasures in steps. Each step is one transaction, so that another process can continue after any of them.
import { recordOwnAct } from '../../audit/write-audit-entry';
import { releaseSuccessors } from '../../delivery/capacity/document-ordering';
import { cancelDeliveries, skipErased } from '../../delivery/capacity/waiting.store';
import { lockDeliveries, requestCancel } from '../../delivery/commands/delivery-commands.store';
import { notifyDeliveries } from '../../delivery/queue/queue.store';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { currentMs, currentTime } from '../../time/clock';
import { FIRST_ID } from '../../values/ids';
import { webhooksForUpdate } from '../../webhooks/webhook.store';
import { lockCircuits } from '../../webhooks/webhook-circuit.store';
import { countErased, type ErasureRow, endPass, isOrderSealed, takeErasure } from '../erasure.store';
import { keepHolds, wasHoldReleasedSince } from '../legal-hold.store';
import {
  type ErasedRows,
  type ErasedUser,
  eraseRows,
  eraseUser,
  familiesOf,
  leaveFanOut,
  type Obstacle,
  type Obstacles,
  ownEventsAbout,
  pendingDeliveries,
  type StepRows,
  type Targets,
  targetsOfPerson,
} from './erased-rows.store';
import type { ErasureJournal } from './journal';
import { LEASE_MS } from './order-erasure';

export interface ErasingParts {
  db: Db;
  transaction: Transaction;
  journal: ErasureJournal;
}

/** Events in one step; each has a delivery for each webhook that it went to. */
const EVENTS = 50;
/** Until what is pending, or is not sealed yet, is tried again. */
const SOON_MS = 1_000;
/** Until what is held is tried again; the release of a hold does not wait for it. */
const LATER_MS = 600_000;
/** How long before its commit a hold says that it was released. */
const RELEASING_MS = 2_000;

/** What may last for days. */
const LONG: readonly Obstacle[] = ['HOLD', 'MINIMUM', 'IN_USE'];

const BECAUSE: { readonly [Name in Obstacle]: string } = {
  HOLD: 'A legal hold covers them.',
  MINIMUM: 'The minimum for which they are kept has not passed.',
  PENDING: 'They are being sent.',
  UNSEALED: 'They are not sealed yet.',
  IN_USE: 'A replay that is open or an export that is valid names them, and the order was not approved.',
};

/** Carries out the erasure that is due. @returns whether there was one */
export async function eraseNext(parts: ErasingParts): Promise<boolean> {
  const { db } = parts;
  const now = currentTime();
  const erasure = await takeErasure(db, now, new Date(now.getTime() + LEASE_MS));
  if (!erasure) return false;
  if (!(await isOrderSealed(db, erasure.id))) {
    // at least one: a person without events is still to be erased
    await report(db, erasure, { UNSEALED: Math.max(1, erasure.rowCount) });
    return true;
  }
  await eraseOrdered(parts, erasure);
  return true;
}

/** Carries out an order, and reports its progress. @returns the number of rows that were erased */
export async function eraseOrdered(parts: ErasingParts, erasure: ErasureRow): Promise<number> {
  const { db } = parts;
  const begun = currentMs();
  const obstacles: Obstacles = {};
  const addAll = (found: Obstacles) => {
    for (const [why, count] of Object.entries(found) as [Obstacle, number][]) {
      obstacles[why] = (obstacles[why] ?? 0) + count;
    }
  };
  let erased = 0;
  const erase = async (targets: Targets) => {
    const step = await eraseStep(parts, erasure, await familiesOf(db, targets));
    erased += step.events.length + step.deliveries.length + step.requests.length;
    addAll(step.obstacles);
  };
  for await (const targets of pagesOf(db, erasure)) {
    const own = await ownEventsAbout(db, targets.events, erasure.id);
    await erase({ ...targets, events: [...new Set([...targets.events, ...own])] });
  }
  if (erasure.kind === 'PERSON') addAll((await erasePerson(parts, erasure)).obstacles);
  // about replays that named what is erased, which are known now
  const events = await ownEventsAbout(db, [], erasure.id);
  if (events.length > 0) await erase({ events, requests: [] });
  await parts.transaction((own) => report(own, erasure, obstacles, begun));
  return erased;
}

/** Erases these rows in one transaction, after what is pending of them was ended in another. */
async function eraseStep(
  { transaction, journal }: ErasingParts,
  { id }: Pick<ErasureRow, 'id'>,
  rows: StepRows,
): Promise<ErasedRows> {
  await transaction((db) => endPending(db, rows));
  return transaction(async (db) => {
    const erased = await eraseAndCount(db, id, rows);
    const { events, deliveries, requests } = erased;
    // before the commit: what was erased is in the journal, whenever the process ends
    if (events.length + deliveries.length + requests.length > 0) {
      await journal.append({ at: currentTime().toISOString(), erasure: id, events, deliveries, requests, user: null });
    }
    return erased;
  });
}

/** Other processes do not take the erasure for another minute. */
export async function eraseAndCount(db: Db, id: string, rows: StepRows): Promise<ErasedRows> {
  const erased = await eraseRows(db, id, rows);
  const count = erased.events.length + erased.deliveries.length + erased.requests.length;
  await countErased(db, id, count, new Date(currentMs() + LEASE_MS));
  return erased;
}

async function erasePerson({ transaction, journal }: ErasingParts, { id, userId }: ErasureRow): Promise<ErasedUser> {
  return transaction(async (db) => {
    const user = await eraseUser(db, id);
    if (user.erased) {
      const nothing = { events: [], deliveries: [], requests: [] };
      await journal.append({ at: currentTime().toISOString(), erasure: id, ...nothing, user: userId });
    }
    return user;
  });
}

function pagesOf(db: Db, { kind, userId, eventIds, requestIds }: ErasureRow) {
  if (kind === 'PERSON' && userId !== null) return pagesOfPerson(db, userId, EVENTS);
  return pagesOfTargets({ events: eventIds, requests: requestIds }, EVENTS);
}

/** @param begun when the pass began that found the obstacles */
export async function report(db: Db, erasure: ErasureRow, obstacles: Obstacles, begun = currentMs()): Promise<void> {
  const names = Object.keys(obstacles) as Obstacle[];
  const deferredCount = names.reduce((sum, name) => sum + (obstacles[name] ?? 0), 0);
  const deferredReason = names.length > 0 ? names.map((name) => BECAUSE[name]).join(' ') : null;
  const subject = { subjectType: 'Erasure', subjectId: erasure.id };
  if (deferredCount === 0) {
    const done = { deferredCount, deferredReason, nextStepAt: null, finishedAt: currentTime() };
    const rows = await endPass(db, erasure.id, { status: 'DONE', ...done });
    if (rows !== null) await recordOwnAct(db, { action: 'erasure.done', ...subject, details: { rows } });
    return;
  }
  const isLong = LONG.some((name) => names.includes(name));
  const status = isLong ? 'DEFERRED' : erasure.status;
  // it may have been read before its release, which has hastened the erasure too early
  const isReleased = isLong && (await wasHoldReleasedSince(db, new Date(begun - RELEASING_MS)));
  const nextStepAt = new Date(currentMs() + (isLong && !isReleased ? LATER_MS : SOON_MS));
  const rows = await endPass(db, erasure.id, { status, deferredCount, deferredReason, nextStepAt, finishedAt: null });
  if (rows !== null && isLong && erasure.status !== 'DEFERRED') {
    const details = { rows: deferredCount, deferredReason };
    await recordOwnAct(db, { action: 'erasure.deferred', ...subject, details });
  }
}

// Ends what is still to be sent of content that is to be erased: as a skip, or after the attempt that is on the wire.

/** Deliveries and events that a legal hold covers continue. */
async function endPending(db: Db, rows: StepRows): Promise<void> {
  await keepHolds(db);
  await leaveFanOut(db, rows.events, currentTime());
  const pending = await pendingDeliveries(db, rows.deliveries);
  if (pending.length === 0) return;
  const webhookIds = [...new Set(pending.map(({ webhookId }) => webhookId))].sort();
  // committing an outcome locks the webhook for share: it must not schedule a further attempt after this
  await webhooksForUpdate(db, webhookIds);
  await lockCircuits(db, webhookIds);
  const deliveries = await lockDeliveries(
    db,
    pending.map(({ id }) => id),
  );
  const open = deliveries.filter(({ status }) => status === 'PENDING' || status === 'RETRYING');
  for (const { id } of open.filter(({ openRequestId }) => openRequestId !== null)) await requestCancel(db, id);
  const waiting = open.filter(({ openRequestId }) => openRequestId === null);
  await skipErased(db, idsOf(waiting), currentTime());
  const blocking = deliveries.filter(({ status, blocks }) => status === 'EXHAUSTED' && blocks);
  await cancelDeliveries(db, idsOf(blocking), currentTime());
  const released = [...waiting.filter(({ blocks }) => blocks), ...blocking];
  if (released.length === 0) return;
  await releaseSuccessors(db, idsOf(released));
  await notifyDeliveries(db);
}

const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

// Where the passes over limits begin, so that a pass does not read again all that earlier ones have erased.

const DAY_MS = 86_400_000;

/** Kept in memory: a process that starts reads everything once. */
export class PassPositions {
  private readonly last = new Map<string, string>();
  private beganAt = Number.NEGATIVE_INFINITY;

  /** Once a day a pass begins at the oldest row, for rows that a hold, a minimum or an open delivery kept. */
  begin(now: number): void {
    if (now - this.beganAt < DAY_MS) return;
    this.last.clear();
    this.beganAt = now;
  }

  /** The last row that was read; before the first pass, FIRST_ID. */
  of(scope: string): string {
    return this.last.get(scope) ?? FIRST_ID;
  }

  read(scope: string, id: string): void {
    this.last.set(scope, id);
  }
}

// The events and requests of an order or a file, some at a time.

export function* pagesOfTargets({ events, requests }: Targets, size: number): Generator<Targets> {
  for (let at = 0; at < Math.max(events.length, requests.length); at += size) {
    yield { events: events.slice(at, at + size), requests: requests.slice(at, at + size) };
  }
}

/** All events of a person, then their requests without an event. @param last the last id; left out: also those that are made meanwhile */
export async function* pagesOfPerson(db: Db, userId: string, size: number, last?: string): AsyncGenerator<Targets> {
  for (const kind of ['events', 'requests'] as const) {
    for (let after = FIRST_ID; ; ) {
      const { [kind]: read } = await targetsOfPerson(db, userId, after, size);
      const found = last === undefined ? read : read.filter((id) => id <= last);
      if (found.length > 0) yield { events: [], requests: [], [kind]: found };
      if (found.length < size) break;
      after = found.at(-1) as string;
    }
  }
}
