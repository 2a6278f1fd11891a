import { type Bench, changeWebhook, createWebhook, untilAllArrived, untilFannedOut } from '../bench';
import { BATCH, eventJson, publishAtRate } from '../load';
import { type Percentiles, percentilesOf } from '../numbers';

/**
 * From publish to receipt at this rate while so many deliveries wait for a partner that takes calls and never answers.
 * What has not arrived after `limitMs` is set free by archiving the dead webhook, so that its delay is at least known
 * to be longer than that.
 */
export async function measureIsolation(
  bench: Bench,
  { stuck, perSecond, seconds, limitMs }: { stuck: number; perSecond: number; seconds: number; limitMs: number },
): Promise<Percentiles> {
  const { api, receiver, tally } = bench;
  const dead = await createWebhook(api, `${receiver.url}/hang`, 'Stuck Document');
  for (let sent = 0; sent < stuck; sent += BATCH) {
    await api.publish(Array.from({ length: BATCH }, (_, index) => eventJson(sent + index, 'Stuck Document')));
  }
  await untilFannedOut(bench);
  await publishAtRate(api, tally, perSecond, seconds);
  await untilAllArrived(bench, limitMs);
  await changeWebhook(api, 'archiveWebhook', dead);
  await untilAllArrived(bench);
  return percentilesOf((await tally.collect()).delaysMs);
}
