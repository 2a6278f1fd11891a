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
import { DeliveryType } from './delivery.type';
import { CancelDeliveryInput, RetryDeliveryInput } from './delivery-commands.inputs';

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
