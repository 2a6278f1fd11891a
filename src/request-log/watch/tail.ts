// Watching the log live.
import type { Log } from '../../log';
import type { Db } from '../../sql/db';
import { type ResumePoint, resumePoint } from '../feed/resume';
import { catchUp } from './catch-up';
import type { Watcher } from './filter-groups';
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
   * What is opened and closed from now on, or behind `after`. When it resolves, nothing that is committed later is missed.
   * @throws AppError BAD_USER_INPUT for an `after` that is no place in the feed, or one too old
   */
  watch(filter: RequestFilter | null, after: string | null): Promise<EventStream>;
  /** Ends all streams. */
  stop(): Promise<void>;
}

/** @param db of connections that nothing else needs: watching must not hold up the rest of the API */
export function createTail(db: Db, log: Log): Tail {
  const reader = createTailReader(db, log);
  const open = new Set<SubscriberQueue>();
  const underWay = new Set<Promise<void>>();
  let stopping = false;

  function start(filter: RequestFilter | null): Watcher {
    const buffer = createSubscriberQueue(() => {
      open.delete(buffer);
      reader.dismiss(watcher);
    });
    const watcher = { filter, buffer };
    open.add(buffer);
    if (stopping) buffer.close();
    return watcher;
  }

  async function resume(watcher: Watcher, point: ResumePoint): Promise<void> {
    try {
      const position = await catchUp(db, watcher, point);
      if (position) await reader.admit(watcher, position);
    } catch (error) {
      watcher.buffer.close(error);
    }
  }

  return {
    async watch(filter, after) {
      const point = after === null ? null : await resumePoint(db, after);
      const watcher = start(filter);
      if (point) {
        const work = resume(watcher, point).finally(() => underWay.delete(work));
        underWay.add(work);
      } else if (!watcher.buffer.closed) await reader.admit(watcher, null);
      return watcher.buffer.stream;
    },
    async stop() {
      stopping = true;
      for (const buffer of open) buffer.close();
      await reader.stop();
      await Promise.all(underWay);
    },
  };
}
