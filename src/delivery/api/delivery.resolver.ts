import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { BUSINESS_EVENT } from '../../events/business-event.linked-fields';
import type { BusinessEventRow } from '../../events/business-event.store';
import { BusinessEventType } from '../../events/business-event.type';
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import { withExample } from '../../graphql/example';
import { listPage, nestedPage } from '../../graphql/lists/list';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { toNodeId, uuidOf } from '../../ids';
import { requestsOf } from '../../request-log/api/links.resolver';
import { RequestLogListArgs } from '../../request-log/api/request-log.inputs';
import { RequestLogConnection, RequestLogType } from '../../request-log/api/request-log.type';
import type { RequestRow } from '../../request-log/request-log.store';
import { READERS } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { WebhookType } from '../../webhooks/api/webhook.type';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { DELIVERIES, type DeliveryRow, deliveriesById } from '../delivery.store';
import { DELIVERY_FILTER, DeliveryListArgs } from './delivery.inputs';
import { DeliveryConnection, DeliveryType } from './delivery.type';

export function loadDelivery(context: Context, id: string | null): Promise<DeliveryRow | null> | null {
  return id === null ? null : loaderFor(context, 'Delivery', (ids) => deliveriesById(context.db, ids)).load(id);
}

@Resolver(() => DeliveryType)
export class DeliveryResolver {
  @HasRole(...READERS)
  @Query(() => DeliveryType, {
    nullable: true,
    description: withExample(
      'The delivery with this id; null when there is none.',
      '{ delivery(id: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status nextAttemptAt requests { nodes { error } } } }',
    ),
  })
  delivery(
    @Ctx() context: Context,
    @Arg('id', () => ID, {
      description: 'The id of the delivery, `dlv_...`, which is also the `webhook-id` header of its requests.',
    })
    id: string,
  ) {
    return loadDelivery(context, uuidOf('Delivery', id));
  }

  @HasRole(...READERS)
  @Query(() => DeliveryConnection, {
    description: withExample(
      'All deliveries, newest first.',
      '{ deliveries(where: { status: { eq: EXHAUSTED } }) { nodes { referenceDocument webhook { name } finishedAt } } }',
    ),
  })
  deliveries(@Ctx() context: Context, @Args(() => DeliveryListArgs) args: DeliveryListArgs) {
    const condition = conditionOf(args.where, DELIVERY_FILTER);
    return listPage(context, { listing: DELIVERIES, condition, order: byTime('Delivery', args.orderBy), args });
  }

  @FieldResolver(() => ID, {
    description: '`dlv_` and 32 hexadecimal digits, also the `webhook-id` header of every attempt; never changes.',
  })
  id(@Root() row: DeliveryRow) {
    return toNodeId('Delivery', row.id);
  }

  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook that the delivery is for.' })
  webhook(@Root() row: DeliveryRow, @Ctx() context: Context) {
    return WEBHOOK.load(context, row.webhookId);
  }

  @FieldResolver(() => BusinessEventType, { nullable: true, description: 'The event that is delivered.' })
  businessEvent(@Root() row: DeliveryRow, @Ctx() context: Context) {
    return BUSINESS_EVENT.load(context, row.businessEventId);
  }

  @FieldResolver(() => RequestLogConnection, { description: 'The attempts of the delivery, newest first by default.' })
  requests(
    @Root() row: DeliveryRow,
    @Ctx() context: Context,
    @Args(() => RequestLogListArgs) args: RequestLogListArgs,
  ) {
    return requestsOf(context, row, 'delivery_id', args);
  }
}

/** A page of the deliveries whose `column` is the id of the parent. */
export function deliveriesOf(context: Context, parent: { id: string }, column: string, args: DeliveryListArgs) {
  const condition = conditionOf(args.where, DELIVERY_FILTER);
  const query = { listing: DELIVERIES, condition, order: byTime('Delivery', args.orderBy), args };
  return nestedPage(context, parent, column, query, args);
}

@Resolver(() => WebhookType)
export class WebhookDeliveriesResolver {
  @FieldResolver(() => DeliveryConnection, { description: 'The deliveries to this webhook, newest first by default.' })
  deliveries(@Root() row: WebhookRow, @Ctx() context: Context, @Args(() => DeliveryListArgs) args: DeliveryListArgs) {
    return deliveriesOf(context, row, 'webhook_id', args);
  }
}

@Resolver(() => BusinessEventType)
export class BusinessEventDeliveriesResolver {
  @FieldResolver(() => DeliveryConnection, {
    description: 'One delivery for each webhook that the event matched, newest first by default.',
  })
  deliveries(
    @Root() row: BusinessEventRow,
    @Ctx() context: Context,
    @Args(() => DeliveryListArgs) args: DeliveryListArgs,
  ) {
    return deliveriesOf(context, row, 'business_event_id', args);
  }
}

@Resolver(() => RequestLogType)
export class RequestDeliveryResolver {
  @FieldResolver(() => DeliveryType, {
    nullable: true,
    description: 'The delivery that this request is an attempt of.',
  })
  delivery(@Root() row: RequestRow, @Ctx() context: Context) {
    return loadDelivery(context, row.deliveryId);
  }
}
