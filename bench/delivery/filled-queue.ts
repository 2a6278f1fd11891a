import { untilCaughtUp } from '../api/caught-up';
import { type Application, type Arrangement, startApiAlone, startApplication } from '../application';
import { type Bench, setSchedule, type TestBed, untilAllArrived } from '../bench';
import { clockMs } from '../clock';
import { type Cost, startCounting } from '../cost';
import { publishBatches } from '../load';
import { ratePerSecond } from '../numbers';
import { untilFannedOut } from '../outbox';
import { KINDS } from './statement-kinds';

export interface FilledQueue {
  /** With no worker running. */
  publishedPerSecond: number;
  fannedOutPerSecond: number;
  deliveriesPerSecond: number;
  deliveries: number;
  cost: Cost;
}

/**
 * Publishes while no worker runs; starts the worker, which makes jobs of it all that are due in a day, because the
 * webhook's schedule begins so; then makes all of them due in one instant, and the worker delivers.
 */
export async function measureFilledQueue(
  bed: TestBed,
  webhookId: string,
  events: number,
  arrangement: Arrangement,
): Promise<FilledQueue> {
  const { installation, tally } = bed;
  let application = await startApiAlone(installation);
  await setSchedule(application.api, webhookId, [86_400, 5]);
  const publishedPerSecond = await perSecond(events, () => publishBatches(application.api, tally, events));
  application = await withWorker(bed, application, arrangement);
  const fannedOutPerSecond = await perSecond(events, () => untilFannedOut(installation.sql));
  await setSchedule(application.api, webhookId, null);
  const bench: Bench = { ...bed, ...application, webhookId };
  // else what the figures before have left is counted and indexed within this one
  await untilCaughtUp(installation.sql, () => undefined);
  await makeJobsDue(bed);
  const costOf = await startCounting(bench, KINDS);
  await untilAllArrived(bed);
  const { times } = await tally.collect();
  const cost = await costOf(events);
  await application.stop();
  const deliveriesPerSecond = ratePerSecond(times);
  return { publishedPerSecond, fannedOutPerSecond, deliveriesPerSecond, deliveries: events, cost };
}

async function withWorker({ installation }: TestBed, alone: Application, arrangement: Arrangement) {
  if (arrangement === 'one') {
    await alone.stop();
    return startApplication(installation, 'one');
  }
  const worker = await installation.start('worker,indexer');
  const stop = () => alone.stop().then(worker.stop);
  return { api: alone.api, processes: { ...alone.processes, worker }, stop };
}

// In so many seconds, so that no delivery begins before its cost is counted. It leaves the queue as if they had always been due:
// without the dead rows that the change makes.
async function makeJobsDue({ installation: { sql } }: TestBed): Promise<void> {
  await sql.query(`update delivery_jobs set due_at = now() + interval '5 s'`);
  await sql.query('vacuum analyze delivery_jobs');
}

async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const start = clockMs();
  await work();
  return (1000 * count) / (clockMs() - start);
}
