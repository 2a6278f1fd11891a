// The loops that follow the log and the deliveries, counts and search index; deliveries take precedence over them.
import type { DataSource } from 'typeorm';
import { INDEXING_ALONE } from '../database/pools';
import type { Log } from '../log';
import type { Commits } from '../loop';
import { hasChangedWithin } from '../request-log/feed/request-change.store';
import { pipelinedTransactions } from '../sql/transactions';
import { startCountingDeliveries, startCountingRequests } from './counting-loop';
import { startRetryingLeftOut } from './left-out-loop';
import { startRequestIndexer } from './request-indexer';

/** A pause between two bursts of deliveries does not count as their end. */
const RECENT_MS = 2_000;

/** Each of the loops uses one connection at a time. */
export function startFollowing(source: DataSource, commits: Commits, log: Log): { stop(): Promise<unknown> } {
  const transaction = pipelinedTransactions(source);
  // by what the log says and not by this process, because deliveries of any process share the database
  const isDelivering = () => hasChangedWithin(source.manager, RECENT_MS);
  const indexing = { besideDeliveries: transaction, alone: pipelinedTransactions(source, INDEXING_ALONE) };
  const counting = { db: source.manager, transaction, log, commits, isDelivering };
  const loops = [
    startCountingRequests(counting),
    startCountingDeliveries(counting),
    startRequestIndexer(source.manager, indexing, log, commits, isDelivering),
    startRetryingLeftOut({ db: source.manager, transaction }, log),
  ];
  return { stop: () => Promise.all(loops.map((loop) => loop.stop())) };
}
