import { Args, ArgsType, Field, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { perRequest } from '../../graphql/data-loaders';
import { withExample } from '../../graphql/example';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { REQUEST_LOG_FILTER, RequestLogWhere } from '../api/request-log.inputs';
import { RESUME_HOURS } from '../feed/resume';
import { UNINDEXED_FILTERS } from '../search/indexed-filters';
import { RequestChangeType } from './request-change.type';
import type { EventStream } from './subscriber-queue';
import type { RequestEvent } from './tail-events';

@ArgsType()
class WatchArgs {
  @Field(() => RequestLogWhere, {
    nullable: true,
    description: `${WHERE_TEXT} It is evaluated for each change, on the current state of the request. \`search\` is not supported.`,
  })
  where?: RequestLogWhere;

  @Field(() => ID, {
    nullable: true,
    description:
      `Where to resume, at most ${RESUME_HOURS} hours back: first the changes after it are sent, then new changes. ` +
      'The `id` of a change: exactly after that change, or from 10 s before it, if the database was restarted since. The `id` of a WebhookRequestLog: from 10 s before it began, ' +
      'so that some changes are sent again, including those of that request. Left out: only new changes.',
  })
  after?: string | null;
}

const LAST_EVENT = 'watch.lastEventId';

/** Resumes after the `Last-Event-ID` of a text/event-stream (WHATWG HTML, section 9.2). */
export function resumeAfter(context: Context, lastEventId: string): void {
  perRequest(context, LAST_EVENT, () => lastEventId);
}

async function watch(context: Context, { where, after }: WatchArgs): Promise<EventStream> {
  const condition = conditionOf(where, { ...REQUEST_LOG_FILTER, ...UNINDEXED_FILTERS });
  const filter = where === undefined ? null : { key: JSON.stringify(where), condition };
  const lastEventId = perRequest<string | null>(context, LAST_EVENT, () => null);
  return context.services.requestTail.watch(filter, lastEventId ?? after ?? null);
}

@Resolver()
export class WatchResolver {
  @HasRole(...READERS)
  @Subscription(() => RequestChangeType, {
    // a function, because events do not come from the pub/sub of TypeGraphQL
    subscribe: ({ context, args }) => watch(context as Context, args as WatchArgs),
    description: withExample(
      'Sends each change of the log: a request began or finished, in any process. Changes are sent about 20 ms after they ' +
        'were committed, in the order in which they became visible. The transport is text/event-stream (`POST` or ' +
        '`GET /graphql/stream`) or WebSocket (`/graphql`, graphql-transport-ws). A client that resumes with `after` ' +
        'receives each change at least once.',
      'subscription {\n  webhookRequestLogChanged(where: { status: { eq: FAILED } }) {\n' +
        '    id kind dropped webhookRequestLog { referenceDocument error webhook { name } }\n  }\n}',
    ),
  })
  webhookRequestLogChanged(
    @Root() { id, kind, dropped, request }: RequestEvent,
    @Args(() => WatchArgs) _args: WatchArgs,
  ): RequestChangeType {
    return { id, kind, dropped, webhookRequestLog: request };
  }
}
