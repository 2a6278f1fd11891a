import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { publishEnum } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { APPROVAL_KINDS, APPROVAL_STATUSES, type ApprovalKind, type ApprovalStatus } from './approval.entity';

export const ApprovalKindEnum = publishEnum('ApprovalKind', APPROVAL_KINDS, 'What an approval is about.', {
  REPLAY: { description: 'A replay of one delivery (`requestReplay`).' },
  ERASURE: { description: 'An erasure that one person may not order alone.' },
  HOLD_RELEASE: { description: 'The release of a legal hold (`requestLegalHoldRelease`).' },
});

export const ApprovalStatusEnum = publishEnum('ApprovalStatus', APPROVAL_STATUSES, 'The state of an approval.', {
  WAITING: { description: 'It waits for a second person, until `takesEffectAt` or `expiresAt`.' },
  APPROVED: {
    description: 'It was approved, and the act was done. `decidedBy` null: it has waited until `takesEffectAt`.',
  },
  DECLINED: { description: 'It was declined.' },
  EXPIRED: {
    description: 'REPLAY: it was not decided in time. It gets this status at most an hour after `expiresAt`.',
  },
});

@HasRole(...READERS)
@ObjectType('Approval', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'An act that one person requests, and that another one approves (`approve`) or declines (`decline`). All readers see those ' +
    'of the kind REPLAY; the others are for SYSTEM_MANAGER and AUDITOR.',
})
export class ApprovalType extends NodeType {
  @Field(() => ApprovalKindEnum, { description: 'What it is about.' })
  kind: ApprovalKind;

  @Field(() => ApprovalStatusEnum, { description: 'The state of the approval.' })
  status: ApprovalStatus;

  @Field(() => String, { description: 'The reason, as given by the user who requested it.' })
  reason: string;

  @Field(() => GraphQLDateTime, { description: 'When it was requested. The id contains the same time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When it takes effect, or took effect, without a second person; null: REPLAY, a second person must decide, or one has ' +
      'decided. It is SECOND_PERSON_WAIT_HOURS (24 by default) after the request, and moves on when the roles, the state, the ' +
      'address or the identity of a SYSTEM_MANAGER change, or another user revokes a key or session of theirs.',
  })
  takesEffectAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'REPLAY: when it expires, 7 days after the request; otherwise null: it does not expire.',
  })
  expiresAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it became APPROVED or DECLINED; null: it did not.',
  })
  decidedAt: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason of the decision, as given by the user who decided; null: no one has decided.',
  })
  decisionReason: string | null;
}

export const ApprovalConnection = connectionOf('Approval', () => ApprovalType);
