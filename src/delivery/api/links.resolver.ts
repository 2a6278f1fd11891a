// Deliveries, and what they belong to, lead to or wait for.
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
  @FieldResolver(() => UserType, { nullable: true, description: 'Whose act in the business system it tells of.' })
  user(@Root() row: DeliveryRow, @Ctx() context: Context) {
    return USER.load(context, row.userId);
  }

  @FieldResolver(() => DeliveryType, {
    nullable: true,
    description:
      'Which earlier delivery of its document holds it back: the first one that is not over, or that was given up where ' +
      'the webhook says HOLD. null: it does not wait for a PREDECESSOR.',
  })
  predecessor(@Root() row: DeliveryRow, @Ctx() context: Context) {
    if (row.waitsFor !== 'PREDECESSOR') return null;
    return loaderFor(context, 'Delivery.predecessor', (ids) => predecessorsOf(context.db, ids)).load(row.id);
  }

  @FieldResolver(() => BusinessEventConnection, {
    description: 'Events that were published as a reaction to it, by their `causedBy`; newest first by default.',
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
    description: 'Events that were published as a reaction to a delivery of this one; newest first by default.',
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
      'What partners were or are to be told of this user, by the time of its event; the newest first by default.',
  })
  deliveries(@Root() row: UserRow, @Ctx() context: Context, @Args(() => DeliveryListArgs) args: DeliveryListArgs) {
    const condition = conditionOf(args.where, DELIVERY_FILTER);
    const query = { listing: DELIVERIES_OF_USERS, condition, order: orderOfUser(args.orderBy), args };
    return nestedPage(context, row, 'acting_user_id', query, args);
  }
}
