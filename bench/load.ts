import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from './api';
import { clockMs } from './clock';
import type { Tally } from './tally';

export const BATCH = 100;
const PUBLISHERS = 4;

/** A submitted invoice of about 700 bytes, as an ERP sends it. */
export function eventJson(number: number, documentType = 'Sales Invoice'): string {
  const name = `ACC-SINV-2025-${String(number).padStart(7, '0')}`;
  return (
    `{"documentType":"${documentType}","event":"on_submit","referenceDocument":"${name}","data":` +
    `{"benchNumber":${number},"doctype":"${documentType}","name":"${name}","company":"Example Trading LLC",` +
    '"customer":"CUST-00042","customer_name":"Al Noor Trading","posting_date":"2025-11-24","currency":"SAR",' +
    `"items":[${ITEM},${ITEM},${ITEM}],"total":1685.40,"total_taxes_and_charges":252.81,"grand_total":1938.21,` +
    '"outstanding_amount":1938.21,"status":"Unpaid"}}'
  );
}
const ITEM =
  '{"item_code":"SKU-1007","item_name":"Printer paper A4","qty":5,"rate":112.36,"amount":561.80,"uom":"Box"}';

/**
 * Publishes so many events in batches of 100, several publishers at once, each as fast as it is answered.
 * @param mayGoOn asked before each batch: resolves when there is room for it, false ends it all
 * @returns how many were published
 */
export async function publishBatches(
  api: Api,
  tally: Tally,
  count: number,
  mayGoOn: () => Promise<boolean> = async () => true,
): Promise<number> {
  let left = count;
  let published = 0;
  const publisher = async () => {
    while (left > 0 && (await mayGoOn())) {
      const size = Math.min(BATCH, left);
      left -= size;
      await api.publish(Array.from({ length: size }, () => eventJson(tally.next())));
      published += size;
    }
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, publisher));
  return published;
}

/**
 * Publishes single events at a fixed rate, whatever the answers do (an open loop): an event counts from the moment when
 * it was due, so that a slow answer cannot hide the wait of those behind it.
 */
export async function publishAtRate(api: Api, tally: Tally, perSecond: number, seconds: number): Promise<void> {
  const start = clockMs();
  const count = perSecond * seconds;
  const underWay: Promise<void>[] = [];
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor(((clockMs() - start) / 1000) * perSecond) + 1);
    for (; sent < due; sent += 1) {
      const at = start + (sent / perSecond) * 1000;
      underWay.push(api.publish([eventJson(tally.next(at))]));
    }
    await wait(1);
  }
  await Promise.all(underWay);
}
