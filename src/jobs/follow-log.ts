// The loops that follow the log, counts and search index; deliveries take precedence over them.

import { BY_ID_PLANS, createDataSource, type DataSourceOptions } from '../database/data-source';
import type { Log } from '../log';
import { pipelinedTransactions } from '../sql/transactions';
import { startCounting } from './count-requests';
import { startRequestIndexer } from './request-indexer';

/**
 * Connections of their own, so that they take none from deliveries. New words of the index wait in a pending list until
 * it is full, and the statement that fills it sorts them in. A short list is sorted often and fast; a long one would
 * delay deliveries for a tenth of a second.
 */
const FOR_FOLLOWING: DataSourceOptions = {
  name: 'follow',
  poolSize: 2,
  settings: { ...BY_ID_PLANS, gin_pending_list_limit: '256kB' },
  pipeline: true,
};

/** @param isDelivering called before each step */
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
