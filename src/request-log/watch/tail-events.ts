// Reads events from the feed, and selects those that meet a filter.
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { changePrefix, toChangeId } from '../feed/change-id';
import type { FeedPosition } from '../feed/read-feed.store';
import type { ChangeKind } from '../feed/request-change.entity';
import { readFeed } from '../feed/request-change.store';
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
export async function readEvents(
  db: Db,
  position: FeedPosition,
): Promise<{ events: RequestEvent[]; position: FeedPosition; more: boolean }> {
  const { changes, ...read } = await readFeed(db, position, READ_CHANGES);
  if (changes.length === 0) return { events: [], ...read };
  const rows = await changedRequests(db, [...new Set(changes.flatMap((change) => change.requestIds))]);
  const prefix = changePrefix(position.from, read.position.to ?? read.position.from);
  const events = changes.flatMap(({ id, kind, requestIds }) =>
    requestIds.flatMap((requestId, index): RequestEvent[] => {
      const request = rows.get(requestId);
      // no row: its partition was dropped meanwhile
      return request ? [{ id: toChangeId(prefix, id, index), kind, dropped: 0, request }] : [];
    }),
  );
  return { events, ...read };
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
