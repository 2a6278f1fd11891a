import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { REPLAY_REQUEST_STATUSES, type ReplayRequestStatus } from './replay-request.entity';

export const ReplayRequestStatusEnum = publishEnum(
  'ReplayRequestStatus',
  REPLAY_REQUEST_STATUSES,
  'The state of a replay request.',
  {
    WAITING: { description: 'Another person has to decide about it, before `expiresAt`.' },
    APPROVED: { description: 'It was approved, and the delivery was sent again.' },
    DECLINED: { description: 'It was declined.' },
    EXPIRED: {
      description: 'It was not decided about in time. It gets this status at most an hour after `expiresAt`.',
    },
  },
);

@HasRole(...READERS)
@ObjectType('ReplayRequest', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'A replay of one delivery that one person asked for, and that another person approves or declines.',
})
export class ReplayRequestType extends NodeType {
  @Field(() => ReplayRequestStatusEnum, { description: 'The state of the request.' })
  status: ReplayRequestStatus;

  @Field(() => String, { description: 'Why the replay is needed, as given by the user who asked for it.' })
  reason: string;

  @Field(() => GraphQLDateTime, { description: 'When the replay was asked for.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { description: 'When the request expires: 7 days after it was made.' })
  expiresAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was approved or declined; null: it was not.' })
  decidedAt: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why it was approved or declined, as given by the user who decided; null: it was not decided about.',
  })
  decisionReason: string | null;
}

export const ReplayRequestConnection = connectionOf('ReplayRequest', () => ReplayRequestType);
