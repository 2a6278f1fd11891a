// Evaluates the filters of subscriptions. Subscribers with the same filter are one group, whose filter runs once.
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../errors/errors';
import { limitConcurrency } from '../../limits/fair-slots';
import { isDatabaseUnavailable, isStatementTimeout } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import type { SubscriberQueue } from './subscriber-queue';
import { eventsMeeting, type RowFilter, type WatchEvent } from './tail-events';
import type { Watched } from './watched';

export interface Subscriber {
  watched: Watched;
  filter: RowFilter | null;
  queue: SubscriberQueue;
}

/** Filters that are evaluated at the same time. The reader keeps connections of its own. */
const MAX_CONCURRENT = 4;
/** Events that may wait for one filter. If more wait, it is slower than changes arrive. */
const MAX_WAITING_EVENTS = 20_000;
const FAILED_REST_MS = 1_000;
/** How often the statement of a filter may time out: once or twice, the reason may be a busy database. */
const MAX_TIMEOUTS = 3;

export interface FilterGroups {
  /**
   * Sends each subscriber the events that meet its filter, in the order of the calls. A slow filter delays only its
   * group. All of them watch the same.
   */
  publish(subscribers: Iterable<Subscriber>, events: readonly WatchEvent[]): void;
  /** Resolves when no filter is being evaluated. */
  settled(): Promise<void>;
}

/** Events, and the subscribers of a group at the time at which they were read. */
interface Batch {
  subscribers: readonly Subscriber[];
  events: readonly WatchEvent[];
}

interface FilterGroup {
  key: string;
  watched: Watched;
  filter: RowFilter;
  waiting: Batch[];
  running: Promise<void>;
}

export function createFilterGroups(db: Db): FilterGroups {
  const groups = new Map<string, FilterGroup>();
  const limited = limitConcurrency(MAX_CONCURRENT);

  // All waiting batches are evaluated by one statement: with many filters, statements become larger, not more.
  async function run(group: FilterGroup): Promise<void> {
    while (group.waiting.length > 0) {
      await limited(async () => {
        const batches = group.waiting;
        group.waiting = [];
        await evaluate(group, batches);
      });
    }
    groups.delete(group.key);
  }

  async function evaluate({ watched, filter }: FilterGroup, batches: readonly Batch[]): Promise<void> {
    const queues = batches.flatMap((batch) => batch.subscribers).map(({ queue }) => queue);
    let timeouts = 0;
    while (queues.some((queue) => !queue.closed)) {
      try {
        const events = batches.flatMap((batch) => batch.events);
        const wanted = await eventsMeeting(db, watched, events, filter);
        for (const batch of batches)
          push(batch.subscribers, batch.events.map((event) => wanted.get(event)).filter(isPresent));
        return;
      } catch (error) {
        if (isStatementTimeout(error)) timeouts += 1;
        if (isDatabaseUnavailable(error)) await wait(FAILED_REST_MS);
        else if (isStatementTimeout(error) && timeouts < MAX_TIMEOUTS) await wait(0);
        // a filter that fails ends the subscriptions of its group only
        else for (const queue of queues) queue.close(error);
      }
    }
  }

  function enqueue(watched: Watched, filter: RowFilter, batch: Batch): void {
    const key = `${watched.field} ${filter.key}`;
    const group = groups.get(key);
    if (!group) {
      const made: FilterGroup = { key, watched, filter, waiting: [batch], running: Promise.resolve() };
      groups.set(key, made);
      made.running = run(made);
      return;
    }
    group.waiting.push(batch);
    if (group.waiting.reduce((sum, { events }) => sum + events.length, 0) <= MAX_WAITING_EVENTS) return;
    const error = new AppError('LIMIT_EXCEEDED', 'The filter is slower than changes arrive. Use a simpler filter.');
    for (const { queue } of batch.subscribers) queue.close(error);
  }

  return {
    publish(subscribers, events) {
      if (events.length === 0) return;
      for (const same of Map.groupBy(subscribers, ({ filter }) => filter?.key).values()) {
        const [{ watched, filter }] = same as [Subscriber];
        if (filter) enqueue(watched, filter, { subscribers: same, events });
        else push(same, events);
      }
    },
    async settled() {
      await Promise.all([...groups.values()].map((group) => group.running));
    },
  };
}

function isPresent(event: WatchEvent | undefined): event is WatchEvent {
  return event !== undefined;
}

function push(subscribers: readonly Subscriber[], events: readonly WatchEvent[]): void {
  for (const { queue } of subscribers) queue.push(events);
}
