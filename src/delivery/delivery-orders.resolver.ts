import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { checkInput } from '../graphql/check-input';
import type { Context } from '../graphql/context';
import { HasRole } from '../graphql/has-role';
import { payloadOf } from '../graphql/payload';
import { answer } from '../graphql/user-error';
import { uuidOf } from '../ids';
import type { Viewer } from '../viewer';
import type { DeliveryRow } from './delivery.store';
import { DeliveryType } from './delivery.type';
import { cancelDelivery, retryDelivery } from './delivery-orders';
import { CancelDeliveryInput, RetryDeliveryInput } from './delivery-orders.inputs';
import type { DeliveryQueue } from './queue';

declare module '../graphql/context' {
  interface Services {
    deliveryQueue: DeliveryQueue;
  }
}

const RetryDeliveryPayload = payloadOf('RetryDelivery', { delivery: [() => DeliveryType] });
const CancelDeliveryPayload = payloadOf('CancelDelivery', {
  delivery: [
    () => DeliveryType,
    'CANCELLED, or DELIVERED where it had arrived before it was replayed. With an attempt on the wire it is open until ' +
      'that one ends: DELIVERED when it arrives, else CANCELLED, without another attempt.',
  ],
});

@Resolver()
export class DeliveryOrdersResolver {
  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => RetryDeliveryPayload, {
    description:
      'Now instead of at nextAttemptAt. CONFLICT for a delivery that waits for no time: one that is over ' +
      '(replayDelivery), on the wire, held, or that waits for its webhook or an earlier delivery.',
  })
  retryDelivery(@Ctx() context: Context, @Arg('input', () => RetryDeliveryInput) input: RetryDeliveryInput) {
    const { deliveryQueue } = context.services;
    const id = uuidOf('Delivery', input.id);
    return answer({ delivery: null as DeliveryRow | null }, async () => ({
      delivery: await context.transaction((db) => retryDelivery(db, context.viewer as Viewer, deliveryQueue, id)),
    }));
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => CancelDeliveryPayload, {
    description:
      'Ends a delivery that is PENDING or RETRYING, at once; what is on the wire is not called back. Also an EXHAUSTED ' +
      'one that holds back later deliveries of its document: they go on. CONFLICT for any other.',
  })
  cancelDelivery(@Ctx() context: Context, @Arg('input', () => CancelDeliveryInput) input: CancelDeliveryInput) {
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
