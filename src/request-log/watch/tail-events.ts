// Reads changes of the feed, and makes events of them, for those who watch the rows that they are about.
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { currentMs } from '../../time/clock';
import { changePrefix, toChangeId } from '../feed/change-id';
import {
  type FeedKind,
  type FeedPosition,
  type FeedPositionOfRun,
  type ReadAfterRestart,
  type RequestChange,
  readFeed,
  readFeedAfterRestart,
} from '../feed/read-feed.store';
import { NOTHING_SEEN } from '../feed/resume';
import type { Watched, WatchedRow } from './watched';

/** A row has changed. */
export interface WatchEvent<Row extends WatchedRow = WatchedRow> {
  /** Its position in the feed. */
  id: string;
  kind: FeedKind;
  /** The number of events that were dropped before it because the subscriber is slow. */
  dropped: number;
  /** The state of the row when the event is sent. */
  row: Row;
}

/** The filter of a subscription. */
export interface RowFilter {
  /** Equal for equal filters, which are evaluated once. */
  key: string;
  condition: Condition;
}

// changes per read, of up to 1,000 rows each
const READ_CHANGES = 20;

export interface ReadPart {
  changes: readonly RequestChange[];
  /** That of the ids of these changes. */
  prefix: string;
  /** After these changes, in the run of the database that was read. */
  position: FeedPositionOfRun;
  more: boolean;
}

/** The changes after a position, in the order of the feed. */
export async function readPart(db: Db, position: FeedPosition): Promise<ReadPart> {
  const { changes, position: end, run, more } = await readFeed(db, position, READ_CHANGES);
  return { changes, prefix: changePrefix(position.from, end.to ?? end.from), position: { ...end, run }, more };
}

/**
 * The changes after a position of another run of the database, except those of `sent`.
 * @param since what was written since then may look as if it had been read @returns the last position is after all of them
 */
export async function* readPartsAfterRestart(
  db: Db,
  position: FeedPosition,
  since: Date,
  sent: (change: RequestChange) => boolean,
): AsyncGenerator<ReadPart> {
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
    const more = all.length === READ_CHANGES;
    yield {
      changes,
      prefix: changePrefix(NOTHING_SEEN, now),
      position: { from: now, to: null, afterId: '0', run },
      more,
    };
    if (!more) return;
    after = all.at(-1)?.id as string;
  }
}

/** What changed of the watched rows, in the order of the feed. */
export async function eventsOf(
  db: Db,
  watched: Watched,
  { changes, prefix, position }: ReadPart,
): Promise<WatchEvent[]> {
  if (changes.length === 0) return [];
  const idsOfEach = await watched.idsOf(db, changes);
  const ids = new Set(idsOfEach.flat().filter((id) => id !== null));
  if (ids.size === 0) return [];
  const rows = await watched.rowsById(db, [...ids]);
  return changes.flatMap(({ id, at, kind }, n) =>
    (idsOfEach[n] ?? []).flatMap((rowId, index): WatchEvent[] => {
      const row = rowId === null ? undefined : rows.get(rowId);
      if (!row) return []; // its partition was dropped meanwhile
      const place = { changeId: id, index, run: position.run, at: at.getTime() };
      return [{ id: toChangeId(prefix, place), kind, dropped: 0, row }];
    }),
  );
}

/**
 * The events whose rows meet the filter now, each with the event to send: its row has the state that the filter saw, even if it has
 * changed after the event was read.
 */
export async function eventsMeeting(
  db: Db,
  watched: Watched,
  events: readonly WatchEvent[],
  filter: RowFilter | null,
): Promise<Map<WatchEvent, WatchEvent>> {
  if (!filter || events.length === 0) return new Map(events.map((event) => [event, event]));
  const ids = [...new Set(events.map((event) => event.row.id))];
  const meeting = await watched.rowsMeeting(db, ids, filter.condition);
  return new Map(
    events.flatMap((event) => {
      const row = meeting.get(event.row.id);
      // the same event for all filters, so that its answer is made once
      return row ? [[event, watched.isSame(event.row, row) ? event : { ...event, row }]] : [];
    }),
  );
}

// The changes that were sent lately: after a restart of the database, they are distinguished from others that got the numbers
// of their transactions.

/** A change has the time at which it was written; after a failover, the clock of another machine may be behind. */
const MARGIN_MS = 10_000;

export interface SentChanges {
  /** What was committed before is not to be sent. */
  begin(): void;
  add(changes: readonly RequestChange[]): void;
  has(change: RequestChange): boolean;
  /** What was committed by now is sent. */
  hasReadAll(): void;
  /** Of what was written since then, all that was sent is known; what was written before is sent, if it was visible then. */
  since(): Date;
}

export function createSentChanges(): SentChanges {
  /** In the order in which they were sent. */
  const sent = new Map<string, number>();
  let begun = currentMs();
  let since = begun;
  return {
    begin() {
      sent.clear();
      begun = currentMs();
      since = begun;
    },
    add(changes) {
      for (const change of changes) sent.set(keyOf(change), change.at.getTime());
    },
    has: (change) => sent.has(keyOf(change)),
    hasReadAll() {
      since = Math.max(begun, currentMs() - MARGIN_MS);
      for (const [key, at] of sent) {
        if (at >= since) return;
        sent.delete(key);
      }
    },
    since: () => new Date(since),
  };
}

// ids may be given again too
function keyOf({ id, at }: RequestChange): string {
  return `${id} ${at.getTime()}`;
}
