import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { uuidOf } from '../../ids';
import type { ApprovalRow } from '../../users/approvals/approval.store';
import { ApprovalType } from '../../users/approvals/approval.type';
import type { Viewer } from '../../viewer';
import { RequestReplayInput } from '../replay.inputs';
import { REPLAY_DECIDERS, requestReplay } from './request-replay';

const RequestReplayPayload = payloadOf('RequestReplay', { approval: [() => ApprovalType, 'The approval: WAITING.'] });

@Resolver()
export class RequestReplayResolver {
  @HasRole(...REPLAY_DECIDERS, 'SUPPORT')
  @Mutation(() => RequestReplayPayload, {
    description: withExample(
      'Requests that another person sends a finished delivery again. A SYSTEM_MANAGER or INTEGRATION_MANAGER other than you ' +
        'approves (`approve`) or declines it within 7 days. CONFLICT: it cannot be sent again, by the rules of replayDelivery; ' +
        'an approval of it is WAITING; or there is no other active user who could decide.',
      'mutation { requestReplay(input: { deliveryId: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "The partner lost it" }) { approval { id expiresAt } userErrors { message } } }',
    ),
  })
  requestReplay(
    @Ctx() context: Context,
    @Arg('input', () => RequestReplayInput, { description: 'The delivery, and the reason.' }) input: RequestReplayInput,
  ) {
    return answer({ approval: null as ApprovalRow | null }, async () => {
      checkInput(input);
      const id = uuidOf('Delivery', input.deliveryId);
      const viewer = context.viewer as Viewer;
      return { approval: await context.transaction((db) => requestReplay(db, viewer, id, input.reason)) };
    });
  }
}
