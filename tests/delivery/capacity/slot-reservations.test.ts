import { setTimeout as wait } from 'node:timers/promises';
import { isPromise } from 'node:util/types';
import { createSlotReservations } from '../../../src/delivery/capacity/slot-reservations';
import { createWorkerCapacity, type WorkerCapacity } from '../../../src/delivery/capacity/worker-capacity';
import { NO_SLOTS, type SlotReservation } from '../../../src/events/publisher';

const SLOTS = 8;
/** The outbox is empty: a call waits only for slots. */
const goesAtOnce = () => false;

const slotsOf = (webhookId: string, slots: number) => new Map([[webhookId, slots]]);

/** Requests whose answers have come: their slots are freed when the outcomes are committed. */
function takeSlots(capacity: WorkerCapacity, webhookId: string, slots: number): void {
  const now = performance.now();
  for (let n = 0; n < slots; n += 1) {
    capacity.acquire(webhookId, now);
    capacity.begun(webhookId, now);
    capacity.answered(webhookId, now);
  }
}

/** What each has got so far; null: it waits. */
async function soFar(reserving: readonly (SlotReservation | Promise<SlotReservation>)[]) {
  return Promise.all(reserving.map((each) => Promise.race([each, wait(20, null)])));
}

test('takes slots of each webhook at once while there are enough, and frees them once', () => {
  const capacity = createWorkerCapacity(SLOTS);
  const { reserve } = createSlotReservations(capacity);
  const reserved = reserve(new Map([...slotsOf('one', 2), ...slotsOf('other', 1)]), goesAtOnce) as SlotReservation;
  expect([capacity.free(), capacity.freeFor('one'), capacity.freeFor('other')]).toEqual([5, 2, 2]);
  reserved.release();
  reserved.release();
  expect([capacity.free(), capacity.freeFor('one')]).toEqual([8, 4]);
});

test('what wants no slots gets none, also while others wait', () => {
  const capacity = createWorkerCapacity(SLOTS);
  const reservations = createSlotReservations(capacity);
  takeSlots(capacity, 'fast', 4);
  expect(isPromise(reservations.reserve(slotsOf('fast', 1), goesAtOnce))).toBe(true);
  expect(reservations.reserve(new Map(), goesAtOnce)).toBe(NO_SLOTS);
  reservations.stop();
});

test('a call that waits gets slots when enough are free, in the order of coming; other webhooks do not wait', async () => {
  const capacity = createWorkerCapacity(SLOTS);
  const { reserve } = createSlotReservations(capacity);
  takeSlots(capacity, 'fast', 4);
  const [first, second] = [reserve(slotsOf('fast', 3), goesAtOnce), reserve(slotsOf('fast', 1), goesAtOnce)];
  const other = reserve(slotsOf('other', 1), goesAtOnce) as SlotReservation;
  expect(other.slots).toEqual(slotsOf('other', 1));
  other.release();
  capacity.release('fast', performance.now(), 2);
  // it would have slots, but another one came before
  expect(await soFar([first, second])).toEqual([null, null]);
  capacity.release('fast', performance.now(), 2);
  expect((await first).slots).toEqual(slotsOf('fast', 3));
  expect((await second).slots).toEqual(slotsOf('fast', 1));
  expect(capacity.freeFor('fast')).toBe(0);
});

test('a call that comes while another one waits does not take the slots that are freed for it', async () => {
  const capacity = createWorkerCapacity(SLOTS);
  const reservations = createSlotReservations(capacity);
  takeSlots(capacity, 'fast', 4);
  const waiting = reservations.reserve(slotsOf('fast', 2), goesAtOnce);
  capacity.release('fast', performance.now());
  expect([isPromise(waiting), isPromise(reservations.reserve(slotsOf('fast', 1), goesAtOnce))]).toEqual([true, true]);
  reservations.stop();
});

test('a call that must wait although there are slots gets them when it need not, and one for a slow webhook does not wait', async () => {
  const capacity = createWorkerCapacity(SLOTS);
  const { reserve } = createSlotReservations(capacity);
  let must = true;
  const waiting = reserve(slotsOf('idle', 2), () => must);
  expect([await soFar([waiting]), capacity.freeFor('idle')]).toEqual([[null], 4]);
  must = false;
  const reserved = await waiting;
  expect(reserved.slots).toEqual(slotsOf('idle', 2));
  reserved.release();
  expect(reserve(slotsOf('idle', 5), () => true)).toBe(NO_SLOTS);
  expect(await reserve(slotsOf('idle', 1), () => true)).toBe(NO_SLOTS);
});

test('a call that waits in vain gets no slots', async () => {
  const capacity = createWorkerCapacity(SLOTS);
  const { reserve } = createSlotReservations(capacity);
  takeSlots(capacity, 'fast', 4);
  expect(await reserve(slotsOf('fast', 1), goesAtOnce)).toBe(NO_SLOTS);
  expect(capacity.free()).toBe(4);
});

test('no call waits for a webhook that is slow, for more than a webhook can get, and after the stop', async () => {
  const capacity = createWorkerCapacity(SLOTS);
  const reservations = createSlotReservations(capacity);
  expect(reservations.reserve(slotsOf('idle', 5), goesAtOnce)).toBe(NO_SLOTS);
  const longAgo = performance.now() - 1_000;
  for (let n = 0; n < 4; n += 1) {
    capacity.acquire('slow', longAgo);
    capacity.begun('slow', longAgo);
  }
  expect(reservations.reserve(slotsOf('slow', 1), goesAtOnce)).toBe(NO_SLOTS);
  takeSlots(capacity, 'fast', 2);
  const waiting = reservations.reserve(slotsOf('fast', 2), goesAtOnce);
  expect(isPromise(waiting)).toBe(true);
  reservations.stop();
  expect(await waiting).toBe(NO_SLOTS);
  expect(reservations.reserve(slotsOf('other', 1), goesAtOnce)).toBe(NO_SLOTS);
});
