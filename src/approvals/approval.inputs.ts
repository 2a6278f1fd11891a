import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { DELIVERY_FILTER, DeliveryWhere } from '../delivery/api/delivery.inputs';
import { Reason } from '../graphql/arguments/check-input';
import { Combinable } from '../graphql/lists/combinable';
import {
  DateTimeFilter,
  enumFilter,
  IDFilter,
  OptionalDateTimeFilter,
  StringFilter,
  WHERE_TEXT,
} from '../graphql/lists/filter-inputs';
import { TimePageArgs } from '../graphql/lists/time-order';
import {
  exactFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  linkFilter,
  textFilter,
  timeFilter,
} from '../graphql/lists/where-to-sql';
import { REASON_RULE } from '../text';
import { ApprovalKindEnum, ApprovalStatusEnum } from '../users/approvals/approval.type';
import { USER_FILTER, UserWhere } from '../users/user.inputs';

const ID_TEXT = 'The id of an approval that is WAITING, `apr_...`.';
const REASON_TEXT = `The reason, which the audit trail keeps, so name no document and no person: ${REASON_RULE}`;

@InputType('ApproveInput', { description: 'What is approved, and the reason.' })
export class ApproveInput {
  @Field(() => ID, { description: ID_TEXT })
  id: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

@InputType('DeclineInput', { description: 'What is declined, and the reason.' })
export class DeclineInput {
  @Field(() => ID, { description: ID_TEXT })
  id: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

const ApprovalKindFilter = enumFilter('ApprovalKind', ApprovalKindEnum);
const ApprovalStatusFilter = enumFilter('ApprovalStatus', ApprovalStatusEnum);

@Combinable()
@InputType('ApprovalWhere', { description: 'Approvals that meet all of these conditions.' })
export class ApprovalWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the approval: { eq: "apr_..." }.' })
  id?: IDFilter;

  @Field(() => ApprovalKindFilter, { nullable: true, description: 'What it is about: { eq: ERASURE }.' })
  kind?: InstanceType<typeof ApprovalKindFilter>;

  @Field(() => ApprovalStatusFilter, { nullable: true, description: 'The state: { eq: WAITING }.' })
  status?: InstanceType<typeof ApprovalStatusFilter>;

  @Field(() => StringFilter, { nullable: true, description: 'The reason, as given by the user who requested it.' })
  reason?: StringFilter;

  @Field(() => UserWhere, { nullable: true, description: 'The user who requested it.' })
  requestedBy?: UserWhere;

  @Field(() => DeliveryWhere, { nullable: true, description: 'REPLAY: the delivery to send again.' })
  delivery?: DeliveryWhere;

  @Field(() => UserWhere, { nullable: true, description: 'The user who approved or declined it.' })
  decidedBy?: UserWhere;

  @Field(() => StringFilter, { nullable: true, description: 'The reason of the decision.' })
  decisionReason?: StringFilter;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When it was requested.' })
  createdAt?: DateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description:
      'When it takes effect without a second person; { isNull: true }: a second person must decide, or has decided.',
  })
  takesEffectAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'REPLAY: when it expires; { isNull: true }: other kinds.',
  })
  expiresAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When it became APPROVED or DECLINED; { isNull: true }: it did not.',
  })
  decidedAt?: OptionalDateTimeFilter;
}

export const APPROVAL_FILTER: FilterMap = {
  id: idFilter('Approval'),
  kind: exactFilter('kind'),
  status: exactFilter('status'),
  reason: textFilter('reason'),
  requestedBy: linkFilter('requested_by', 'users', () => USER_FILTER),
  delivery: linkFilter('delivery_id', 'deliveries', () => DELIVERY_FILTER),
  decidedBy: linkFilter('decided_by', 'users', () => USER_FILTER),
  decisionReason: textFilter('decision_reason'),
  createdAt: idTimeFilter(),
  takesEffectAt: timeFilter('takes_effect_at'),
  expiresAt: timeFilter('expires_at'),
  decidedAt: timeFilter('decided_at'),
};

@ArgsType()
export class ApprovalListArgs extends TimePageArgs {
  @Field(() => ApprovalWhere, { nullable: true, description: WHERE_TEXT })
  where?: ApprovalWhere;
}
