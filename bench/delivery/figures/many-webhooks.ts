import { archiveWebhook, type Bench, createWebhook } from '../../bench';
import { callFlatOut } from '../../load';
import { measureEndToEnd } from './flat-out';

export interface ManyWebhooks {
  withoutPerSecond: number;
  withPerSecond: number;
}

/** At the same time. */
const CHANGES = 8;

/** End to end in calls of 100, without and with so many webhooks that want other documents. */
export async function measureManyWebhooks(bench: Bench, events: number, webhooks: number): Promise<ManyWebhooks> {
  const { api, receiver } = bench;
  const without = await measureEndToEnd(bench, events);
  const ids: string[] = [];
  await callFlatOut(webhooks, CHANGES, async () => {
    ids.push(await createWebhook(api, `${receiver.url}/other`, `Other Document ${ids.length}`));
  });
  const withOthers = await measureEndToEnd(bench, events);
  await callFlatOut(webhooks, CHANGES, () => archiveWebhook(api, ids.pop() as string));
  return { withoutPerSecond: without.perSecond, withPerSecond: withOthers.perSecond };
}
