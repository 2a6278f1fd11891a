// What follows the log behind deliveries, and leaves the machine to them: counts and search index.

import { BY_ID_PLANS, createDataSource, type DataSourceOptions } from '../database/data-source';
import type { Log } from '../log';
import { pipelinedTransactions } from '../sql/transactions';
import { startCounting } from './count-requests';
import { startRequestIndexer } from './request-indexer';

/**
 * On connections of its own: it takes none from what delivers. New words of the index wait in a list until it is full, and
 * whoever fills it sorts them in: a short list often, rather than a long one while a tenth of a second of deliveries waits.
 */
const FOR_FOLLOWING: DataSourceOptions = {
  name: 'follow',
  poolSize: 2,
  settings: { ...BY_ID_PLANS, gin_pending_list_limit: '256kB' },
  pipeline: true,
};

/** @param isDelivering asked before each step */
export async function startFollowing(
  url: string,
  log: Log,
  isDelivering: () => boolean,
): Promise<{ stop(): Promise<void> }> {
  const source = await createDataSource(url, FOR_FOLLOWING).initialize();
  const transaction = pipelinedTransactions(source);
  const loops = [
    startCounting(source.manager, transaction, log, isDelivering),
    startRequestIndexer(source.manager, transaction, log, isDelivering),
  ];
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await source.destroy();
    },
  };
}
