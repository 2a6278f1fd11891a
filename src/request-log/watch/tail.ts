// Subscriptions to the log and to deliveries.

import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../errors/errors';
import type { Log } from '../../logging/log';
import type { Db } from '../../sql/db';
import { readChangeId } from '../feed/change-id';
import { endOfFeed, type FeedPosition, type FeedPositionOfRun } from '../feed/read-feed.store';
import { type ResumePoint, resumePoint } from '../feed/resume';
import { createFilterGroups, type FilterGroups, type Subscriber } from './filter-groups';
import { createSubscriberQueue, type EventStream, type SubscriberQueue } from './subscriber-queue';
import {
  createSentChanges,
  eventsMeeting,
  eventsOf,
  type ReadPart,
  type RowFilter,
  readPart,
  readPartsAfterRestart,
  type WatchEvent,
} from './tail-events';
import type { Watched } from './watched';

declare module '../../graphql/context' {
  interface Services {
    tail: Tail;
  }
}

export interface Tail {
  /**
   * The changes from now on, or after `after`. When it resolves, no change that is committed later is missed.
   * @throws AppError BAD_USER_INPUT if `after` is not a position in the feed, or is too old
   */
  watch(watched: Watched, filter: RowFilter | null, after: string | null): Promise<EventStream>;
  /** Ends all streams. */
  stop(): Promise<void>;
}

/** @param db with connections of its own, so that subscriptions do not delay the rest of the API */
export function createTail(db: Db, log: Log): Tail {
  const reader = createTailReader(db, log);
  const open = new Set<SubscriberQueue>();
  const underWay = new Set<Promise<void>>();
  let stopping = false;

  function start(watched: Watched, filter: RowFilter | null): Subscriber {
    const queue = createSubscriberQueue(() => {
      open.delete(queue);
      reader.remove(subscriber);
    });
    const subscriber = { watched, filter, queue };
    open.add(queue);
    if (stopping) queue.close();
    return subscriber;
  }

  async function resume(subscriber: Subscriber, point: ResumePoint): Promise<void> {
    try {
      const position = await catchUp(db, subscriber, point);
      if (position) await reader.add(subscriber, position);
    } catch (error) {
      subscriber.queue.close(error);
    }
  }

  return {
    async watch(watched, filter, after) {
      const point = after === null ? null : await resumePoint(db, after);
      const subscriber = start(watched, filter);
      if (point) {
        const work = resume(subscriber, point).finally(() => underWay.delete(work));
        underWay.add(work);
      } else if (!subscriber.queue.closed) await reader.add(subscriber, null);
      return subscriber.queue.stream;
    },
    async stop() {
      stopping = true;
      for (const queue of open) queue.close();
      await reader.stop();
      await Promise.all(underWay);
    },
  };
}

// Reads the feed once for all subscriptions of this process.

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

function createTailReader(db: Db, log: Log): TailReader {
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
      const read = await readPart(db, position);
      if (read.position.run === position.run) {
        await publish(read);
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

  // The events of all are read before any is sent: if reading fails, all are read again.
  async function publish(part: ReadPart): Promise<void> {
    if (part.changes.length > 0) newsAt = performance.now();
    const watching = [...Map.groupBy(subscribers, ({ watched }) => watched)];
    const events = await Promise.all(watching.map(([watched]) => eventsOf(db, watched, part)));
    sent.add(part.changes);
    for (const [n, [, same]] of watching.entries()) groups.publish(same, events[n] ?? []);
  }

  /** Nothing is missed, and nothing is sent twice, also if this fails and is repeated. */
  async function readAfterRestart(before: FeedPositionOfRun): Promise<FeedPositionOfRun> {
    let end = before;
    for await (const read of readPartsAfterRestart(db, before, sent.since(), sent.has)) {
      if (end !== before && end.run !== read.position.run) throw new Error('the database was started again');
      await publish(read);
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
    const read = await readPart(db, { ...newcomer.from, to });
    groups.publish([newcomer.subscriber], await eventsOf(db, newcomer.subscriber.watched, read));
    newcomer.from = read.position;
    if (read.position.to === null) return;
  }
}

// Sends a resumed subscription the changes that it missed.

const PART = 100;
/** After this time the subscription ends with an error. The client resumes it, if the feed still holds the rest. */
const MAX_MS = 3 * 3_600_000;

/**
 * Sends a subscriber the changes of the feed after a position, as fast as it reads them. No change is dropped.
 * @returns the position reached, which is a moment behind the end of the feed; null: the subscription has ended
 */
async function catchUp(db: Db, subscriber: Subscriber, point: ResumePoint): Promise<FeedPositionOfRun | null> {
  const { queue, watched, filter } = subscriber;
  const end = performance.now() + MAX_MS;
  let position: FeedPosition = point.position;
  for (;;) {
    const read = await readPart(db, position);
    if (read.position.run !== point.position.run) throw restarted();
    const all = await eventsOf(db, watched, read);
    const events = position === point.position ? withoutDelivered(all, point) : all;
    const wanted = [...(await eventsMeeting(db, watched, events, filter)).values()];
    for (let index = 0; index < wanted.length; index += PART) {
      if (!(await queue.waitForSpace(PART))) return null;
      queue.push(wanted.slice(index, index + PART));
    }
    if (queue.closed) return null;
    if (!read.more) return read.position;
    if (performance.now() > end) {
      throw new AppError(
        'UNAVAILABLE',
        'Catching up took too long. Subscribe again with the id of the last change in `after`.',
      );
    }
    position = read.position;
  }
}

/** The position of a subscription that had not caught up yet is worth nothing in another run of the database. */
function restarted(): AppError {
  return new AppError(
    'UNAVAILABLE',
    'The database was started while the subscription caught up. Subscribe again with the id of the last change in `after`.',
  );
}

function withoutDelivered(events: readonly WatchEvent[], { delivered }: ResumePoint): readonly WatchEvent[] {
  if (!delivered) return events;
  return events.filter(({ id }) => {
    const place = readChangeId(id);
    return place?.changeId !== delivered.changeId || place.index > delivered.index;
  });
}
