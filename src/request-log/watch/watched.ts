// What a subscription can watch: rows that the changes of the feed are about.
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { changedRequests, type RequestChange, requestsMeeting } from '../feed/read-feed.store';
import type { RequestRow } from '../request-log.store';

export interface WatchedRow {
  id: string;
}

export interface Watched<Row extends WatchedRow = WatchedRow> {
  /** The name of the subscription field, which tells filters of one kind from those of another. */
  field: string;
  /** For each change, the ids of its rows, each at its place in the change; null: at this place is none. */
  idsOf(db: Db, changes: readonly RequestChange[]): Promise<readonly (readonly (string | null)[])[]>;
  /** The rows as they are now. Those that are gone are left out. */
  rowsById(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, Row>>;
  /** The same of those that meet a condition now. Linked rows are read each time, because they may change. */
  rowsMeeting(db: Db, ids: readonly string[], condition: Condition): Promise<ReadonlyMap<string, Row>>;
  /** Whether two states of a row are the same. */
  isSame(one: Row, other: Row): boolean;
}

/** A closed request never changes. */
export const WATCHED_REQUESTS: Watched<RequestRow> = {
  field: 'webhookRequestLogChanged',
  idsOf: async (_db, changes) => changes.map(({ requestIds }) => requestIds),
  rowsById: changedRequests,
  rowsMeeting: requestsMeeting,
  isSame: (one, other) => one.finishedAt?.getTime() === other.finishedAt?.getTime(),
};
