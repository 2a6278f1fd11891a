import { listOfEvents } from '../../events/business-event.linked-fields';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { uuidOf } from '../../ids';
import { link, type SqlFields } from '../../read-plan/sql-fields';
import { DELIVERIES } from '../delivery.store';
import { DELIVERIES_OF_USERS, EFFECTS_OF_EVENTS, orderOfUser } from '../linked.store';
import { DELIVERY_FILTER, type DeliveryListArgs } from './delivery.inputs';

/** The deliveries of a row, by the column that holds its id. */
function deliveriesBelow(column: string): SqlFields['fields'] {
  return { deliveries: { kind: 'pages', of: 'Delivery', column, list: (args) => listed(args as DeliveryListArgs) } };
}

export const deliverySqlFields: readonly SqlFields[] = [
  {
    type: 'Delivery',
    listing: DELIVERIES,
    fields: {
      webhook: link('Webhook', 'webhook_id'),
      businessEvent: link('BusinessEvent', 'business_event_id'),
      user: link('User', 'user_id'),
      effects: { kind: 'pages', of: 'BusinessEvent', column: 'caused_by', list: listOfEvents().listQuery },
    },
  },
  {
    type: 'BusinessEvent',
    fields: {
      causedBy: link('Delivery', 'caused_by'),
      effects: {
        kind: 'pages',
        of: 'BusinessEvent',
        column: 'effect_of',
        list: listOfEvents(EFFECTS_OF_EVENTS).listQuery,
      },
    },
  },
  {
    type: 'User',
    fields: {
      deliveries: {
        kind: 'pages',
        of: 'Delivery',
        column: 'acting_user_id',
        list: (args) => ofUser(args as DeliveryListArgs),
      },
    },
  },
  { type: 'Webhook', fields: deliveriesBelow('webhook_id') },
  { type: 'BusinessEvent', fields: deliveriesBelow('business_event_id') },
  { type: 'WebhookRequestLog', fields: { delivery: link('Delivery', 'delivery_id') } },
  {
    type: 'Query',
    fields: {
      delivery: { kind: 'one', of: 'Delivery', id: (args) => uuidOf('Delivery', (args as { id: string }).id) },
      deliveries: { kind: 'pages', of: 'Delivery', column: null, list: (args) => listed(args as DeliveryListArgs) },
    },
  },
];

function listed(args: DeliveryListArgs) {
  const condition = conditionOf(args.where, DELIVERY_FILTER);
  return { listing: DELIVERIES, condition, order: byTime('Delivery', args.orderBy), args };
}

function ofUser(args: DeliveryListArgs) {
  const condition = conditionOf(args.where, DELIVERY_FILTER);
  return { listing: DELIVERIES_OF_USERS, condition, order: orderOfUser(args.orderBy), args };
}
