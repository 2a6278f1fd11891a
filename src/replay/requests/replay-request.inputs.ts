import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { DELIVERY_FILTER, DeliveryWhere } from '../../delivery/api/delivery.inputs';
import { Reason } from '../../graphql/arguments/check-input';
import { Combinable } from '../../graphql/lists/combinable';
import {
  DateTimeFilter,
  enumFilter,
  IDFilter,
  OptionalDateTimeFilter,
  StringFilter,
  WHERE_TEXT,
} from '../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../graphql/lists/time-order';
import {
  exactFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  linkFilter,
  textFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { REASON_RULE } from '../../text';
import { USER_FILTER, UserWhere } from '../../users/user.inputs';
import { ReplayRequestStatusEnum } from './replay-request.type';

const REASON_TEXT = `The reason, recorded in the audit trail: ${REASON_RULE}`;

@InputType('RequestReplayInput', { description: 'The delivery to send again, and the reason.' })
export class RequestReplayInput {
  @Field(() => ID, { description: 'The id of a finished delivery, `dlv_...`.' })
  deliveryId: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

@InputType('ApproveReplayInput', { description: 'The request to approve, and the reason.' })
export class ApproveReplayInput {
  @Field(() => ID, { description: 'The id of a request that is WAITING, `rrq_...`.' })
  id: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

@InputType('DeclineReplayInput', { description: 'The request to decline, and the reason.' })
export class DeclineReplayInput {
  @Field(() => ID, { description: 'The id of a request that is WAITING, `rrq_...`.' })
  id: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

const ReplayRequestStatusFilter = enumFilter('ReplayRequestStatus', ReplayRequestStatusEnum);

@Combinable()
@InputType('ReplayRequestWhere', { description: 'Replay requests that meet all of these conditions.' })
export class ReplayRequestWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the request: { eq: "rrq_..." }.' })
  id?: IDFilter;

  @Field(() => ReplayRequestStatusFilter, { nullable: true, description: 'The state: { eq: WAITING }.' })
  status?: InstanceType<typeof ReplayRequestStatusFilter>;

  @Field(() => StringFilter, { nullable: true, description: 'The reason, as given by the user who asked.' })
  reason?: StringFilter;

  @Field(() => UserWhere, { nullable: true, description: 'The user who asked for the replay.' })
  requestedBy?: UserWhere;

  @Field(() => DeliveryWhere, { nullable: true, description: 'The delivery to send again.' })
  delivery?: DeliveryWhere;

  @Field(() => UserWhere, { nullable: true, description: 'The user who approved or declined it.' })
  decidedBy?: UserWhere;

  @Field(() => StringFilter, { nullable: true, description: 'Why it was approved or declined.' })
  decisionReason?: StringFilter;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the replay was asked for.' })
  createdAt?: DateTimeFilter;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the request expires.' })
  expiresAt?: DateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When it was approved or declined; { isNull: true }: it was not.',
  })
  decidedAt?: OptionalDateTimeFilter;
}

export const REPLAY_REQUEST_FILTER: FilterMap = {
  id: idFilter('ReplayRequest'),
  status: exactFilter('status'),
  reason: textFilter('reason'),
  requestedBy: linkFilter('requested_by', 'users', () => USER_FILTER),
  delivery: linkFilter('delivery_id', 'deliveries', () => DELIVERY_FILTER),
  decidedBy: linkFilter('decided_by', 'users', () => USER_FILTER),
  decisionReason: textFilter('decision_reason'),
  createdAt: idTimeFilter(),
  expiresAt: timeFilter('expires_at'),
  decidedAt: timeFilter('decided_at'),
};

@ArgsType()
export class ReplayRequestListArgs extends TimePageArgs {
  @Field(() => ReplayRequestWhere, { nullable: true, description: WHERE_TEXT })
  where?: ReplayRequestWhere;
}
