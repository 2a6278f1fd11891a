import { BUSINESS_EVENT, eventList, listOfEvents } from '../../events/business-event.linked-fields';
import { withExample } from '../../graphql/example';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { byId, link, newestBelow, page, pageBelow } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { requestList, WEBHOOK_REQUEST_LOG } from '../../request-log/api/request-log.linked-fields';
import { all } from '../../sql/condition';
import { USER } from '../../users/user.linked-fields';
import { READERS } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { DELIVERIES_OF_USERS, EFFECTS_OF_EVENTS, orderOfUser } from '../deliveries-of-users.store';
import { DELIVERIES, deliveriesById } from '../delivery.store';
import { deliveryOrder } from '../delivery-order.inputs';
import { DELIVERY_FILTER, DeliveryListArgs } from './delivery.inputs';
import { DeliveryConnection, DeliveryType } from './delivery.type';

export const DELIVERY = rowType('Delivery', () => DeliveryType, DELIVERIES, deliveriesById);

export const deliveryList = rowList(DELIVERY, {
  connection: () => DeliveryConnection,
  args: () => DeliveryListArgs,
  listQuery: (args) => {
    const { order, ordered } = deliveryOrder(args.orderBy);
    const condition = all([ordered, conditionOf(args.where, DELIVERY_FILTER)]);
    return { listing: DELIVERIES, condition, order, args };
  },
});

const deliveriesOfUsers = rowList(DELIVERY, {
  ...deliveryList,
  args: () => DeliveryListArgs,
  listQuery: (args, context) => {
    const { order, ...query } = deliveryList.listQuery(args, context);
    return { ...query, listing: DELIVERIES_OF_USERS, order: order.column ? order : orderOfUser(args.orderBy) };
  },
});

export const deliveryLinkedFields = [
  rootFields({
    delivery: byId(
      DELIVERY,
      'The id of the delivery, `dlv_...`, which is also the `webhook-id` header of its requests.',
      {
        access: HasRole(...READERS),
        description: withExample(
          'The delivery with this id; null: there is none.',
          '{ delivery(id: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status nextAttemptAt requests { nodes { error } } } }',
        ),
      },
    ),
    deliveries: page(deliveryList, {
      access: HasRole(...READERS),
      description: withExample(
        'All deliveries, newest first.',
        '{ deliveries(where: { status: { eq: EXHAUSTED } }) { nodes { referenceDocument webhook { name } finishedAt } } }',
      ),
    }),
  }),
  linkedFields(DELIVERY, {
    webhook: link(WEBHOOK, 'webhookId', 'The webhook that the delivery is for.'),
    businessEvent: link(BUSINESS_EVENT, 'businessEventId', 'The event that is delivered.'),
    user: link(USER, 'userId', 'The user who acted in the business system.'),
    requests: pageBelow(requestList, 'delivery_id', {
      description: 'The attempts of the delivery, newest first by default.',
    }),
    lastRequest: newestBelow(
      WEBHOOK_REQUEST_LOG,
      'delivery_id',
      'The newest attempt of the delivery, which may be on the wire; null: none was made.',
    ),
    effects: pageBelow(eventList, 'caused_by', {
      description: 'The events whose `causedBy` is this delivery, newest first by default.',
    }),
  }),
  linkedFields(BUSINESS_EVENT, {
    causedBy: link(
      DELIVERY,
      'causedBy',
      'The delivery that caused the event, as its publisher stated; null: none was given.',
    ),
    deliveries: pageBelow(deliveryList, 'business_event_id', {
      description: 'One delivery for each webhook that the event matched, newest first by default.',
    }),
    effects: pageBelow(listOfEvents(EFFECTS_OF_EVENTS), 'effect_of', {
      description: 'The events that were caused by a delivery of this event, newest first by default.',
    }),
  }),
  linkedFields(USER, {
    deliveries: pageBelow(deliveriesOfUsers, 'acting_user_id', {
      description:
        'The deliveries of events of which this user is the `user`, in the order of the events, newest first by default.',
    }),
  }),
  linkedFields(WEBHOOK, {
    deliveries: pageBelow(deliveryList, 'webhook_id', {
      description: 'The deliveries to this webhook, newest first by default.',
    }),
  }),
  linkedFields(WEBHOOK_REQUEST_LOG, {
    delivery: link(DELIVERY, 'deliveryId', 'The delivery that this request is an attempt of; null: INCOMING.'),
  }),
];
