import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { DeliveryType } from '../../delivery/api/delivery.type';
import type { DeliveryRow } from '../../delivery/delivery.store';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { type PayloadField, payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { toNodeId, uuidOf } from '../../ids';
import type { Viewer } from '../../viewer';
import type { ReplayRow } from '../replay.store';
import { ReplayType } from '../replay.type';
import { ApproveReplayInput, DeclineReplayInput, RequestReplayInput } from './replay-request.inputs';
import type { ReplayRequestRow } from './replay-request.store';
import { ReplayRequestType } from './replay-request.type';
import { approveReplay, DECIDERS, declineReplay, requestReplay } from './replay-requests';

const requestField: PayloadField = [() => ReplayRequestType, 'The request as it is now.'];
const RequestReplayPayload = payloadOf('RequestReplay', { replayRequest: requestField });
const ApproveReplayPayload = payloadOf('ApproveReplay', {
  replayRequest: requestField,
  replay: [() => ReplayType, 'The replay, whose `orderedBy` you are.'],
  delivery: [() => DeliveryType, 'The delivery: PENDING again, and held if its webhook is paused or disabled.'],
});
const DeclineReplayPayload = payloadOf('DeclineReplay', { replayRequest: requestField });

@Resolver(() => ReplayRequestType)
export class ReplayRequestResolver {
  @FieldResolver(() => ID, { description: '`rrq_` and 32 hexadecimal digits; never changes.' })
  id(@Root() row: ReplayRequestRow) {
    return toNodeId('ReplayRequest', row.id);
  }

  @HasRole(...DECIDERS, 'SUPPORT')
  @Mutation(() => RequestReplayPayload, {
    description: withExample(
      'Asks another person to send a finished delivery again. A SYSTEM_MANAGER or INTEGRATION_MANAGER other than you approves or ' +
        'declines it within 7 days. CONFLICT: it cannot be sent again, by the rules of replayDelivery; a request for it is ' +
        'WAITING; or there is no other active user who could decide.',
      'mutation { requestReplay(input: { deliveryId: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "The partner lost it" }) { replayRequest { id expiresAt } userErrors { message } } }',
    ),
  })
  requestReplay(
    @Ctx() context: Context,
    @Arg('input', () => RequestReplayInput, { description: 'The delivery, and the reason.' }) input: RequestReplayInput,
  ) {
    return answer({ replayRequest: null as ReplayRequestRow | null }, async () => {
      checkInput(input);
      const id = uuidOf('Delivery', input.deliveryId);
      const viewer = context.viewer as Viewer;
      return { replayRequest: await context.transaction((db) => requestReplay(db, viewer, id, input.reason)) };
    });
  }

  @HasRole(...DECIDERS)
  @Mutation(() => ApproveReplayPayload, {
    description: withExample(
      'Approves a request of another person, and replays the delivery as replayDelivery does. CONFLICT: the request was decided ' +
        'about or has expired, you asked for it yourself, the delivery was replayed meanwhile, or it can no longer be sent ' +
        'again, with the reason; the request then stays as it is.',
      'mutation { approveReplay(input: { id: "rrq_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "They have asked twice" }) { delivery { status } userErrors { message } } }',
    ),
  })
  approveReplay(
    @Ctx() context: Context,
    @Arg('input', () => ApproveReplayInput, { description: 'The request, and the reason.' }) input: ApproveReplayInput,
  ) {
    const empty = {
      replayRequest: null as ReplayRequestRow | null,
      replay: null as ReplayRow | null,
      delivery: null as DeliveryRow | null,
    };
    return answer(empty, async () => {
      checkInput(input);
      const id = uuidOf('ReplayRequest', input.id);
      return approveReplay(context, context.viewer as Viewer, id, input.reason);
    });
  }

  @HasRole(...DECIDERS)
  @Mutation(() => DeclineReplayPayload, {
    description: withExample(
      'Declines a request of another person. Nothing is sent. CONFLICT: the request was decided about or has expired, or you ' +
        'asked for it yourself.',
      'mutation { declineReplay(input: { id: "rrq_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "It has arrived" }) { replayRequest { status } userErrors { message } } }',
    ),
  })
  declineReplay(
    @Ctx() context: Context,
    @Arg('input', () => DeclineReplayInput, { description: 'The request, and the reason.' }) input: DeclineReplayInput,
  ) {
    return answer({ replayRequest: null as ReplayRequestRow | null }, async () => {
      checkInput(input);
      const id = uuidOf('ReplayRequest', input.id);
      const viewer = context.viewer as Viewer;
      return { replayRequest: await context.transaction((db) => declineReplay(db, viewer, id, input.reason)) };
    });
  }
}
