import { type Bench, setSchedule, untilAllArrived } from '../bench';
import { clockMs } from '../clock';
import { type Cost, startCounting } from '../cost';
import { publishBatches } from '../load';
import { ratePerSecond } from '../numbers';
import { untilFannedOut } from '../outbox';

export interface FilledQueue {
  /** With no worker running. */
  publishedPerSecond: number;
  fannedOutPerSecond: number;
  deliveriesPerSecond: number;
  deliveries: number;
  cost: Cost;
}

/**
 * Publishes while no worker runs; starts the workers, which make jobs of it all that are due in a day, because the
 * webhook's schedule begins so; then makes all of them due in one instant, and the workers deliver.
 */
export async function measureFilledQueue(bench: Bench, events: number, workerCount: number): Promise<FilledQueue> {
  const { api, installation, tally, webhookId } = bench;
  await setSchedule(api, webhookId, [86_400, 5]);
  const publishedPerSecond = await perSecond(events, () => publishBatches(api, tally, events));
  const workers = await Promise.all(Array.from({ length: workerCount }, () => installation.start('worker,indexer')));
  const fannedOutPerSecond = await perSecond(events, () => untilFannedOut(bench.installation.sql));
  await setSchedule(api, webhookId, null);
  const costOf = await startCounting(
    bench,
    workers.map((worker) => worker.pid),
  );
  await makeJobsDue(bench);
  await untilAllArrived(bench);
  const { times } = await tally.collect();
  const cost = await costOf(events);
  for (const worker of workers) await worker.stop();
  return {
    publishedPerSecond,
    fannedOutPerSecond,
    deliveriesPerSecond: ratePerSecond(times),
    deliveries: events,
    cost,
  };
}

// and leaves the queue as if they had always been due: without the dead rows that the change makes
async function makeJobsDue({ installation: { sql } }: Bench): Promise<void> {
  await sql.query(`update pgboss.job set start_after = now() + interval '2 s' where state = 'created'`);
  await sql.query('vacuum analyze pgboss.job');
}

async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const start = clockMs();
  await work();
  return (1000 * count) / (clockMs() - start);
}
