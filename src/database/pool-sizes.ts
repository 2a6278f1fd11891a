// How many connections each pool of a process has.
import type { Config } from '../config/config';
import { MONITOR } from './pools';

/** The clock and the maintenance of a process. */
const SERVE_WITHOUT_API = 2;
/** For publishing and receiving: transactions, two look-ups, and a statement that counts refusals. */
const ACCEPTING = 8;
/** What indexing uses at most: a transaction for each of its four loops, and the question how much is left. */
const INDEXING = 5;
/** The one that listens for notifications, of a worker. */
const LISTENING = 1;

type Sizing = Pick<Config, 'connections' | 'processes' | 'databaseReplicaUrl'>;

/** The sizes of the pools, of which a process without all parts needs less. */
export function poolSizes({ connections, processes }: Pick<Sizing, 'connections' | 'processes'>) {
  const { serve, deliver } = connections;
  const others = (processes.has('api') ? ACCEPTING : 0) + (processes.has('indexer') ? INDEXING : 0);
  return {
    serve: processes.has('api') ? serve : SERVE_WITHOUT_API,
    deliver: processes.has('worker') ? deliver : Math.min(deliver, others),
  };
}

/** The most connections that a process opens with the database that it writes to. */
export function mostConnections(config: Sizing): number {
  const { serve, deliver } = poolSizes(config);
  const isWorker = config.processes.has('worker');
  const reads = config.processes.has('api') && config.databaseReplicaUrl === null;
  const others = MONITOR.poolSize + (isWorker ? LISTENING : 0);
  return serve + deliver + (reads ? config.connections.read : 0) + others;
}
