// The way of somebody who watched before through what happened meanwhile.
import { AppError } from '../../errors';
import type { Db } from '../../sql/db';
import { readChangeId } from '../feed/change-id';
import type { FeedPosition } from '../feed/request-change.store';
import type { ResumePoint } from '../feed/resume';
import type { Watcher } from './filter-groups';
import { eventsMeeting, type RequestEvent, readEvents } from './tail-events';

const PART = 100;
/** Whoever still reads the past after so long comes back, and is told whether the feed still holds the rest. */
const LONGEST_MS = 3 * 3_600_000;

/**
 * Tells a watcher what stands in the feed behind a place, as fast as they take it: none of it is dropped.
 * @returns where they have come to, which is what was committed a moment ago; null when they have left
 */
export async function catchUp(db: Db, watcher: Watcher, point: ResumePoint): Promise<FeedPosition | null> {
  const { buffer, filter } = watcher;
  const end = performance.now() + LONGEST_MS;
  let { position } = point;
  for (;;) {
    const read = await readEvents(db, position);
    const events = position === point.position ? withoutBehind(read.events, point) : read.events;
    const wanted = [...(await eventsMeeting(db, events, filter)).values()];
    for (let index = 0; index < wanted.length; index += PART) {
      if (!(await buffer.room(PART))) return null;
      buffer.push(wanted.slice(index, index + PART));
    }
    if (buffer.closed) return null;
    if (!read.more) return read.position;
    if (performance.now() > end) {
      throw new AppError(
        'UNAVAILABLE',
        'This took too long to catch up. Subscribe again, after the last change you got.',
      );
    }
    position = read.position;
  }
}

function withoutBehind(events: readonly RequestEvent[], { behind }: ResumePoint): readonly RequestEvent[] {
  if (!behind) return events;
  return events.filter(({ id }) => {
    const place = readChangeId(id);
    return place?.changeId !== behind.changeId || place.index > behind.index;
  });
}
