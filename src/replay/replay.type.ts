import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { DeliveryStatusEnum } from '../delivery/api/delivery.type';
import type { DeliveryStatus } from '../delivery/delivery.entity';
import { publishEnum } from '../graphql/enum';
import { connectionOf } from '../graphql/lists/connection';
import { NodeType } from '../graphql/node';
import { HasRole } from '../graphql/roles/has-role';
import { READERS } from '../viewer';
import { REPLAY_STATUSES, type ReplayStatus } from './replay.entity';

export const ReplayStatusEnum = publishEnum('ReplayStatus', REPLAY_STATUSES, 'Where a replay is.', {
  PENDING: { description: 'Ordered; no worker has begun.' },
  RUNNING: { description: 'Workers open deliveries again, oldest first, as fast as its rate allows.' },
  PAUSED: { description: 'Until it is resumed, no further delivery is opened.' },
  COMPLETED: {
    description: 'Every delivery was looked at. Whether those that were opened have arrived is theirs to say.',
  },
  CANCELLED: { description: 'Ended by somebody; what was opened by then goes on.' },
  FAILED: { description: 'It cannot be carried out; error says why.' },
});

@HasRole(...READERS)
@ObjectType('Replay', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    "Somebody's order to send deliveries again: the same `webhook-id` and bytes, a fresh timestamp and signature, and a " +
    'retry schedule that begins anew. SKIPPED ones have no bytes yet: they are decided anew. A replay may arrive out of ' +
    'order.',
})
export class ReplayType extends NodeType {
  @Field(() => ReplayStatusEnum, { description: 'How far it is.' })
  status: ReplayStatus;

  @Field(() => String, { description: 'Why, in the words of whoever ordered it.' })
  reason: string;

  @Field(() => Int, { description: 'Deliveries a second at most, over all workers; 1 for a single delivery.' })
  rate: number;

  @Field(() => Int, {
    description:
      'How many deliveries were over and met `where` when it was ordered. Those that no longer do when their turn comes ' +
      'are left alone: replayed and skipped together may stay below it.',
  })
  total: number;

  @Field(() => Int, { description: 'How many were opened again so far.' })
  replayed: number;

  @Field(() => Int, {
    description:
      'How many could not be sent again so far: SKIPPED ones that were decided against again, tests, those whose content ' +
      'was erased or whose webhook is archived.',
  })
  skipped: number;

  @Field(() => String, { nullable: true, description: 'Why it failed, or why its last step did; null: nothing did.' })
  error: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it was ordered; the time in the id.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When its first step was made.' })
  startedAt: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was COMPLETED, CANCELLED or FAILED.' })
  finishedAt: Date | null;
}

export const ReplayConnection = connectionOf('Replay', () => ReplayType);

@ObjectType('ReplayStatusCount', {
  simpleResolvers: true,
  description: 'The deliveries of a replay that are in one status.',
})
export class ReplayStatusCountType {
  @Field(() => DeliveryStatusEnum, { description: 'DELIVERED, EXHAUSTED, SKIPPED or CANCELLED: those that are over.' })
  status: DeliveryStatus;

  @Field(() => Int, { description: 'Deliveries that are so and meet `where`; none that are not over.' })
  total: number;

  @Field(() => Int, { description: 'Those of them that can be sent again.' })
  replayable: number;
}

@ObjectType('ReplayWebhookCount', {
  simpleResolvers: true,
  description: 'The deliveries of a replay that go to one webhook.',
})
export class ReplayWebhookCountType {
  @Field(() => Int, { description: 'Deliveries to it that are over and meet `where`.' })
  total: number;

  @Field(() => Int, { description: 'Those of them that can be sent again.' })
  replayable: number;
}

@ObjectType('ReplayCount', { simpleResolvers: true, description: 'What a replay comes to, at the moment of asking.' })
export class ReplayCountType {
  @Field(() => Int, { description: 'Deliveries that are over and meet `where`.' })
  total: number;

  @Field(() => Int, {
    description:
      'Those that can be sent again: DELIVERED, EXHAUSTED or CANCELLED, with their content, no tests; SKIPPED, if not as a ' +
      'LOOP, with the data of their event. Whether condition and template want these now is decided when their turn comes.',
  })
  replayable: number;

  @Field(() => [ReplayStatusCountType], { description: 'By status, the largest number first; at most 4 rows.' })
  byStatus: ReplayStatusCountType[];

  @Field(() => [ReplayWebhookCountType], { description: 'The 20 webhooks with the most deliveries, those first.' })
  byWebhook: ReplayWebhookCountType[];
}
