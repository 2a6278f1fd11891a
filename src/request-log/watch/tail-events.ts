// Reads events from the feed, and selects those that meet a filter.
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { changePrefix, toChangeId } from '../feed/change-id';
import type { FeedPosition, FeedPositionOfRun } from '../feed/read-feed.store';
import type { ChangeKind } from '../feed/request-change.entity';
import {
  type ReadAfterRestart,
  type RequestChange,
  readFeed,
  readFeedAfterRestart,
} from '../feed/request-change.store';
import { NOTHING_SEEN } from '../feed/resume';
import type { RequestRow } from '../request-log.store';
import { changedRequests, requestsMeeting } from './tail.store';

/** A request was opened or closed. */
export interface RequestEvent {
  /** Its position in the feed. */
  id: string;
  kind: ChangeKind;
  /** The number of events that were dropped before it because the subscriber is slow. */
  dropped: number;
  /** The state of the request when the event is sent. */
  request: RequestRow;
}

/** The filter of a subscription. */
export interface RequestFilter {
  /** Equal for equal filters, which are evaluated once. */
  key: string;
  condition: Condition;
}

// changes per read, of up to 1,000 requests each
const READ_CHANGES = 20;

/** The events after a position, in the order of the feed. */
export async function readEvents(db: Db, position: FeedPosition): Promise<ReadEvents> {
  const { changes, position: end, run, more } = await readFeed(db, position, READ_CHANGES);
  const prefix = changePrefix(position.from, end.to ?? end.from);
  return { changes, events: await eventsOf(db, changes, prefix, run), position: { ...end, run }, more };
}

export interface ReadEvents {
  changes: readonly RequestChange[];
  events: RequestEvent[];
  /** After these events, in the run of the database that was read. */
  position: FeedPositionOfRun;
  more: boolean;
}

/**
 * The events after a position of another run of the database, except those of `sent`.
 * @param since what was written since then may look as if it had been read @returns the last position is after all of them
 */
export async function* readEventsAfterRestart(
  db: Db,
  position: FeedPosition,
  since: Date,
  sent: (change: RequestChange) => boolean,
): AsyncGenerator<ReadEvents> {
  let to: string | null = null;
  for (let after = '0'; ; ) {
    const read: ReadAfterRestart[] = await readFeedAfterRestart(
      db,
      { ...position, to },
      { since, after, limit: READ_CHANGES },
    );
    const { now, run } = read[0] as ReadAfterRestart;
    to = now;
    const all = read.filter((row): row is ReadAfterRestart & RequestChange => row.id !== null);
    const changes = all.filter((change) => !sent(change));
    const events = await eventsOf(db, changes, changePrefix(NOTHING_SEEN, now), run);
    const more = all.length === READ_CHANGES;
    yield { changes, events, position: { from: now, to: null, afterId: '0', run }, more };
    if (!more) return;
    after = all.at(-1)?.id as string;
  }
}

async function eventsOf(
  db: Db,
  changes: readonly RequestChange[],
  prefix: string,
  run: string,
): Promise<RequestEvent[]> {
  if (changes.length === 0) return [];
  const rows = await changedRequests(db, [...new Set(changes.flatMap((change) => change.requestIds))]);
  return changes.flatMap(({ id, at, kind, requestIds }) =>
    requestIds.flatMap((requestId, index): RequestEvent[] => {
      const request = rows.get(requestId);
      if (!request) return []; // its partition was dropped meanwhile
      const place = { changeId: id, index, run, at: at.getTime() };
      return [{ id: toChangeId(prefix, place), kind, dropped: 0, request }];
    }),
  );
}

/**
 * The events whose requests meet the filter now, each with the event to send: its request has the state that the filter
 * saw, even if the request finished after the event was read.
 */
export async function eventsMeeting(
  db: Db,
  events: readonly RequestEvent[],
  filter: RequestFilter | null,
): Promise<Map<RequestEvent, RequestEvent>> {
  if (!filter || events.length === 0) return new Map(events.map((event) => [event, event]));
  const ids = [...new Set(events.map((event) => event.request.id))];
  const meeting = await requestsMeeting(db, ids, filter.condition);
  const isOutdated = ({ request }: RequestEvent) => request.finishedAt === null && meeting.get(request.id)?.closed;
  const outdated = events.filter(isOutdated).map((event) => event.request.id);
  const closed = outdated.length > 0 ? await changedRequests(db, outdated) : new Map<string, RequestRow>();
  return new Map(
    events
      .filter(({ request }) => meeting.has(request.id))
      .map((event) => {
        const request = closed.get(event.request.id);
        return [event, request ? { ...event, request } : event];
      }),
  );
}
