// Reads the feed once for all subscriptions of this process.
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../../log';
import type { Db } from '../../sql/db';
import { endOfFeed, type FeedPositionOfRun } from '../feed/read-feed.store';
import { restarted } from './catch-up';
import { createFilterGroups, type FilterGroups, type Subscriber } from './filter-groups';
import { createSentChanges } from './sent-changes';
import { type ReadEvents, readEvents, readEventsAfterRestart } from './tail-events';

/**
 * How often the feed is read while there are subscriptions: normally, and after a quiet period. A NOTIFY for each
 * change would slow down all writers, even without subscriptions.
 */
const POLL_MS = 10;
const QUIET_POLL_MS = 25;
const QUIET_AFTER_MS = 5_000;
const FAILED_REST_MS = 1_000;

export interface TailReader {
  /**
   * Sends this subscriber the changes after `from`; null: from now on. When it resolves, the subscriber will receive
   * each change that is committed later.
   */
  add(subscriber: Subscriber, from: FeedPositionOfRun | null): Promise<void>;
  /** Sends the subscriber no more changes. */
  remove(subscriber: Subscriber): void;
  stop(): Promise<void>;
}

interface Newcomer {
  subscriber: Subscriber;
  from: FeedPositionOfRun | null;
  onAdded(): void;
}

export function createTailReader(db: Db, log: Log): TailReader {
  const subscribers = new Set<Subscriber>();
  const newcomers = new Set<Newcomer>();
  const groups = createFilterGroups(db);
  let position: FeedPositionOfRun | null = null;
  const sent = createSentChanges();
  let running: Promise<void> | null = null;
  let newsAt = 0;
  let stopping = false;

  async function step(): Promise<void> {
    // only subscribers that were added before the read began are certain to be at or before its end
    const waiting = [...newcomers];
    if (!position) {
      position = await endOfFeed(db);
      sent.begin();
    } else {
      const read = await readEvents(db, position);
      if (read.position.run === position.run) {
        publish(read);
        position = read.position;
        if (position.to === null) sent.hasReadAll();
      } else {
        position = await readAfterRestart(position);
      }
    }
    const at = position;
    // a subscriber with a position cannot join while the reader is between two snapshots
    const ready = waiting.filter(({ from }) => from === null || at.to === null);
    const joined = await Promise.allSettled(ready.map((newcomer) => join(newcomer, at)));
    for (const result of joined) if (result.status === 'rejected') throw result.reason;
  }

  function publish({ changes, events }: ReadEvents): void {
    sent.add(changes);
    if (events.length === 0) return;
    newsAt = performance.now();
    groups.publish(subscribers, events);
  }

  /** Nothing is missed, and nothing is sent twice, also if this fails and is repeated. */
  async function readAfterRestart(before: FeedPositionOfRun): Promise<FeedPositionOfRun> {
    let end = before;
    for await (const read of readEventsAfterRestart(db, before, sent.since(), sent.has)) {
      if (end !== before && end.run !== read.position.run) throw new Error('the database was started again');
      publish(read);
      end = read.position;
    }
    sent.hasReadAll();
    log.warn('the database was started, or has recovered: subscriptions continue after what they got');
    return end;
  }

  async function join(newcomer: Newcomer, at: FeedPositionOfRun): Promise<void> {
    if (newcomer.from !== null && newcomer.from.run !== at.run) newcomer.subscriber.queue.close(restarted());
    await readUpTo(db, groups, newcomer, at.from);
    newcomers.delete(newcomer);
    if (!newcomer.subscriber.queue.closed) subscribers.add(newcomer.subscriber);
    newcomer.onAdded();
  }

  async function run(): Promise<void> {
    let failing = false;
    while (!stopping && subscribers.size + newcomers.size > 0) {
      const begun = performance.now();
      try {
        await step();
        failing = false;
      } catch (error) {
        if (!failing) log.error({ err: error }, 'cannot read the change feed for subscriptions, trying again');
        failing = true;
      }
      if (failing) await wait(FAILED_REST_MS);
      else if (position?.to === null) await wait(restMs(begun, newsAt));
    }
    position = null;
    running = null;
  }

  return {
    add: (subscriber, from) =>
      new Promise((onAdded) => {
        newcomers.add({ subscriber, from, onAdded });
        running ??= run();
      }),
    remove: (subscriber) => subscribers.delete(subscriber),
    async stop() {
      stopping = true;
      await running;
      await groups.settled();
      for (const { onAdded } of newcomers) onAdded();
    },
  };
}

// A slow read is repeated less often, so that reading takes at most half of the time.
function restMs(begun: number, newsAt: number): number {
  const now = performance.now();
  const took = now - begun;
  const pollMs = now - newsAt > QUIET_AFTER_MS ? QUIET_POLL_MS : POLL_MS;
  return Math.max(pollMs - took, took);
}

// Sends a newcomer the changes from its position to that of the reader, which is later.
async function readUpTo(db: Db, groups: FilterGroups, newcomer: Newcomer, to: string): Promise<void> {
  while (newcomer.from && !newcomer.subscriber.queue.closed) {
    const read = await readEvents(db, { ...newcomer.from, to });
    groups.publish([newcomer.subscriber], read.events);
    newcomer.from = read.position;
    if (read.position.to === null) return;
  }
}
