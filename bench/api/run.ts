import { type Dashboard, measureDashboard } from './dashboard/dashboard';
import { type Database, openDatabase } from './database';
import { measureCounts } from './figures/counts';
import { measureDeliveryLists } from './figures/delivery-lists';
import { EFFORT, LITTLE_EFFORT, type WalkedList, walkFilters } from './figures/every-filter';
import { type Exported, measureExports } from './figures/export';
import { measureLinkFilters } from './figures/link-filters';
import { type ListGrowth, measureListGrowth } from './figures/list-growth';
import { type Masking, measureMasking } from './figures/masking/masking';
import { measurePairs } from './figures/pairs';
import { measureResolved, type Resolved } from './figures/resolved';
import { measureSearch } from './figures/search';
import { measureStats } from './figures/stats';
import { measureTail, type Tail } from './figures/tail';
import type { Answered } from './latency';
import type { Target } from './load';
import type { Figure, Options } from './options';

/** What was measured; a figure is missing that was not asked for, or that failed. */
export interface Figures {
  rows: number;
  dashboard?: Dashboard;
  list?: ListGrowth;
  resolved?: Resolved[];
  stats?: Answered[];
  search?: Answered[];
  deliveries?: Answered[];
  counts?: Answered[];
  walked?: WalkedList[];
  links?: Answered[];
  pairs?: Answered[];
  tail?: Tail;
  export?: Exported[];
  masking?: Masking;
  /** By figure, why it is missing. */
  faults: Map<Figure, string>;
}

type Stops = (() => Promise<unknown>)[];
type Say = (what: string) => void;

/** One figure that fails is said, and the others are measured. @param stops filled as parts start, ended by the caller */
export async function measureAll(options: Options, stops: Stops, say: Say): Promise<Figures> {
  const { rows, keep, only } = options;
  const caughtUp = ['stats', 'search', 'counts'].some((name) => only.has(name as Figure));
  const database = await openDatabase({ rows, keep, caughtUp, indexed: only.has('search') }, stops, say);
  const figures: Figures = { rows: database.rows, faults: new Map() };
  const figure = async (name: Figure, work: () => Promise<void>) => {
    if (!only.has(name)) return;
    say(name);
    await work().catch((error: Error) => {
      figures.faults.set(name, error.message);
      console.error(`${name}: ${error.stack}`);
    });
  };
  await figure('dashboard', async () => {
    figures.dashboard = await measureDashboard(database, options, say);
  });
  await figure('list', async () => {
    figures.list = await measureList(database, options, say);
  });
  const served = (work: (target: Target, pid: number) => Promise<void>) => () => withServer(database, work);
  await figure(
    'resolved',
    served(async (target, pid) => {
      figures.resolved = await measureResolved(database, target, pid, Math.max(options.seconds, 2));
    }),
  );
  await figure(
    'stats',
    served(async (target) => {
      figures.stats = await measureStats(database, target, options.seconds);
    }),
  );
  await figure(
    'search',
    served(async (target) => {
      figures.search = await measureSearch(database, target, options.seconds / 2);
    }),
  );
  await figure(
    'deliveries',
    served(async (target) => {
      figures.deliveries = await measureDeliveryLists(database, target, options.seconds / 2);
    }),
  );
  await figure(
    'counts',
    served(async (target) => {
      figures.counts = await measureCounts(database, target, options.seconds / 2);
      figures.walked = await walkFilters(database, target, options.seconds < 1 ? LITTLE_EFFORT : EFFORT);
    }),
  );
  await figure(
    'links',
    served(async (target) => {
      figures.links = await measureLinkFilters(database, target, options.seconds / 2);
    }),
  );
  await figure(
    'pairs',
    served(async (target) => {
      figures.pairs = await measurePairs(database, target, options.seconds / 2);
    }),
  );
  await figure(
    'export',
    served(async (target, pid) => {
      figures.export = await measureExports(database, target, pid);
    }),
  );
  await figure(
    'masking',
    served(async (target, pid) => {
      figures.masking = await measureMasking(database, target, pid, { ...options, seconds: options.seconds / 2 });
    }),
  );
  await figure(
    'tail',
    served(async (target) => {
      figures.tail = await measureTail(database, target, options.tailSeconds);
    }),
  );
  return figures;
}

async function measureList(
  database: Database,
  { rows, keep, smallRows, ...effort }: Options,
  say: Say,
): Promise<ListGrowth> {
  if (rows === smallRows) return measureListGrowth(database, database, effort);
  const stops: Stops = [];
  try {
    const small = await openDatabase({ rows: smallRows, keep, caughtUp: false, indexed: false }, stops, say);
    return await measureListGrowth(database, small, effort);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function withServer(database: Database, work: (target: Target, pid: number) => Promise<void>): Promise<void> {
  const server = await database.start('api');
  try {
    const target = { url: `${server.url}/graphql`, headers: { authorization: `Bearer ${database.adminKey}` } };
    await work(target, server.pid);
  } finally {
    await server.stop();
  }
}
