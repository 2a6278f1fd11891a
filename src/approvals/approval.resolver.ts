import { Arg, Ctx, Field, ID, InputType, Mutation, Query, Resolver } from 'type-graphql';
import { READERS, type Role, type Viewer } from '../access/viewer';
import { DELIVERY } from '../delivery/api/delivery.resolver';
import { DeliveryWhere } from '../delivery/api/delivery.type';
import { checkInput, Reason } from '../graphql/arguments/check-input';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/directives';
import { enumFilter } from '../graphql/lists/filter-inputs';
import { by, whereOf } from '../graphql/lists/where';
import { HasRole } from '../graphql/roles/has-role';
import { answer, payloadOf } from '../graphql/user-error';
import { ERASURE } from '../privacy/api/erasure.resolver';
import { LEGAL_HOLD } from '../privacy/api/legal-hold.resolver';
import { link, linkedFields, page, pageBelow, rootFields } from '../read-plan/linked-fields';
import { rowType, timeList } from '../read-plan/sql-fields';
import { REPLAY } from '../replay/replay.resolver';
import { REPLAY_DECIDERS } from '../replay/requests/request-replay.resolver';
import { everything, isAnyOf } from '../sql/condition';
import { APPROVALS, type ApprovalRow, approvalsById } from '../users/approvals/approval.store';
import {
  ApprovalConnection,
  ApprovalKindEnum,
  ApprovalStatusEnum,
  ApprovalType,
} from '../users/approvals/approval.type';
import { USER } from '../users/user.resolver';
import { UserWhere } from '../users/user.type';
import { uuidOf } from '../values/ids';
import { REASON_RULE } from '../values/reason';
import { checkedId } from '../values/refuse-argument';
import { approve, decline } from './decide';

const ID_TEXT = 'The id of an approval that is WAITING, `apr_...`.';
const REASON_TEXT = `The reason, which the audit trail keeps, so name no document and no person: ${REASON_RULE}`;

@InputType('ApproveInput', { description: 'What is approved, and the reason.' })
class ApproveInput {
  @Field(() => ID, { description: ID_TEXT })
  id: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

@InputType('DeclineInput', { description: 'What is declined, and the reason.' })
class DeclineInput {
  @Field(() => ID, { description: ID_TEXT })
  id: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

export const ApprovalWhere = whereOf('ApprovalWhere', 'approvals', 'Approvals that meet all of these conditions.', {
  id: by.id('Approval', 'The id of the approval: { eq: "apr_..." }.'),
  kind: by.value(enumFilter('ApprovalKind', ApprovalKindEnum), 'What it is about: { eq: ERASURE }.'),
  status: by.value(enumFilter('ApprovalStatus', ApprovalStatusEnum), 'The state: { eq: WAITING }.'),
  reason: by.text('The reason, as given by the user who requested it.'),
  requestedBy: by.link(() => UserWhere, 'The user who requested it.', { column: 'requested_by' }),
  delivery: by.link(() => DeliveryWhere, 'REPLAY: the delivery to send again.'),
  decidedBy: by.link(() => UserWhere, 'The user who approved or declined it.', { column: 'decided_by' }),
  decisionReason: by.text('The reason of the decision.'),
  createdAt: by.idTime('When it was requested.'),
  takesEffectAt: by.optionalTime(
    'When it takes effect without a second person; { isNull: true }: a second person must decide, or has decided.',
  ),
  expiresAt: by.optionalTime('REPLAY: when it expires; { isNull: true }: other kinds.'),
  decidedAt: by.optionalTime('When it became APPROVED or DECLINED; { isNull: true }: it did not.'),
});
export type ApprovalWhere = InstanceType<typeof ApprovalWhere>;

const APPROVAL = rowType('Approval', () => ApprovalType, APPROVALS, approvalsById);

/** The roles that see approvals of all kinds; others see those of replays. */
const ALL_KINDS: readonly Role[] = ['SYSTEM_MANAGER', 'AUDITOR'];

function seesAllKinds({ viewer }: Context): boolean {
  return ALL_KINDS.some((role) => viewer?.roles.has(role));
}

/** Of erasures and holds, only those who may read these see the approvals. */
export async function loadApproval(context: Context, id: string | null): Promise<ApprovalRow | null> {
  const approval = await APPROVAL.load(context, id);
  return approval && (approval.kind === 'REPLAY' || seesAllKinds(context)) ? approval : null;
}

const approvals = timeList(APPROVAL, ApprovalWhere, {
  connection: () => ApprovalConnection,
  only: (context) => (seesAllKinds(context) ? everything : isAnyOf('kind', 'text', ['REPLAY'])),
});

export const approvalLinkedFields = [
  rootFields({
    approvals: page(approvals, {
      access: HasRole(...READERS),
      description: withExample(
        'What users have requested that another person must approve, newest first. INTEGRATION_MANAGER and SUPPORT see the kind ' +
          'REPLAY alone.',
        '{ approvals(where: { status: { eq: WAITING } }) { nodes { id kind reason requestedBy { name } takesEffectAt expiresAt } } }',
      ),
    }),
  }),
  linkedFields(APPROVAL, {
    requestedBy: link(USER, 'requestedBy', 'The user who requested it.'),
    decidedBy: link(USER, 'decidedBy', 'The user who approved or declined it; null: no one did.'),
    delivery: link(DELIVERY, 'deliveryId', 'REPLAY: the delivery to send again; otherwise null.'),
    erasure: { ...link(ERASURE, 'erasureId', 'ERASURE: the erasure; otherwise null.'), access: HasRole(...ALL_KINDS) },
    legalHold: {
      ...link(LEGAL_HOLD, 'legalHoldId', 'HOLD_RELEASE: the hold; otherwise null.'),
      access: HasRole(...ALL_KINDS),
    },
    replay: link(
      REPLAY,
      'replayId',
      'REPLAY, APPROVED: the replay, whose `orderedBy` has approved it; otherwise null.',
    ),
  }),
  linkedFields(REPLAY, {
    approval: link(APPROVAL, 'approvalId', 'The approval; null: `orderedBy` needed none.'),
  }),
  linkedFields(DELIVERY, {
    approvals: pageBelow(approvals, 'delivery_id', {
      description: 'The replays of this delivery that users have requested, newest first by default.',
    }),
  }),
  linkedFields(ERASURE, {
    approval: link(APPROVAL, 'approvalId', 'The approval that it needs or needed; null: none.'),
  }),
  linkedFields(LEGAL_HOLD, {
    release: link(APPROVAL, 'releaseId', 'The approval that released the hold; null: it is in force.'),
    approvals: pageBelow(approvals, 'legal_hold_id', {
      description: 'The releases of this hold that users have requested, newest first by default.',
    }),
  }),
];

const ApprovePayload = payloadOf('Approve', { approval: [() => ApprovalType, 'The approval, with what it is about.'] });
const DeclinePayload = payloadOf('Decline', { approval: [() => ApprovalType, 'The approval.'] });

@Resolver(() => ApprovalType)
export class ApprovalResolver {
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
