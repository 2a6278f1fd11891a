import { Args, ArgsType, Field, ID, Int, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import { READERS } from '../../access/viewer';
import type { Context } from '../../graphql/context';
import { publishEnum, withExample } from '../../graphql/directives';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { HasRole } from '../../graphql/roles/has-role';
import { RequestLogWhere } from '../api/request-log.inputs';
import { RequestLogType } from '../api/request-log.type';
import { CHANGE_KINDS, type ChangeKind } from '../feed/read-feed.store';
import type { RequestRow } from '../request-log.store';
import { UNINDEXED_FILTERS } from '../search/indexed-filters';
import type { WatchEvent } from './tail-events';
import { afterText, CHANGE_ID_TEXT, DROPPED_TEXT, watch } from './watch-args';
import { WATCHED_REQUESTS } from './watched';

const ChangeKindEnum = publishEnum('WebhookRequestLogChangeKind', CHANGE_KINDS, 'The kind of a change.', {
  OPENED: { description: 'The request began. Its outcome is not known.' },
  CLOSED: {
    description: 'The request finished. If it began and finished in one transaction, this is its only change.',
  },
});

@ObjectType('WebhookRequestLogChange', {
  simpleResolvers: true,
  description: 'A change of the log: a request began or finished. Most requests have both changes.',
})
class RequestChangeType {
  @Field(() => ID, { description: CHANGE_ID_TEXT })
  id: string;

  @Field(() => ChangeKindEnum, { description: 'Whether the request began or finished.' })
  kind: ChangeKind;

  @Field(() => Int, { description: DROPPED_TEXT })
  dropped: number;

  @Field(() => RequestLogType, {
    description:
      'The current state of the request. If it has finished since, an OPENED change already has the outcome.',
  })
  webhookRequestLog: RequestRow;
}

@ArgsType()
class WatchArgs {
  @Field(() => RequestLogWhere, {
    nullable: true,
    description: `${WHERE_TEXT} It is evaluated for each change, on the current state of the request. \`search\` is not supported.`,
  })
  where?: RequestLogWhere;

  @Field(() => ID, { nullable: true, description: afterText('WebhookRequestLog', 'it began') })
  after?: string | null;
}

const FILTERS = { ...RequestLogWhere.filter, ...UNINDEXED_FILTERS };

@Resolver()
export class WatchResolver {
  @HasRole(...READERS)
  @Subscription(() => RequestChangeType, {
    // a function, because events do not come from the pub/sub of TypeGraphQL
    subscribe: ({ context, args }) => watch(context as Context, WATCHED_REQUESTS, FILTERS, args as WatchArgs),
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
    @Root() { id, kind, dropped, row }: WatchEvent<RequestRow>,
    @Args(() => WatchArgs) _args: WatchArgs,
  ): RequestChangeType {
    // changes of deliveries have no requests
    return { id, kind: kind as ChangeKind, dropped, webhookRequestLog: row };
  }
}
