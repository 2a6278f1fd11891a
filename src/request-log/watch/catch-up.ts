// Sends a resumed subscription the changes that it missed.
import { AppError } from '../../errors';
import type { Db } from '../../sql/db';
import { readChangeId } from '../feed/change-id';
import type { FeedPosition, FeedPositionOfRun } from '../feed/read-feed.store';
import type { ResumePoint } from '../feed/resume';
import type { Subscriber } from './filter-groups';
import { eventsMeeting, type RequestEvent, readEvents } from './tail-events';

const PART = 100;
/** After this time the subscription ends with an error. The client resumes it, if the feed still holds the rest. */
const MAX_MS = 3 * 3_600_000;

/**
 * Sends a subscriber the changes of the feed after a position, as fast as it reads them. No change is dropped.
 * @returns the position reached, which is a moment behind the end of the feed; null: the subscription has ended
 */
export async function catchUp(db: Db, subscriber: Subscriber, point: ResumePoint): Promise<FeedPositionOfRun | null> {
  const { queue, filter } = subscriber;
  const end = performance.now() + MAX_MS;
  let position: FeedPosition = point.position;
  for (;;) {
    const read = await readEvents(db, position);
    if (read.position.run !== point.position.run) throw restarted();
    const events = position === point.position ? withoutDelivered(read.events, point) : read.events;
    const wanted = [...(await eventsMeeting(db, events, filter)).values()];
    for (let index = 0; index < wanted.length; index += PART) {
      if (!(await queue.waitForSpace(PART))) return null;
      queue.push(wanted.slice(index, index + PART));
    }
    if (queue.closed) return null;
    if (!read.more) return read.position;
    if (performance.now() > end) {
      throw new AppError(
        'UNAVAILABLE',
        'Catching up took too long. Subscribe again with the id of the last change in `after`.',
      );
    }
    position = read.position;
  }
}

/** The position of a subscription that had not caught up yet is worth nothing in another run of the database. */
export function restarted(): AppError {
  return new AppError(
    'UNAVAILABLE',
    'The database was started while the subscription caught up. Subscribe again with the id of the last change in `after`.',
  );
}

function withoutDelivered(events: readonly RequestEvent[], { delivered }: ResumePoint): readonly RequestEvent[] {
  if (!delivered) return events;
  return events.filter(({ id }) => {
    const place = readChangeId(id);
    return place?.changeId !== delivered.changeId || place.index > delivered.index;
  });
}
