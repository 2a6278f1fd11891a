import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { uuidOf } from '../../ids';
import type { Viewer } from '../../viewer';
import { cancelDelivery, retryDelivery } from '../commands/delivery-commands';
import type { DeliveryRow } from '../delivery.store';
import type { DeliveryQueue } from '../queue/queue';
import { DeliveryType } from './delivery.type';
import { CancelDeliveryInput, RetryDeliveryInput } from './delivery-commands.inputs';

declare module '../../graphql/context' {
  interface Services {
    deliveryQueue: DeliveryQueue;
  }
}

const RetryDeliveryPayload = payloadOf('RetryDelivery', {
  delivery: [() => DeliveryType, 'The delivery, whose next attempt is due now.'],
});
const CancelDeliveryPayload = payloadOf('CancelDelivery', {
  delivery: [
    () => DeliveryType,
    'CANCELLED, or DELIVERED where it had arrived before it was replayed. With an attempt on the wire it is open until ' +
      'that one ends: DELIVERED when it arrives, else CANCELLED, without another attempt.',
  ],
});

@Resolver()
export class DeliveryCommandsResolver {
  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => RetryDeliveryPayload, {
    description: withExample(
      'Now instead of at nextAttemptAt. CONFLICT for a delivery that waits for no time: one that is over ' +
        '(replayDelivery), on the wire, held, or that waits for its webhook or an earlier delivery.',
      'mutation { retryDelivery(input: { id: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { delivery { nextAttemptAt } userErrors { message } } }',
    ),
  })
  retryDelivery(
    @Ctx() context: Context,
    @Arg('input', () => RetryDeliveryInput, { description: 'Which delivery.' }) input: RetryDeliveryInput,
  ) {
    const { deliveryQueue } = context.services;
    const id = uuidOf('Delivery', input.id);
    return answer({ delivery: null as DeliveryRow | null }, async () => ({
      delivery: await context.transaction((db) => retryDelivery(db, context.viewer as Viewer, deliveryQueue, id)),
    }));
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => CancelDeliveryPayload, {
    description: withExample(
      'Ends a delivery that is PENDING or RETRYING, at once; what is on the wire is not called back. Also an EXHAUSTED ' +
        'one that holds back later deliveries of its document: they go on. CONFLICT for any other.',
      'mutation { cancelDelivery(input: { id: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "sent by hand" }) { delivery { status } userErrors { message } } }',
    ),
  })
  cancelDelivery(
    @Ctx() context: Context,
    @Arg('input', () => CancelDeliveryInput, { description: 'Which delivery, and why.' }) input: CancelDeliveryInput,
  ) {
    const { deliveryQueue } = context.services;
    const id = uuidOf('Delivery', input.id);
    return answer({ delivery: null as DeliveryRow | null }, async () => {
      checkInput(input);
      const delivery = await context.transaction((db) =>
        cancelDelivery(db, context.viewer as Viewer, deliveryQueue, id, input.reason),
      );
      return { delivery };
    });
  }
}
