// The arguments of subscriptions, and how they begin.
import { type Context, perRequest } from '../../graphql/context';
import { conditionOf, type FilterMap } from '../../graphql/lists/where-to-sql';
import { RESUME_HOURS } from '../feed/resume';
import type { EventStream } from './subscriber-queue';
import type { Watched } from './watched';

/** @param row the type of the rows, whose ids are places too @param time what the time in such an id is */
export function afterText(row: string, time: string): string {
  return (
    `Where to resume, at most ${RESUME_HOURS} hours back: first the changes after it are sent, then new changes. ` +
    'The `id` of a change: exactly after that change, or from 10 s before it, if the database was restarted since. ' +
    `The \`id\` of a ${row}: from 10 s before ${time}, so that some changes are sent again, including those of that row. ` +
    'Left out: only new changes.'
  );
}

export const DROPPED_TEXT =
  'The number of changes that were dropped immediately before this one because the client reads too slowly; 0 if ' +
  'none. At most 1,000 changes wait for each subscription. To receive the dropped changes, subscribe again with ' +
  'the id of the previous change in `after`.';

export const CHANGE_ID_TEXT =
  'The position of the change in the feed. To resume after it, pass it as `after`. It is opaque, such as ' +
  '"chg_2s.1.0_1.1_4f_0_5d0c9a1e_mi3x0k2g". On a text/event-stream it is also the `id` of the event.';

const LAST_EVENT = 'watch.lastEventId';

/** Resumes after the `Last-Event-ID` of a text/event-stream (WHATWG HTML, section 9.2). */
export function resumeAfter(context: Context, lastEventId: string): void {
  perRequest(context, LAST_EVENT, () => lastEventId);
}

/** @throws AppError BAD_USER_INPUT for a filter or a position that cannot be used */
export async function watch(
  context: Context,
  watched: Watched,
  filters: FilterMap,
  { where, after }: { where?: object | undefined; after?: string | null | undefined },
): Promise<EventStream> {
  const condition = conditionOf(where, filters);
  const filter = where === undefined ? null : { key: JSON.stringify(where), condition };
  const lastEventId = perRequest<string | null>(context, LAST_EVENT, () => null);
  return context.services.tail.watch(watched, filter, lastEventId ?? after ?? null);
}
