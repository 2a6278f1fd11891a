// Fields of other types that list the requests that belong to them.
import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { BusinessEventRow } from '../../events/business-event.store';
import { BusinessEventType } from '../../events/business-event.type';
import type { Context } from '../../graphql/context';
import { nestedPage } from '../../graphql/lists/list';
import type { UserRow } from '../../users/user.store';
import { UserType } from '../../users/user.type';
import { WebhookType } from '../../webhooks/api/webhook.type';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { listedRequests, RequestLogListArgs } from './request-log.inputs';
import { RequestLogConnection } from './request-log.type';

/** A page of the requests whose `column` is the id of `parent`. */
export function requestsOf(context: Context, parent: { id: string }, column: string, args: RequestLogListArgs) {
  return nestedPage(context, parent, column, listedRequests(context.viewer, args), args);
}

@Resolver(() => WebhookType)
export class WebhookRequestsResolver {
  @FieldResolver(() => RequestLogConnection, { description: 'Requests of this webhook, newest first.' })
  requests(@Root() row: WebhookRow, @Ctx() context: Context, @Args(() => RequestLogListArgs) args: RequestLogListArgs) {
    return requestsOf(context, row, 'webhook_id', args);
  }
}

@Resolver(() => UserType)
export class UserRequestsResolver {
  @FieldResolver(() => RequestLogConnection, { description: 'Requests that this user triggered, newest first.' })
  requests(@Root() row: UserRow, @Ctx() context: Context, @Args(() => RequestLogListArgs) args: RequestLogListArgs) {
    return requestsOf(context, row, 'user_id', args);
  }
}

@Resolver(() => BusinessEventType)
export class BusinessEventRequestsResolver {
  @FieldResolver(() => RequestLogConnection, {
    description: 'Requests that sent this event (OUTGOING), and calls that reported it (INCOMING), newest first.',
  })
  requests(
    @Root() row: BusinessEventRow,
    @Ctx() context: Context,
    @Args(() => RequestLogListArgs) args: RequestLogListArgs,
  ) {
    return requestsOf(context, row, 'business_event_id', args);
  }
}
