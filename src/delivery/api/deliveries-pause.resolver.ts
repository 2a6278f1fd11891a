import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import type { Viewer } from '../../viewer';
import type { DeliveriesPause } from '../pause/deliveries-pause.store';
import { pauseDeliveries, resumeDeliveries } from '../pause/pause-deliveries';
import { PauseDeliveriesInput, ResumeDeliveriesInput } from './deliveries-pause.inputs';
import { DeliveriesPauseType } from './deliveries-pause.type';

const PauseDeliveriesPayload = payloadOf('PauseDeliveries', {
  deliveriesPaused: [() => DeliveriesPauseType, 'The pause. If deliveries were paused already, that pause, unchanged.'],
});
const ResumeDeliveriesPayload = payloadOf('ResumeDeliveries', {
  ended: [() => DeliveriesPauseType, 'The pause that has ended; null: deliveries were not paused.'],
});

@Resolver()
export class DeliveriesPauseResolver {
  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => PauseDeliveriesPayload, {
    description: withExample(
      'Pauses all deliveries of all webhooks, in every process, until `resumeDeliveries`. After the answer no attempt ' +
        'begins; those on the wire end normally. Events and calls of partners are accepted and recorded, and queries are ' +
        'answered, as before. What becomes due waits, without using an attempt. testWebhook is refused.',
      'mutation { pauseDeliveries(input: { reason: "our firewall is being replaced" }) { deliveriesPaused { since } ' +
        'userErrors { field message } } }',
    ),
  })
  pauseDeliveries(
    @Ctx() context: Context,
    @Arg('input', () => PauseDeliveriesInput, { description: 'The reason.' }) input: PauseDeliveriesInput,
  ) {
    return answer({ deliveriesPaused: null as DeliveriesPause | null }, async () => {
      checkInput(input);
      const viewer = context.viewer as Viewer;
      return { deliveriesPaused: await context.transaction((db) => pauseDeliveries(db, viewer, input.reason)) };
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ResumeDeliveriesPayload, {
    description: withExample(
      'Ends the pause of all deliveries. What became due meanwhile is sent, within the limits of each webhook. Webhooks ' +
        'that are paused themselves stay paused.',
      'mutation { resumeDeliveries(input: { reason: "the new firewall works" }) { ended { since reason } userErrors { ' +
        'field message } } }',
    ),
  })
  resumeDeliveries(
    @Ctx() context: Context,
    @Arg('input', () => ResumeDeliveriesInput, { description: 'The reason.' }) input: ResumeDeliveriesInput,
  ) {
    return answer({ ended: null as DeliveriesPause | null }, async () => {
      checkInput(input);
      const viewer = context.viewer as Viewer;
      return { ended: await context.transaction((db) => resumeDeliveries(db, viewer, input.reason ?? null)) };
    });
  }
}
