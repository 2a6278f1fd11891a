import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { checkInput } from '../graphql/arguments/check-input';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/example';
import { payloadOf } from '../graphql/mutation-payload';
import { HasRole } from '../graphql/roles/has-role';
import { answer } from '../graphql/user-error';
import { toNodeId, uuidOf } from '../ids';
import { checkedId } from '../refuse-argument';
import { REPLAY_DECIDERS } from '../replay/requests/request-replay';
import type { ApprovalRow } from '../users/approvals/approval.store';
import { ApprovalType } from '../users/approvals/approval.type';
import { READERS, type Viewer } from '../viewer';
import { ApproveInput, DeclineInput } from './approval.inputs';
import { loadApproval } from './approval.linked-fields';
import { approve, decline } from './decide';

const ApprovePayload = payloadOf('Approve', { approval: [() => ApprovalType, 'The approval, with what it is about.'] });
const DeclinePayload = payloadOf('Decline', { approval: [() => ApprovalType, 'The approval.'] });

@Resolver(() => ApprovalType)
export class ApprovalResolver {
  @FieldResolver(() => ID, { description: '`apr_` and 32 hexadecimal digits; never changes.' })
  id(@Root() row: ApprovalRow) {
    return toNodeId('Approval', row.id);
  }

  @HasRole(...READERS)
  @Query(() => ApprovalType, {
    nullable: true,
    description: withExample(
      'The approval with this id; null: there is none, or the caller may not read its kind.',
      '{ approval(id: "apr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { kind status reason takesEffectAt decisionReason decidedBy { name } } }',
    ),
  })
  approval(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the approval, `apr_...`.' }) id: string,
  ) {
    return loadApproval(context, checkedId('Approval', id, ['id']));
  }

  @HasRole(...REPLAY_DECIDERS)
  @Mutation(() => ApprovePayload, {
    description: withExample(
      'Approves what another person requested, and does it: the delivery is sent again as replayDelivery does, the erasure is ' +
        'ordered, or the hold is released. REPLAY: for SYSTEM_MANAGER and INTEGRATION_MANAGER. ERASURE and HOLD_RELEASE: for a ' +
        'SYSTEM_MANAGER in a session of the identity provider, if both are different persons there, and each was linked to their ' +
        'user, with the same roles, for SECOND_PERSON_WAIT_HOURS before the request. CONFLICT: it was decided or has expired, ' +
        'you requested it yourself, or the act is refused, with the reason; the approval then stays as it is.',
      'mutation { approve(input: { id: "apr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "They have asked twice" }) { approval { status delivery { status } } userErrors { message } } }',
    ),
  })
  approve(
    @Ctx() context: Context,
    @Arg('input', () => ApproveInput, { description: 'The approval, and the reason.' }) input: ApproveInput,
  ) {
    return decided(input, () => approve(context, context.viewer as Viewer, uuidOf('Approval', input.id), input.reason));
  }

  @HasRole(...REPLAY_DECIDERS)
  @Mutation(() => DeclinePayload, {
    description: withExample(
      'Declines what was requested: nothing is done. REPLAY: for SYSTEM_MANAGER and INTEGRATION_MANAGER, other than the user who ' +
        'requested it. ERASURE and HOLD_RELEASE: for every SYSTEM_MANAGER, also with an API key, and also for the one who ' +
        'requested it. CONFLICT: it was decided or has expired.',
      'mutation { decline(input: { id: "apr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "It has arrived" }) { approval { status } userErrors { message } } }',
    ),
  })
  decline(
    @Ctx() context: Context,
    @Arg('input', () => DeclineInput, { description: 'The approval, and the reason.' }) input: DeclineInput,
  ) {
    return decided(input, () => decline(context, context.viewer as Viewer, uuidOf('Approval', input.id), input.reason));
  }
}

function decided(input: object, work: () => Promise<ApprovalRow>) {
  return answer({ approval: null as ApprovalRow | null }, async () => {
    checkInput(input);
    return { approval: await work() };
  });
}
