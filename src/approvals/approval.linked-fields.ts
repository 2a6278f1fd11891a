import { DELIVERY } from '../delivery/api/delivery.linked-fields';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/example';
import { byTime } from '../graphql/lists/time-order';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { HasRole } from '../graphql/roles/has-role';
import { ERASURE } from '../privacy/api/erasure.linked-fields';
import { LEGAL_HOLD } from '../privacy/api/legal-hold.linked-fields';
import { link, page, pageBelow } from '../read-plan/linked-field';
import { linkedFields, rootFields } from '../read-plan/linked-fields';
import { rowList, rowType } from '../read-plan/row-type';
import { REPLAY } from '../replay/replay.linked-fields';
import { all, everything, isAnyOf } from '../sql/condition';
import { APPROVALS, type ApprovalRow, approvalsById } from '../users/approvals/approval.store';
import { ApprovalConnection, ApprovalType } from '../users/approvals/approval.type';
import { USER } from '../users/user.linked-fields';
import { READERS, type Role } from '../viewer';
import { APPROVAL_FILTER, ApprovalListArgs } from './approval.inputs';

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

const approvals = rowList(APPROVAL, {
  connection: () => ApprovalConnection,
  args: () => ApprovalListArgs,
  listQuery: (args, context) => ({
    listing: APPROVALS,
    condition: all([
      seesAllKinds(context) ? everything : isAnyOf('kind', 'text', ['REPLAY']),
      conditionOf(args.where, APPROVAL_FILTER),
    ]),
    order: byTime('Approval', args.orderBy),
    args,
  }),
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
