import { type Bench, changeWebhook, untilAllArrived, untilFannedOut } from '../bench';
import { clockMs } from '../clock';
import { type Cost, startCounting } from '../cost';
import { publishBatches } from '../load';
import { ratePerSecond } from '../numbers';

export interface FilledQueue {
  /** With no worker running. */
  publishedPerSecond: number;
  fannedOutPerSecond: number;
  deliveriesPerSecond: number;
  cost: Cost;
}

/**
 * Publishes while no worker runs; starts the workers, which make held deliveries of it all, because the webhook is
 * paused; then resumes it, which puts all the jobs into the queue in one instant, and the workers deliver.
 */
export async function measureFilledQueue(bench: Bench, events: number, workerCount: number): Promise<FilledQueue> {
  const { api, installation, tally, webhookId } = bench;
  await changeWebhook(api, 'pauseWebhook', webhookId);
  const publishedPerSecond = await perSecond(events, () => publishBatches(api, tally, events));
  const workers = await Promise.all(Array.from({ length: workerCount }, () => installation.start('worker')));
  const fannedOutPerSecond = await perSecond(events, () => untilFannedOut(bench));
  const costOf = await startCounting(
    bench,
    workers.map((worker) => worker.pid),
  );
  await changeWebhook(api, 'resumeWebhook', webhookId);
  await untilAllArrived(bench);
  const { times } = await tally.collect();
  const cost = await costOf(events);
  for (const worker of workers) await worker.stop();
  return { publishedPerSecond, fannedOutPerSecond, deliveriesPerSecond: ratePerSecond(times), cost };
}

async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const start = clockMs();
  await work();
  return (1000 * count) / (clockMs() - start);
}
