// Every filter of the large lists, in both directions: the first page, the tenth, and their counts. None is refused, each answers in time.
import { ask } from './ask';
import type { Database } from './database';
import { type LargeList, testsOf } from './filter-tests';
import type { Target } from './load';

export interface WalkedList {
  list: string;
  filters: number;
  /** Numbers of pages, by whether they have rows, are empty and the last, or empty and not the last. */
  filled: number;
  ended: number;
  empty: number;
  /** The slowest first. */
  slowest: { test: string; ms: number }[];
  /** Pages that were answered too late, and those that were refused. */
  late: string[];
  failed: string[];
}

const LISTS: readonly LargeList[] = [
  { list: 'webhookRequestLogs', type: 'WebhookRequestLog', table: 'webhook_request_logs' },
  { list: 'deliveries', type: 'Delivery', table: 'deliveries' },
  { list: 'businessEvents', type: 'BusinessEvent', table: 'business_events' },
];

export const PAGE_LIMIT_MS = 300;
const SLOWEST = 5;

export interface Effort {
  /** Each page is asked this often after a first time; the fastest counts, since other programs take the machine meanwhile. */
  times: number;
  /** The number of the second page that is measured. */
  pages: number;
  /** One test in so many. */
  every: number;
}

export const EFFORT: Effort = { times: 3, pages: 10, every: 1 };
export const SMOKE_EFFORT: Effort = { times: 1, pages: 2, every: 5 };

export async function walkFilters(database: Database, effort: Effort): Promise<WalkedList[]> {
  const { target, stop } = await database.startApi();
  try {
    const walked: WalkedList[] = [];
    for (const each of LISTS) walked.push(await walk(database, target, each, effort));
    return walked;
  } finally {
    await stop();
  }
}

async function walk(database: Database, target: Target, large: LargeList, effort: Effort): Promise<WalkedList> {
  const { filters, tests } = await testsOf(database, target, large);
  const counts = { filled: 0, ended: 0, empty: 0 };
  const found: WalkedList = { list: large.list, filters, ...counts, slowest: [], late: [], failed: [] };
  for (const where of tests.filter((_, index) => index % effort.every === 0)) {
    for (const backward of [false, true]) {
      const test = `${JSON.stringify(where)}${backward ? ', from the end' : ''}`;
      try {
        for (const { page, ms, rows, more } of await pagesOf(target, large, { where, backward }, effort)) {
          if (rows > 0) found.filled += 1;
          else if (more) found.empty += 1;
          else found.ended += 1;
          found.slowest.push({ test: `${test}, page ${page}`, ms });
          if (ms > PAGE_LIMIT_MS) found.late.push(`${test}, page ${page}: ${ms.toFixed(0)} ms`);
        }
      } catch (error) {
        found.failed.push(`${test}: ${(error as Error).message}`);
      }
    }
  }
  found.slowest = found.slowest.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST);
  return found;
}

interface PageAnswer {
  list: { nodes: object[]; pageInfo: { more: boolean; at: string | null } };
}

/** The first page and a later one, if there is one. */
async function pagesOf(
  target: Target,
  { list, type }: LargeList,
  { where, backward }: { where: object; backward: boolean },
  { times, pages }: Effort,
) {
  const [size, after, more, at] = backward
    ? ['last', 'before', 'hasPreviousPage', 'startCursor']
    : ['first', 'after', 'hasNextPage', 'endCursor'];
  const query = `query ($where: ${type}Where, $at: String) { list: ${list}(${size}: 25, ${after}: $at, where: $where) {
    totalCount nodes { id } pageInfo { more: ${more} at: ${at} } } }`;
  const measured: { page: number; ms: number; rows: number; more: boolean }[] = [];
  let cursor: string | null = null;
  for (let page = 1; page <= pages; page += 1) {
    const isMeasured = page === 1 || page === pages;
    let fastest = Number.POSITIVE_INFINITY;
    let answer: PageAnswer | null = null;
    for (let time = 0; time <= (isMeasured ? times : 0); time += 1) {
      const start = performance.now();
      answer = await ask<PageAnswer>(target, query, { where, at: cursor });
      if (time > 0) fastest = Math.min(fastest, performance.now() - start);
    }
    const { nodes, pageInfo }: PageAnswer['list'] = (answer as PageAnswer).list;
    if (isMeasured) measured.push({ page, ms: fastest, rows: nodes.length, more: pageInfo.more });
    if (!pageInfo.more) break;
    cursor = pageInfo.at;
  }
  return measured;
}
