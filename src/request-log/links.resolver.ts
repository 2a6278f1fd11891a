// The log as seen from what it belongs to.
import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { BusinessEventRow } from '../events/business-event.store';
import { BusinessEventType } from '../events/business-event.type';
import type { Context } from '../graphql/context';
import { nestedPage } from '../graphql/list';
import { ForwardPageArgs } from '../graphql/page-args';
import { conditionOf } from '../graphql/where';
import type { UserRow } from '../users/user.store';
import { UserType } from '../users/user.type';
import type { WebhookRow } from '../webhooks/webhook.store';
import { WebhookType } from '../webhooks/webhook.type';
import {
  FilteredRequestLogListArgs,
  REQUEST_LOG_FILTER,
  RequestLogListArgs,
  type RequestLogOrder,
  type RequestLogWhere,
  requestLogOrder,
} from './request-log.inputs';
import { REQUEST_LOG } from './request-log.store';
import { RequestLogConnection } from './request-log.type';

type LinkArgs = ForwardPageArgs & { where?: RequestLogWhere; orderBy?: RequestLogOrder | null };

/** The requests whose `column` is this parent, a page of them. */
export function requestsOf(context: Context, parent: { id: string }, column: string, args: LinkArgs) {
  const condition = conditionOf(args.where, REQUEST_LOG_FILTER);
  const query = { listing: REQUEST_LOG, condition, order: requestLogOrder(args.orderBy), args };
  return nestedPage(context, parent, column, query, args);
}

@Resolver(() => WebhookType)
export class WebhookRequestsResolver {
  @FieldResolver(() => RequestLogConnection, { description: 'What was exchanged under this agreement.' })
  requests(@Root() row: WebhookRow, @Ctx() context: Context, @Args(() => RequestLogListArgs) args: RequestLogListArgs) {
    return requestsOf(context, row, 'webhook_id', args);
  }
}

@Resolver(() => UserType)
export class UserRequestsResolver {
  @FieldResolver(() => RequestLogConnection, { description: 'What this user triggered.' })
  requests(
    @Root() row: UserRow,
    @Ctx() context: Context,
    @Args(() => FilteredRequestLogListArgs) args: FilteredRequestLogListArgs,
  ) {
    return requestsOf(context, row, 'user_id', args);
  }
}

@Resolver(() => BusinessEventType)
export class BusinessEventRequestsResolver {
  @FieldResolver(() => RequestLogConnection, { description: 'Every attempt to tell somebody about this event.' })
  requests(@Root() row: BusinessEventRow, @Ctx() context: Context, @Args(() => ForwardPageArgs) args: ForwardPageArgs) {
    return requestsOf(context, row, 'business_event_id', args);
  }
}
