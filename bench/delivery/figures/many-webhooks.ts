import { archiveWebhook, type Bench, createWebhook, tidyUp } from '../../bench';
import { callFlatOut } from '../../load';
import { measureEndToEnd } from './flat-out';

export interface ManyWebhooks {
  /** The mean of before and after. */
  withoutPerSecond: number;
  withPerSecond: number;
}

/** At the same time. */
const CHANGES = 8;
/** The first transaction after changes reads the webhooks that were changed: once, not with each event. */
const WARM_UP = 1_000;

/**
 * End to end in calls of 100, with so many webhooks that want other documents, and without them, before they are made and
 * after they are archived: the tables grow with each run, so that a later one is slower.
 */
export async function measureManyWebhooks(bench: Bench, events: number, webhooks: number): Promise<ManyWebhooks> {
  const { api, receiver } = bench;
  const measure = async () => {
    await tidyUp(bench);
    await measureEndToEnd(bench, WARM_UP);
    return (await measureEndToEnd(bench, events)).perSecond;
  };
  const before = await measure();
  const ids: string[] = [];
  await callFlatOut(webhooks, CHANGES, async () => {
    ids.push(await createWebhook(api, `${receiver.url}/other`, `Other Document ${ids.length}`));
  });
  const withPerSecond = await measure();
  await callFlatOut(webhooks, CHANGES, () => archiveWebhook(api, ids.pop() as string));
  const after = await measure();
  return { withoutPerSecond: (before + after) / 2, withPerSecond };
}
