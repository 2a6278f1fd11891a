import { archiveWebhook, type Bench, createWebhook, untilAllArrived } from '../bench';
import { BATCH, eventJson, publishAtRate } from '../load';
import { type Percentiles, percentilesOf } from '../numbers';
import { untilFannedOut } from '../outbox';
import type { Size } from './sizes';

const PER_SECOND = 200;

/**
 * From publish to receipt at 200/s while so many deliveries wait for a partner that takes calls and never answers. What
 * has not arrived after the limit is set free by archiving the dead webhook: its delay is then known to be longer.
 */
export async function measureIsolation(
  bench: Bench,
  { stuck, isolationSeconds, isolationLimitMs }: Size,
): Promise<Percentiles> {
  const { api, receiver, tally } = bench;
  const dead = await createWebhook(api, `${receiver.url}/hang`, 'Stuck Document');
  for (let sent = 0; sent < stuck; sent += BATCH) {
    await api.publish(Array.from({ length: BATCH }, (_, index) => eventJson(sent + index, 'Stuck Document')));
  }
  await untilFannedOut(bench.installation.sql);
  await publishAtRate(api, tally, { perSecond: PER_SECOND, perCall: 1, seconds: isolationSeconds });
  await untilAllArrived(bench, isolationLimitMs);
  await archiveWebhook(api, dead);
  await untilAllArrived(bench);
  return percentilesOf((await tally.collect()).delaysMs);
}
