// The links between events and users.
import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../graphql/context';
import { nestedPage } from '../graphql/lists/list';
import { byTime } from '../graphql/lists/time-order';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { USER } from '../users/user.linked-fields';
import type { UserRow } from '../users/user.store';
import { UserType } from '../users/user.type';
import { BUSINESS_EVENT_FILTER, BusinessEventListArgs } from './business-event.inputs';
import { BUSINESS_EVENTS, type BusinessEventRow } from './business-event.store';
import { BusinessEventConnection, BusinessEventType } from './business-event.type';

@Resolver(() => UserType)
export class UserEventsResolver {
  @FieldResolver(() => BusinessEventConnection, {
    description: 'The business events of which this user is the `user`, newest first by default.',
  })
  businessEvents(
    @Root() row: UserRow,
    @Ctx() context: Context,
    @Args(() => BusinessEventListArgs) args: BusinessEventListArgs,
  ) {
    const condition = conditionOf(args.where, BUSINESS_EVENT_FILTER);
    const query = { listing: BUSINESS_EVENTS, condition, order: byTime('BusinessEvent', args.orderBy), args };
    return nestedPage(context, row, 'user_id', query, args);
  }
}

@Resolver(() => BusinessEventType)
export class EventPublisherResolver {
  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'The user who published the event. `user` is the user who acted in the business system.',
  })
  publishedBy(@Root() row: BusinessEventRow, @Ctx() context: Context) {
    return USER.load(context, row.publishedBy);
  }
}
