// Between the reader of the feed and those who watch: what each filter lets through.
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../errors';
import { isDatabaseUnavailable, isStatementTimeout } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { createTurns } from '../../sql/turns';
import type { SubscriberQueue } from './subscriber-queue';
import { eventsMeeting, type RequestEvent, type RequestFilter } from './tail-events';

export interface Watcher {
  filter: RequestFilter | null;
  buffer: SubscriberQueue;
}

/** Filters that are asked at the same time. The reader keeps connections of its own. */
const AT_ONCE = 4;
/** Of one filter; by then it takes longer than changes come. */
const MAX_WAITING_EVENTS = 20_000;
const FAILED_REST_MS = 1_000;
/** How often a filter may be stopped by the time limit of its statement: once or twice, a busy database is the reason. */
const MAX_STOPS = 3;

export interface FilterGroups {
  /** Tells each of them what meets their filter, in the order of the calls; a slow filter holds up nobody else. */
  tell(watchers: Iterable<Watcher>, events: readonly RequestEvent[]): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

/** Events for those who had this filter when they were read. */
interface Told {
  group: readonly Watcher[];
  events: readonly RequestEvent[];
}

interface Lane {
  filter: RequestFilter;
  waiting: Told[];
  running: Promise<void>;
}

export function createFilterGroups(db: Db): FilterGroups {
  const lanes = new Map<string, Lane>();
  const inTurn = createTurns(AT_ONCE);

  // All that has come meanwhile is asked at once: with many filters the statements become larger, not more.
  async function run(lane: Lane): Promise<void> {
    while (lane.waiting.length > 0) {
      await inTurn(async () => {
        const told = lane.waiting;
        lane.waiting = [];
        await ask(lane.filter, told);
      });
    }
    lanes.delete(lane.filter.key);
  }

  async function ask(filter: RequestFilter, told: readonly Told[]): Promise<void> {
    const buffers = told.flatMap(({ group }) => group).map(({ buffer }) => buffer);
    let stops = 0;
    while (buffers.some((buffer) => !buffer.closed)) {
      try {
        const events = told.flatMap((each) => each.events);
        const wanted = await eventsMeeting(db, events, filter);
        for (const each of told) push(each.group, each.events.map((event) => wanted.get(event)).filter(isPresent));
        return;
      } catch (error) {
        if (isStatementTimeout(error)) stops += 1;
        if (isDatabaseUnavailable(error)) await wait(FAILED_REST_MS);
        else if (isStatementTimeout(error) && stops < MAX_STOPS) await wait(0);
        // what it cannot answer ends the streams of those who gave it, and nobody else's
        else for (const buffer of buffers) buffer.close(error);
      }
    }
  }

  function enqueue(filter: RequestFilter, told: Told): void {
    const lane = lanes.get(filter.key);
    if (!lane) {
      const made: Lane = { filter, waiting: [told], running: Promise.resolve() };
      lanes.set(filter.key, made);
      made.running = run(made);
      return;
    }
    lane.waiting.push(told);
    if (lane.waiting.reduce((sum, { events }) => sum + events.length, 0) <= MAX_WAITING_EVENTS) return;
    const error = new AppError('LIMIT_EXCEEDED', 'The filter takes longer than changes come. Leave out a part of it.');
    for (const { buffer } of told.group) buffer.close(error);
  }

  return {
    tell(watchers, events) {
      if (events.length === 0) return;
      for (const group of Map.groupBy(watchers, ({ filter }) => filter?.key).values()) {
        const [{ filter }] = group as [Watcher];
        if (filter) enqueue(filter, { group, events });
        else push(group, events);
      }
    },
    async settled() {
      await Promise.all([...lanes.values()].map((lane) => lane.running));
    },
  };
}

function isPresent(event: RequestEvent | undefined): event is RequestEvent {
  return event !== undefined;
}

function push(group: readonly Watcher[], events: readonly RequestEvent[]): void {
  for (const { buffer } of group) buffer.push(events);
}
