// From the feed to what is told about it.
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { toChangeId, wayOf } from '../feed/change-id';
import type { ChangeKind } from '../feed/request-change.entity';
import { type FeedPosition, readFeed } from '../feed/request-change.store';
import type { RequestRow } from '../request-log.store';
import { changedRequests, requestsMeeting } from './tail.store';

/** A request was opened or closed. */
export interface RequestEvent {
  /** Where it stands in the feed. */
  id: string;
  kind: ChangeKind;
  /** How many events before it were lost to whoever watches, because they took too long. */
  dropped: number;
  /** As it stands when it is told. */
  request: RequestRow;
}

/** What somebody wants to be told of. */
export interface RequestFilter {
  /** The same for filters that mean the same: they are asked once. */
  key: string;
  condition: Condition;
}

// of up to 1,000 requests each
const CHANGES_AT_ONCE = 20;

/** What a reader at this position has not been told, in the order of the feed. */
export async function readEvents(
  db: Db,
  position: FeedPosition,
): Promise<{ events: RequestEvent[]; position: FeedPosition; more: boolean }> {
  const { changes, ...read } = await readFeed(db, position, CHANGES_AT_ONCE);
  if (changes.length === 0) return { events: [], ...read };
  const rows = await changedRequests(db, [...new Set(changes.flatMap((change) => change.requestIds))]);
  const way = wayOf(position.from, read.position.to ?? read.position.from);
  const events = changes.flatMap(({ id, kind, requestIds }) =>
    requestIds.flatMap((requestId, index): RequestEvent[] => {
      const request = rows.get(requestId);
      // a month that was dropped meanwhile
      return request ? [{ id: toChangeId(way, id, index), kind, dropped: 0, request }] : [];
    }),
  );
  return { events, ...read };
}

/**
 * Those events whose requests meet the filter now, each with how it is told: with its request as the filter found it, also
 * where that was closed since.
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
