import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { READERS } from '../access/viewer';
import { DeliveryStatusEnum, DeliveryWhere } from '../delivery/api/delivery.type';
import type { DeliveryStatus } from '../delivery/delivery.entity';
import { Reason, rejects } from '../graphql/arguments/check-input';
import { publishEnum } from '../graphql/directives';
import { connectionOf } from '../graphql/lists/connection';
import { enumFilter } from '../graphql/lists/filter-inputs';
import { addFilter, by, whereOf } from '../graphql/lists/where';
import { NodeType } from '../graphql/node';
import { HasRole } from '../graphql/roles/has-role';
import { RequestLogWhere } from '../request-log/api/request-log.inputs';
import { UserWhere } from '../users/user.type';
import { REASON_RULE } from '../values/reason';
import { withCommas } from '../values/text';
import { REPLAY_STATUSES, type ReplayStatus } from './replay.entity';

const ReplayStatusEnum = publishEnum('ReplayStatus', REPLAY_STATUSES, 'The state of a replay.', {
  PENDING: { description: 'No worker has begun.' },
  RUNNING: { description: 'Deliveries are sent again, oldest first, within the rate.' },
  PAUSED: { description: 'No further deliveries are sent again until it is resumed.' },
  QUEUED: {
    description:
      'Every delivery was queued again or could not be: the replay has nothing left to do. Whether they arrive is the status of each ' +
      'of its `deliveries`.',
  },
  CANCELLED: { description: 'A user cancelled it. Deliveries that were already sent again continue.' },
  FAILED: { description: 'It failed: `error` gives the reason.' },
});

@HasRole(...READERS)
@ObjectType('Replay', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'A replay sends one or many deliveries again, with the same `webhook-id` and body, a new timestamp and ' +
    'signature, and a new round of the retry schedule. A SKIPPED delivery has no body yet and is evaluated ' +
    'again. Replays ignore the `ordering` of webhooks.',
})
export class ReplayType extends NodeType {
  @Field(() => ReplayStatusEnum, { description: 'The state of the replay.' })
  status: ReplayStatus;

  @Field(() => String, { description: 'The reason, as given by the user who started the replay.' })
  reason: string;

  @Field(() => Int, {
    description: 'The maximum number of deliveries per second, over all workers; 1 for a single delivery.',
  })
  rate: number;

  @Field(() => Int, {
    description:
      'The number of deliveries that were finished and met `where` when the replay started. `replayed` and `skipped` ' +
      'together can be less, because deliveries that no longer meet `where` are left out.',
  })
  deliveryCount: number;

  @Field(() => Int, { description: 'The number of deliveries that were sent again so far.' })
  replayed: number;

  @Field(() => Int, {
    description:
      'The number of deliveries that could not be sent again so far: SKIPPED ones that were skipped again, tests, and ' +
      'deliveries whose content was erased or whose webhook is archived.',
  })
  skipped: number;

  @Field(() => String, { nullable: true, description: 'Why the replay or its last step failed; null: neither did.' })
  error: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the replay was started. The id contains the same time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the first step ran; null: not yet.' })
  startedAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it became QUEUED, CANCELLED or FAILED; null: it is not finished.',
  })
  finishedAt: Date | null;
}

export const ReplayConnection = connectionOf('Replay', () => ReplayType);

@ObjectType('ReplayStatusCount', {
  simpleResolvers: true,
  description: 'The deliveries of a replay with one status.',
})
export class ReplayStatusCountType {
  @Field(() => DeliveryStatusEnum, { description: 'The status: DELIVERED, EXHAUSTED, SKIPPED or CANCELLED.' })
  status: DeliveryStatus;

  @Field(() => Int, { description: 'The number of deliveries with this status that meet `where`.' })
  deliveryCount: number;

  @Field(() => Int, { description: 'The number of these deliveries that can be sent again.' })
  replayable: number;
}

@ObjectType('ReplayWebhookCount', {
  simpleResolvers: true,
  description: 'The deliveries of a replay to one webhook.',
})
export class ReplayWebhookCountType {
  @Field(() => Int, { description: 'The number of finished deliveries to this webhook that meet `where`.' })
  deliveryCount: number;

  @Field(() => Int, { description: 'The number of these deliveries that can be sent again.' })
  replayable: number;
}

@ObjectType('ReplayPreview', {
  simpleResolvers: true,
  description: 'The number of deliveries that a replay selects, at the time of the query.',
})
export class ReplayPreviewType {
  @Field(() => Int, { description: 'The number of finished deliveries that meet `where`.' })
  deliveryCount: number;

  @Field(() => Int, {
    description:
      'The number of these deliveries that can be sent again: not tests, not skipped as a LOOP, with their content, and of ' +
      'webhooks that are not archived. SKIPPED ones are counted although they may be skipped again.',
  })
  replayable: number;

