import { ArgsType, Field, InputType } from 'type-graphql';
import { DELIVERY_FILTER, DeliveryWhere } from '../delivery/api/delivery.inputs';
import {
  AND_TEXT,
  DateTimeFilter,
  enumFilter,
  IDFilter,
  IntFilter,
  NOT_TEXT,
  OptionalDateTimeFilter,
  OR_TEXT,
  StringFilter,
  WHERE_TEXT,
} from '../graphql/lists/filter-inputs';
import { PageArgs } from '../graphql/lists/page-args';
import { type TimeOrder, timeOrder } from '../graphql/lists/time-order';
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

@InputType('ReplayWhere', { description: 'Replays that meet all of it.' })
export class ReplayWhere {
  @Field(() => IDFilter, { nullable: true, description: 'Its id, `rpl_...`.' })
  id?: IDFilter;

  @Field(() => ReplayStatusFilter, { nullable: true, description: 'How far it is: { in: [PENDING, RUNNING] }.' })
  status?: InstanceType<typeof ReplayStatusFilter>;

  @Field(() => StringFilter, { nullable: true, description: 'Why, in the words of whoever ordered it.' })
  reason?: StringFilter;

  @Field(() => IntFilter, { nullable: true, description: 'Deliveries a second at most.' })
  rate?: IntFilter;

  @Field(() => UserWhere, { nullable: true, description: 'Whoever ordered it.' })
  orderedBy?: UserWhere;

  @Field(() => DeliveryWhere, { nullable: true, description: 'The one delivery that it is about.' })
  delivery?: DeliveryWhere;

  @Field(() => IntFilter, { nullable: true, description: 'How many deliveries it was to open.' })
  total?: IntFilter;

  @Field(() => IntFilter, { nullable: true, description: 'How many it opened so far.' })
  replayed?: IntFilter;

  @Field(() => IntFilter, { nullable: true, description: 'How many could not be sent again so far.' })
  skipped?: IntFilter;

  @Field(() => StringFilter, { nullable: true, description: 'Why it, or its last step, failed.' })
  error?: StringFilter;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When it was ordered.' })
  createdAt?: DateTimeFilter;

  @Field(() => OptionalDateTimeFilter, { nullable: true, description: 'When its first step was made.' })
  startedAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, { nullable: true, description: '{ isNull: true }: it is not over.' })
  finishedAt?: OptionalDateTimeFilter;

  @Field(() => [ReplayWhere], { nullable: true, description: AND_TEXT })
  and?: ReplayWhere[];

  @Field(() => [ReplayWhere], { nullable: true, description: OR_TEXT })
  or?: ReplayWhere[];

  @Field(() => ReplayWhere, { nullable: true, description: NOT_TEXT })
  not?: ReplayWhere;
}

export const REPLAY_FILTER: FilterMap = {
  id: idFilter('Replay'),
  status: exactFilter('status'),
  reason: textFilter('reason'),
  rate: intFilter('rate'),
  orderedBy: linkFilter('ordered_by', 'users', () => USER_FILTER),
  delivery: linkFilter('delivery_id', 'deliveries', () => DELIVERY_FILTER),
  total: intFilter('total'),
  replayed: intFilter('replayed'),
  skipped: intFilter('skipped'),
  error: textFilter('error'),
  createdAt: idTimeFilter(),
  startedAt: timeFilter('started_at'),
  finishedAt: timeFilter('finished_at'),
};

for (const [where, map, description] of [
  [DeliveryWhere, DELIVERY_FILTER, 'The last time that it was sent again.'],
  [RequestLogWhere, REQUEST_LOG_FILTER, 'On whose order it was sent again.'],
] as const) {
  const filter = linkFilter('replay_id', 'replays', () => REPLAY_FILTER);
  addWhereLink(where, map, { name: 'replay', type: () => ReplayWhere, description, filter });
}

const ReplayStart = timeOrder('Replay', 'replays');

@ArgsType()
export class ReplayListArgs extends PageArgs {
  @Field(() => ReplayWhere, { nullable: true, description: WHERE_TEXT })
  where?: ReplayWhere;

  @Field(() => ReplayStart, { nullable: true, description: 'Newest first by default.' })
  orderBy?: TimeOrder | null;
}
