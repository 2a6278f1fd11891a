// `totalCount` of every filter of the large lists: each answers in time, stops at its maximum, or is refused by its price
// with a sentence that names filters with an index.
import { ask } from '../dashboard/ask';
import type { Database } from '../database';
import type { Target } from '../load';
import { type LargeList, testsOf } from './filter-tests';

export interface WalkedList {
  list: string;
  filters: number;
  /** Numbers of tests, by what became of them. */
  counted: number;
  atMaximum: number;
  refused: number;
  /** Of those that are answered, the slowest first. */
  slowest: { test: string; ms: number }[];
  /** Tests that are answered too late, or with another error. */
  faults: string[];
}

const LISTS: readonly LargeList[] = [
  { list: 'webhookRequestLogs', type: 'WebhookRequestLog', table: 'webhook_request_logs' },
  { list: 'deliveries', type: 'Delivery', table: 'deliveries' },
  { list: 'businessEvents', type: 'BusinessEvent', table: 'business_events' },
];

/** The target of searches and link filters, which these are. */
export const FILTER_BAR_MS = 300;
/** Each is asked so often after a first time. */
export const TIMES = 5;
const SLOWEST = 5;

export async function walkFilters(database: Database, target: Target): Promise<WalkedList[]> {
  const walked: WalkedList[] = [];
  for (const each of LISTS) walked.push(await walk(database, target, each));
  return walked;
}

async function walk(database: Database, target: Target, large: LargeList): Promise<WalkedList> {
  const { filters, tests } = await testsOf(database, target, large);
  const found: WalkedList = {
    list: large.list,
    filters,
    counted: 0,
    atMaximum: 0,
    refused: 0,
    slowest: [],
    faults: [],
  };
  for (const where of tests) {
    const test = JSON.stringify(where);
    try {
      const { ms, isExact } = await slowestOf(target, large, where);
      if (isExact) found.counted += 1;
      else found.atMaximum += 1;
      found.slowest.push({ test, ms });
      if (ms > FILTER_BAR_MS) found.faults.push(`${test}: ${ms.toFixed(0)} ms`);
    } catch (error) {
      const { message } = error as Error;
      if (/has no index.*add a filter by/.test(message)) found.refused += 1;
      else found.faults.push(`${test}: ${message}`);
    }
  }
  found.slowest = found.slowest.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST);
  return found;
}

async function slowestOf(target: Target, { list, type }: LargeList, where: object) {
  const query = `query ($where: ${type}Where) { list: ${list}(where: $where) { totalCount totalCountIsExact } }`;
  const times: number[] = [];
  let isExact = true;
  for (let time = 0; time <= TIMES; time += 1) {
    const start = performance.now();
    const { list: counted } = await ask<{ list: { totalCountIsExact: boolean } }>(target, query, { where });
    if (time > 0) times.push(performance.now() - start);
    isExact = counted.totalCountIsExact;
  }
  return { ms: Math.max(...times), isExact };
}
