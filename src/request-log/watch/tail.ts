// Subscriptions to the log.
import type { Log } from '../../log';
import type { Db } from '../../sql/db';
import { type ResumePoint, resumePoint } from '../feed/resume';
import { catchUp } from './catch-up';
import type { Subscriber } from './filter-groups';
import { createSubscriberQueue, type EventStream, type SubscriberQueue } from './subscriber-queue';
import type { RequestFilter } from './tail-events';
import { createTailReader } from './tail-reader';

declare module '../../graphql/context' {
  interface Services {
    requestTail: Tail;
  }
}

export interface Tail {
  /**
   * The changes from now on, or after `after`. When it resolves, no change that is committed later is missed.
   * @throws AppError BAD_USER_INPUT if `after` is not a position in the feed, or is too old
   */
  watch(filter: RequestFilter | null, after: string | null): Promise<EventStream>;
  /** Ends all streams. */
  stop(): Promise<void>;
}

/** @param db with connections of its own, so that subscriptions do not delay the rest of the API */
export function createTail(db: Db, log: Log): Tail {
  const reader = createTailReader(db, log);
  const open = new Set<SubscriberQueue>();
  const underWay = new Set<Promise<void>>();
  let stopping = false;

  function start(filter: RequestFilter | null): Subscriber {
    const queue = createSubscriberQueue(() => {
      open.delete(queue);
      reader.remove(subscriber);
    });
    const subscriber = { filter, queue };
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
    async watch(filter, after) {
      const point = after === null ? null : await resumePoint(db, after);
      const subscriber = start(filter);
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
