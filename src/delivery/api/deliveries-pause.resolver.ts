import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { READERS, type Viewer } from '../../access/viewer';
import { checkInput, Reason } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { link, linkedFields, ofContext, rootFields } from '../../read-plan/linked-fields';
import { rowType } from '../../read-plan/sql-fields';
import { USER } from '../../users/user.resolver';
import { REASON_RULE } from '../../values/reason';
import {
  DELIVERIES_PAUSE,
  DELIVERIES_PAUSE_ID,
  type DeliveriesPause,
  findDeliveriesPause,
  pauseDeliveries,
  resumeDeliveries,
} from '../pause/deliveries-pause.store';

@HasRole(...READERS)
@ObjectType('DeliveriesPause', {
  simpleResolvers: true,
  description: 'A pause of all deliveries: while it lasts, no attempt begins in any process.',
})
class DeliveriesPauseType {
  @Field(() => GraphQLDateTime, {
    description: 'When the pause began. Attempts that had begun earlier were not interrupted.',
  })
  since: Date;

  @Field(() => String, {
    description: 'The reason, as given by the user who paused deliveries, or the setting that did.',
  })
  reason: string;
}

@InputType('PauseDeliveriesInput', { description: 'The reason for the pause of all deliveries.' })
class PauseDeliveriesInput {
  @Reason()
  @Field(() => String, {
    description: `The reason, which \`deliveriesPaused\` and the audit trail contain: ${REASON_RULE}`,
  })
  reason: string;
}

@InputType('ResumeDeliveriesInput', { description: 'The reason for the end of the pause.' })
class ResumeDeliveriesInput {
  @Reason({ nullable: true })
  @Field(() => String, {
    nullable: true,
    description: `The reason, recorded in the audit trail: ${REASON_RULE} Default, null: none.`,
  })
  reason?: string | null;
}

const PAUSE = rowType(
  'DeliveriesPause',
  () => DeliveriesPauseType,
  DELIVERIES_PAUSE,
  async (db) => {
    const pause = await findDeliveriesPause(db);
    return new Map(pause ? [[pause.id, pause]] : []);
  },
);

export const deliveriesPauseLinkedFields = [
  rootFields({
    deliveriesPaused: ofContext(PAUSE, () => DELIVERIES_PAUSE_ID, {
      access: HasRole(...READERS),
      description: withExample(
        'The pause of all deliveries, begun by `pauseDeliveries`; null: deliveries are not paused.',
        '{ deliveriesPaused { since reason pausedBy { name } } }',
      ),
    }),
  }),
  linkedFields(PAUSE, {
    pausedBy: link(
      USER,
      'userId',
      'The user who paused deliveries; null: Hookledger itself, at a start with `START_PAUSED`.',
    ),
  }),
];

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
