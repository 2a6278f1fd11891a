import { ArgsType, Field, InputType } from 'type-graphql';
import { DELIVERY_FILTER, DeliveryWhere } from '../delivery/api/delivery.inputs';
import { Combinable } from '../graphql/lists/combinable';
import {
  DateTimeFilter,
  enumFilter,
  IDFilter,
  IntFilter,
  OptionalDateTimeFilter,
  StringFilter,
  WHERE_TEXT,
} from '../graphql/lists/filter-inputs';
import { TimePageArgs } from '../graphql/lists/time-order';
import { addWhereLink } from '../graphql/lists/where-link';
import {
  exactFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  intFilter,
  linkFilter,
  textFilter,
  timeFilter,
} from '../graphql/lists/where-to-sql';
import { REQUEST_LOG_FILTER, RequestLogWhere } from '../request-log/api/request-log.inputs';
import { USER_FILTER, UserWhere } from '../users/user.inputs';
import { ReplayStatusEnum } from './replay.type';

const ReplayStatusFilter = enumFilter('ReplayStatus', ReplayStatusEnum);

@Combinable()
@InputType('ReplayWhere', { description: 'Replays that meet all of these conditions.' })
export class ReplayWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the replay: { eq: "rpl_..." }.' })
  id?: IDFilter;

  @Field(() => ReplayStatusFilter, { nullable: true, description: 'The status: { in: [PENDING, RUNNING] }.' })
  status?: InstanceType<typeof ReplayStatusFilter>;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The reason, as given by the user who started the replay.',
  })
  reason?: StringFilter;

  @Field(() => IntFilter, { nullable: true, description: 'The maximum number of deliveries per second.' })
  rate?: IntFilter;

  @Field(() => UserWhere, { nullable: true, description: 'The user who started the replay.' })
  orderedBy?: UserWhere;

  @Field(() => DeliveryWhere, { nullable: true, description: 'The delivery of a replay of one delivery.' })
  delivery?: DeliveryWhere;

  @Field(() => IntFilter, { nullable: true, description: 'The number of deliveries that the replay selected.' })
  deliveryCount?: IntFilter;

  @Field(() => IntFilter, { nullable: true, description: 'The number of deliveries that were sent again so far.' })
  replayed?: IntFilter;

  @Field(() => IntFilter, {
    nullable: true,
    description: 'The number of deliveries that could not be sent again so far.',
  })
  skipped?: IntFilter;

  @Field(() => StringFilter, { nullable: true, description: 'Why the replay or its last step failed.' })
  error?: StringFilter;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the replay was started.' })
  createdAt?: DateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the first step ran; { isNull: true }: not yet.',
  })
  startedAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the replay was finished; { isNull: true }: it is not.',
  })
  finishedAt?: OptionalDateTimeFilter;
}

export const REPLAY_FILTER: FilterMap = {
  id: idFilter('Replay'),
  status: exactFilter('status'),
  reason: textFilter('reason'),
  rate: intFilter('rate'),
  orderedBy: linkFilter('ordered_by', 'users', () => USER_FILTER),
  delivery: linkFilter('delivery_id', 'deliveries', () => DELIVERY_FILTER),
  deliveryCount: intFilter('delivery_count'),
  replayed: intFilter('replayed'),
  skipped: intFilter('skipped'),
  error: textFilter('error'),
  createdAt: idTimeFilter(),
  startedAt: timeFilter('started_at'),
  finishedAt: timeFilter('finished_at'),
};

for (const [where, map, description] of [
  [DeliveryWhere, DELIVERY_FILTER, 'The last replay of the delivery.'],
  [RequestLogWhere, REQUEST_LOG_FILTER, 'The replay that the request belongs to.'],
] as const) {
  const filter = linkFilter('replay_id', 'replays', () => REPLAY_FILTER);
  addWhereLink(where, map, { name: 'replay', type: () => ReplayWhere, description, filter });
}

@ArgsType()
export class ReplayListArgs extends TimePageArgs {
  @Field(() => ReplayWhere, { nullable: true, description: WHERE_TEXT })
  where?: ReplayWhere;
}
