import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { loadEvent } from '../events/business-event.resolver';
import type { BusinessEventRow } from '../events/business-event.store';
import { BusinessEventType } from '../events/business-event.type';
import type { Context } from '../graphql/context';
import { HasRole } from '../graphql/has-role';
import { listPage, nestedPage } from '../graphql/list';
import { ForwardPageArgs } from '../graphql/page-args';
import { loaderFor } from '../graphql/per-request';
import { conditionOf } from '../graphql/where';
import { toNodeId, uuidOf } from '../ids';
import { requestsOf } from '../request-log/links.resolver';
import type { RequestRow } from '../request-log/request-log.store';
import { RequestLogConnection, RequestLogType } from '../request-log/request-log.type';
import { READERS } from '../viewer';
import { loadWebhook } from '../webhooks/webhook.resolver';
import type { WebhookRow } from '../webhooks/webhook.store';
import { WebhookType } from '../webhooks/webhook.type';
import { DELIVERY_FILTER, DeliveryListArgs, type DeliveryWhere, FilteredDeliveryListArgs } from './delivery.inputs';
import { DELIVERIES, type DeliveryRow, deliveriesById } from './delivery.store';
import { DeliveryConnection, DeliveryType } from './delivery.type';

const ORDER = { tag: 'Delivery', column: null, descending: true };

export function loadDelivery(context: Context, id: string | null): Promise<DeliveryRow | null> | null {
  return id === null ? null : loaderFor(context, 'Delivery', (ids) => deliveriesById(context.db, ids)).load(id);
}

@Resolver(() => DeliveryType)
export class DeliveryResolver {
  @HasRole(...READERS)
  @Query(() => DeliveryType, { nullable: true, description: 'null when there is none with this id.' })
  delivery(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return loadDelivery(context, uuidOf('Delivery', id));
  }

  @HasRole(...READERS)
  @Query(() => DeliveryConnection, { description: 'Newest first.' })
  deliveries(@Ctx() context: Context, @Args(() => DeliveryListArgs) args: DeliveryListArgs) {
    const condition = conditionOf(args.where, DELIVERY_FILTER);
    return listPage(context, { listing: DELIVERIES, condition, order: ORDER, args });
  }

  @FieldResolver(() => ID)
  id(@Root() row: DeliveryRow) {
    return toNodeId('Delivery', row.id);
  }

  @FieldResolver(() => WebhookType, { nullable: true })
  webhook(@Root() row: DeliveryRow, @Ctx() context: Context) {
    return loadWebhook(context, row.webhookId);
  }

  @FieldResolver(() => BusinessEventType, { nullable: true })
  businessEvent(@Root() row: DeliveryRow, @Ctx() context: Context) {
    return loadEvent(context, row.businessEventId);
  }

  @FieldResolver(() => RequestLogConnection, { description: 'Its attempts, newest first.' })
  requests(@Root() row: DeliveryRow, @Ctx() context: Context, @Args(() => ForwardPageArgs) args: ForwardPageArgs) {
    return requestsOf(context, row, 'delivery_id', args);
  }
}

type LinkArgs = ForwardPageArgs & { where?: DeliveryWhere };

function deliveriesOf(context: Context, parent: { id: string }, column: string, args: LinkArgs) {
  const condition = conditionOf(args.where, DELIVERY_FILTER);
  return nestedPage(context, parent, column, { listing: DELIVERIES, condition, order: ORDER, args }, args);
}

@Resolver(() => WebhookType)
export class WebhookDeliveriesResolver {
  @FieldResolver(() => DeliveryConnection, { description: 'What is or was owed under this agreement, newest first.' })
  deliveries(
    @Root() row: WebhookRow,
    @Ctx() context: Context,
    @Args(() => FilteredDeliveryListArgs) args: FilteredDeliveryListArgs,
  ) {
    return deliveriesOf(context, row, 'webhook_id', args);
  }
}

@Resolver(() => BusinessEventType)
export class BusinessEventDeliveriesResolver {
  @FieldResolver(() => DeliveryConnection, { description: 'One for each webhook that it matched.' })
  deliveries(
    @Root() row: BusinessEventRow,
    @Ctx() context: Context,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    return deliveriesOf(context, row, 'business_event_id', args);
  }
}

@Resolver(() => RequestLogType)
export class RequestDeliveryResolver {
  @FieldResolver(() => DeliveryType, { nullable: true, description: 'What this was an attempt of.' })
  delivery(@Root() row: RequestRow, @Ctx() context: Context) {
    return loadDelivery(context, row.deliveryId);
  }
}
