// The links of deliveries to users, events and other deliveries.
import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { BUSINESS_EVENT_FILTER, BusinessEventListArgs } from '../../events/business-event.inputs';
import { BUSINESS_EVENTS, type BusinessEventRow } from '../../events/business-event.store';
import { BusinessEventConnection, BusinessEventType } from '../../events/business-event.type';
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import { nestedPage } from '../../graphql/lists/list';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { USER } from '../../users/user.linked-fields';
import type { UserRow } from '../../users/user.store';
import { UserType } from '../../users/user.type';
import { predecessorsOf } from '../capacity/document-ordering.store';
import type { DeliveryRow } from '../delivery.store';
import { DELIVERIES_OF_USERS, EFFECTS_OF_EVENTS, orderOfUser } from '../linked.store';
import { DELIVERY_FILTER, DeliveryListArgs } from './delivery.inputs';
import { DeliveryConnection, DeliveryType } from './delivery.type';

function effectsOf(
  context: Context,
  parent: { id: string },
  listing: typeof BUSINESS_EVENTS,
  column: string,
  args: BusinessEventListArgs,
) {
  const condition = conditionOf(args.where, BUSINESS_EVENT_FILTER);
  const query = { listing, condition, order: byTime('BusinessEvent', args.orderBy), args };
  return nestedPage(context, parent, column, query, args);
}

@Resolver(() => DeliveryType)
export class DeliveryLinksResolver {
  @FieldResolver(() => UserType, { nullable: true, description: 'The user who acted in the business system.' })
  user(@Root() row: DeliveryRow, @Ctx() context: Context) {
    return USER.load(context, row.userId);
  }

  @FieldResolver(() => DeliveryType, {
    nullable: true,
    description:
      'The earlier delivery of the same document that blocks this one: the first that is open, or that is EXHAUSTED if the ' +
      'webhook has the ordering HOLD. null: `waitsFor` is not PREDECESSOR.',
  })
  predecessor(@Root() row: DeliveryRow, @Ctx() context: Context) {
    if (row.waitsFor !== 'PREDECESSOR') return null;
    return loaderFor(context, 'Delivery.predecessor', (ids) => predecessorsOf(context.db, ids)).load(row.id);
  }

  @FieldResolver(() => BusinessEventConnection, {
    description: 'The events whose `causedBy` is this delivery, newest first by default.',
  })
  effects(
    @Root() row: DeliveryRow,
    @Ctx() context: Context,
    @Args(() => BusinessEventListArgs) args: BusinessEventListArgs,
  ) {
    return effectsOf(context, row, BUSINESS_EVENTS, 'caused_by', args);
  }
}

@Resolver(() => BusinessEventType)
export class EventEffectsResolver {
  @FieldResolver(() => BusinessEventConnection, {
    description: 'The events that were caused by a delivery of this event, newest first by default.',
  })
  effects(
    @Root() row: BusinessEventRow,
    @Ctx() context: Context,
    @Args(() => BusinessEventListArgs) args: BusinessEventListArgs,
  ) {
    return effectsOf(context, row, EFFECTS_OF_EVENTS, 'effect_of', args);
  }
}

@Resolver(() => UserType)
export class UserDeliveriesResolver {
  @FieldResolver(() => DeliveryConnection, {
    description:
      'The deliveries of events of which this user is the `user`, in the order of the events, newest first by default.',
  })
  deliveries(@Root() row: UserRow, @Ctx() context: Context, @Args(() => DeliveryListArgs) args: DeliveryListArgs) {
    const condition = conditionOf(args.where, DELIVERY_FILTER);
    const query = { listing: DELIVERIES_OF_USERS, condition, order: orderOfUser(args.orderBy), args };
    return nestedPage(context, row, 'acting_user_id', query, args);
  }
}
