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
    description: `${WHERE_TEXT} Asked with each change, about the request as it stands then; \`search\` cannot be.`,
  })
  where?: RequestLogWhere;

  @Field(() => ID, {
    nullable: true,
    description:
      `What you have seen already: you get what came behind it, up to ${RESUME_HOURS} hours back, and then what comes. The ` +
      '`id` of a change: exactly behind it. The `id` of a WebhookRequestLog: from 10 s before it began, so that you get ' +
      'some changes again, its own among them. Left out: only what comes.',
  })
  after?: string | null;
}

const LAST_EVENT = 'watch.lastEventId';

/** What the transport itself knows of: `Last-Event-ID` of a text/event-stream (WHATWG HTML, section 9.2). */
export function goOnBehind(context: Context, lastEventId: string): void {
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
    // how it gets its events is its own business: it publishes nothing through TypeGraphQL
    subscribe: ({ context, args }) => watch(context as Context, args as WatchArgs),
    description: withExample(
      'Tells of each request that is opened or closed, in the order in which that became visible, within some 20 ms, ' +
        'whichever process did it. Over text/event-stream (`POST` or `GET /graphql/stream`) or WebSocket (`/graphql`, ' +
        'graphql-transport-ws). Each change is told at least once to whoever goes on with `after`.',
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
