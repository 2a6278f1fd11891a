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

export const ReplayStatusEnum = publishEnum('ReplayStatus', REPLAY_STATUSES, 'The state of a replay.', {
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
