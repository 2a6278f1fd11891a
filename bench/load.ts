import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from './api';
import { clockMs } from './clock';
import type { Tally } from './tally';

export const BATCH = 100;
/** What the webhook of most figures wants. */
export const DOCUMENT_TYPE = 'Sales Invoice';
const PUBLISHERS = 4;

/** A submitted invoice of about 700 bytes, as an ERP sends it. */
export function eventJson(number: number, documentType = DOCUMENT_TYPE): string {
  const name = `ACC-SINV-2025-${String(number).padStart(7, '0')}`;
  return (
    `{"documentType":"${documentType}","event":"on_submit","referenceDocument":"${name}",` +
    `"data":{"benchNumber":${number},"doctype":"${documentType}","name":"${name}","company":"Example Trading LLC",` +
    '"customer":"CUST-00042","customer_name":"Al Noor Trading","posting_date":"2025-11-24","currency":"SAR",' +
    `"items":[${ITEM},${ITEM},${ITEM}],"total":1685.40,"total_taxes_and_charges":252.81,"grand_total":1938.21,` +
    '"outstanding_amount":1938.21,"status":"Unpaid"}}'
  );
}
const ITEM =
  '{"item_code":"SKU-1007","item_name":"Printer paper A4","qty":5,"rate":112.36,"amount":561.80,"uom":"Box"}';

/** The same event as a call of its own publishes it, as in the README: with a user and an idempotency key. */
export function singleEventJson(number: number): string {
  return `{"user":"jane@example.com","idempotencyKey":"bench-${number}",${eventJson(number).slice(1)}`;
}

/** Calls so often, each connection as fast as it is answered; a call that fails ends the calls of all. */
export async function callFlatOut(count: number, connections: number, call: () => Promise<void>): Promise<void> {
  let left = count;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      await call().catch((error) => {
        left = 0;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: connections }, caller));
}

/**
 * Publishes so many events in batches of 100, several publishers at once, each as fast as it is answered.
 * @param room asked before each batch: resolves when there is room for it
 */
export async function publishBatches(
  api: Api,
  tally: Tally,
  count: number,
  room: () => Promise<void> = async () => {},
): Promise<void> {
  let left = count;
  const publisher = async () => {
    while (left > 0) {
      await room();
      // another publisher may have taken the rest meanwhile
      const size = Math.min(BATCH, left);
      if (size === 0) return;
      left -= size;
      await api.publish(Array.from({ length: size }, () => eventJson(tally.next())));
    }
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, publisher));
}

export interface Rate {
  /** Events. */
  perSecond: number;
  perCall: number;
  seconds: number;
}

/** Publishes at a fixed rate; an event counts from the moment when its call was due. Single ones as in the README. */
export function publishAtRate(api: Api, tally: Tally, { perSecond, perCall, seconds }: Rate): Promise<void> {
  const json = perCall === 1 ? singleEventJson : eventJson;
  return callAtRate({ perSecond: perSecond / perCall, seconds }, (at) =>
    api.publish(Array.from({ length: perCall }, () => json(tally.next({ at })))),
  );
}

/**
 * Calls at a fixed rate, whatever the answers do (an open loop).
 * @param call gets the moment when it was due, of `clockMs`: a slow answer must not hide the wait of those behind it
 */
export async function callAtRate(
  { perSecond, seconds }: { perSecond: number; seconds: number },
  call: (at: number) => Promise<void>,
): Promise<void> {
  const start = clockMs();
  const everyMs = 1000 / perSecond;
  const calls = Math.floor(seconds * perSecond);
  const underWay: Promise<void>[] = [];
  while (underWay.length < calls) {
    const due = Math.min(calls, Math.floor((clockMs() - start) / everyMs) + 1);
    while (underWay.length < due) underWay.push(call(start + underWay.length * everyMs));
    await wait(1);
  }
  await Promise.all(underWay);
}
