import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, Resolver, Root } from 'type-graphql';
import { READERS, type Viewer } from '../../access/viewer';
import { BUSINESS_EVENT, eventList, listOfEvents } from '../../events/business-event.resolver';
import { checkInput, Reason } from '../../graphql/arguments/check-input';
import { type Context, loaderFor } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { byId, link, linkedFields, newestBelow, page, pageBelow, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/sql-fields';
import { requestList, WEBHOOK_REQUEST_LOG } from '../../request-log/api/request-log.resolver';
import { all } from '../../sql/condition';
import { USER } from '../../users/user.resolver';
import { uuidOf } from '../../values/ids';
import { REASON_RULE } from '../../values/reason';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { predecessorsOf } from '../capacity/document-ordering.store';
import { cancelDelivery, retryDelivery } from '../commands/retry-and-cancel';
import {
  DELIVERIES,
  DELIVERIES_OF_USERS,
  type DeliveryRow,
  deliveriesById,
  EFFECTS_OF_EVENTS,
  orderOfUser,
} from '../delivery.store';
import { DeliveryConnection, DeliveryListArgs, DeliveryType, DeliveryWhere, deliveryOrder } from './delivery.type';

export const DELIVERY = rowType('Delivery', () => DeliveryType, DELIVERIES, deliveriesById);

export const deliveryList = rowList(DELIVERY, {
  connection: () => DeliveryConnection,
  args: () => DeliveryListArgs,
  listQuery: (args) => {
    const { order, ordered } = deliveryOrder(args.orderBy);
    const condition = all([ordered, conditionOf(args.where, DeliveryWhere.filter)]);
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

@Resolver(() => DeliveryType)
export class DeliveryResolver {
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
}

@InputType('RetryDeliveryInput', { description: 'The delivery to retry.' })
class RetryDeliveryInput {
  @Field(() => ID, { description: 'The id of a delivery with a `nextAttemptAt`, `dlv_...`.' })
  deliveryId: string;
}

@InputType('CancelDeliveryInput', { description: 'The delivery to cancel, and the reason.' })
class CancelDeliveryInput {
  @Field(() => ID, {
    description: 'The id of a delivery that is PENDING or RETRYING, or EXHAUSTED and blocking, `dlv_...`.',
  })
  deliveryId: string;

  @Reason()
  @Field(() => String, { description: `The reason, recorded in the audit trail: ${REASON_RULE}` })
  reason: string;
}

declare module '../../graphql/context' {
  interface Services {}
}

const RetryDeliveryPayload = payloadOf('RetryDelivery', {
  delivery: [() => DeliveryType, 'The delivery. Its next attempt is due now.'],
});
const CancelDeliveryPayload = payloadOf('CancelDelivery', {
  delivery: [
    () => DeliveryType,
    'The delivery: CANCELLED, or DELIVERED if it was delivered before a replay. If an attempt is on the wire, the ' +
      'delivery stays open until the attempt ends, and then becomes DELIVERED or CANCELLED.',
  ],
});

@Resolver()
export class DeliveryCommandsResolver {
  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => RetryDeliveryPayload, {
    description: withExample(
      'Makes the next attempt of a delivery due now instead of at `nextAttemptAt`. CONFLICT: the delivery is finished ' +
        '(use replayDelivery), has an attempt on the wire, is held, or waits for its webhook or an earlier delivery.',
      'mutation { retryDelivery(input: { deliveryId: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { delivery { nextAttemptAt } userErrors { message } } }',
    ),
  })
  retryDelivery(
    @Ctx() context: Context,
    @Arg('input', () => RetryDeliveryInput, { description: 'The delivery to retry.' }) input: RetryDeliveryInput,
  ) {
    const id = uuidOf('Delivery', input.deliveryId);
    return answer({ delivery: null as DeliveryRow | null }, async () => ({
      delivery: await context.transaction((db) => retryDelivery(db, context.viewer as Viewer, id)),
    }));
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => CancelDeliveryPayload, {
    description: withExample(
      'Cancels a delivery that is PENDING or RETRYING. An attempt on the wire is not interrupted. Also cancels an ' +
        'EXHAUSTED delivery that blocks later deliveries of its document, which then continue. CONFLICT: the delivery ' +
        'is in another state.',
      'mutation { cancelDelivery(input: { deliveryId: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "sent by hand" }) { delivery { status } userErrors { message } } }',
    ),
  })
  cancelDelivery(
    @Ctx() context: Context,
    @Arg('input', () => CancelDeliveryInput, { description: 'The delivery to cancel, and the reason.' })
    input: CancelDeliveryInput,
  ) {
    const id = uuidOf('Delivery', input.deliveryId);
    return answer({ delivery: null as DeliveryRow | null }, async () => {
      checkInput(input);
      const delivery = await context.transaction((db) =>
        cancelDelivery(db, context.viewer as Viewer, id, input.reason),
      );
      return { delivery };
    });
  }
}