  @Field(() => [ReplayStatusCountType], {
    description: 'The deliveries by status, the largest number first; at most 4.',
  })
  byStatus: ReplayStatusCountType[];

  @Field(() => [ReplayWebhookCountType], {
    description: 'The 20 webhooks with the most deliveries, the largest number first.',
  })
  byWebhook: ReplayWebhookCountType[];
}

const DEFAULT_RATE = 50;
const MAX_RATE = 1_000;
const REASON_TEXT = `The reason, recorded in the audit trail: ${REASON_RULE}`;
const RATE_TEXT = `The maximum number of deliveries per second, over all workers: 1 to ${withCommas(MAX_RATE)}.`;

const isRate = (value: unknown) => (value as number) >= 1 && (value as number) <= MAX_RATE;
const hasCondition = (where: unknown) => Object.values(where as object).some((each) => each !== undefined);

@InputType('ReplayDeliveryInput', { description: 'The delivery to send again, and the reason.' })
export class ReplayDeliveryInput {
  @Field(() => ID, { description: 'The id of a finished delivery, `dlv_...`.' })
  deliveryId: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

@InputType('RequestReplayInput', { description: 'The delivery that another person is to send again, and the reason.' })
export class RequestReplayInput {
  @Field(() => ID, { description: 'The id of a finished delivery, `dlv_...`.' })
  deliveryId: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

@InputType('ReplayDeliveriesInput', { description: 'The deliveries to send again, the rate, and the reason.' })
export class ReplayDeliveriesInput {
  @rejects(
    'REQUIRED',
    'where',
    hasCondition,
    () => 'where is {}: to replay all deliveries, give { createdAt: { gte: "1970-01-01T00:00:00Z" } }.',
  )
  @Field(() => DeliveryWhere, {
    description:
      'Selects among the deliveries that are finished when the replay starts; {} is refused. The condition is evaluated ' +
      'again before each delivery is sent: those that no longer meet it, or were replayed otherwise, are left out.',
  })
  where: DeliveryWhere;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;

  @rejects('INVALID', 'rate', isRate, (value) => `rate is ${value}; it must be 1 to ${MAX_RATE} deliveries per second.`)
  @Field(() => Int, { defaultValue: DEFAULT_RATE, description: RATE_TEXT })
  rate: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'The `replayable` of a dry run. CONFLICT: another number of deliveries can be sent again when the replay starts, and nothing ' +
      'is sent. Default, null: any number. A dry run does not compare it.',
  })
  expectedReplayable?: number | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Only count the deliveries: nothing is sent or stored.' })
  dryRun: boolean;
}

@InputType('PauseReplayInput', { description: 'The replay to pause.' })
export class PauseReplayInput {
  @Field(() => ID, { description: 'The id of a replay that is PENDING or RUNNING, `rpl_...`.' })
  id: string;
}

@InputType('ResumeReplayInput', { description: 'The replay to resume.' })
export class ResumeReplayInput {
  @Field(() => ID, { description: 'The id of a replay that is PAUSED, `rpl_...`.' })
  id: string;
}

@InputType('CancelReplayInput', { description: 'The replay to cancel.' })
export class CancelReplayInput {
  @Field(() => ID, { description: 'The id of a replay that is not finished, `rpl_...`.' })
  id: string;
}

export const ReplayWhere = whereOf('ReplayWhere', 'replays', 'Replays that meet all of these conditions.', {
  id: by.id('Replay', 'The id of the replay: { eq: "rpl_..." }.'),
  status: by.value(enumFilter('ReplayStatus', ReplayStatusEnum), 'The status: { in: [PENDING, RUNNING] }.'),
  reason: by.text('The reason, as given by the user who started the replay.'),
  rate: by.integer('The maximum number of deliveries per second.'),
  orderedBy: by.link(() => UserWhere, 'The user who started the replay.', { column: 'ordered_by' }),
  delivery: by.link(() => DeliveryWhere, 'The delivery of a replay of one delivery.'),
  deliveryCount: by.integer('The number of deliveries that the replay selected.'),
  replayed: by.integer('The number of deliveries that were sent again so far.'),
  skipped: by.integer('The number of deliveries that could not be sent again so far.'),
  error: by.text('Why the replay or its last step failed.'),
  createdAt: by.idTime('When the replay was started.'),
  startedAt: by.optionalTime('When the first step ran; { isNull: true }: not yet.'),
  finishedAt: by.optionalTime('When the replay was finished; { isNull: true }: it is not.'),
});
export type ReplayWhere = InstanceType<typeof ReplayWhere>;

addFilter(
  DeliveryWhere,
  'replay',
  by.link(() => ReplayWhere, 'The last replay of the delivery.'),
);
addFilter(
  RequestLogWhere,
  'replay',
  by.link(() => ReplayWhere, 'The replay that the request belongs to.'),
);
