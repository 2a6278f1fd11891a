import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';
import { HasRole } from '../graphql/has-role';
import { NodeType } from '../graphql/node';
import { connectionOf } from '../graphql/page';
import { READERS } from '../viewer';
import { DIRECTIONS, type Direction, WEBHOOK_STATUSES, type WebhookStatus } from './webhook.entity';

export const DirectionEnum = publishEnum('Direction', DIRECTIONS, 'Who calls whom.', {
  OUTGOING: { description: 'We call the partner.' },
  INCOMING: { description: 'The partner calls us.' },
});

export const WebhookStatusEnum = publishEnum('WebhookStatus', WEBHOOK_STATUSES, 'Whether a webhook is at work.', {
  PAUSED: { description: 'By somebody, for a while: deliveries are held and go on when it is resumed.' },
  DISABLED: { description: 'By the system, after failures: open deliveries are held, new events are skipped.' },
  ARCHIVED: { description: 'For good. What happened stays readable.' },
});

@HasRole(...READERS)
@ObjectType('Webhook', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'An agreement with one external system: which events go to which URL, and how.',
})
export class WebhookType extends NodeType {
  @Field(() => String)
  name: string;

  @Field(() => DirectionEnum)
  direction: Direction;

  @Field(() => WebhookStatusEnum)
  status: WebhookStatus;

  @Field(() => String, { nullable: true, description: 'Why it is paused or disabled.' })
  statusReason: string | null;

  @Field(() => String, { nullable: true, description: 'OUTGOING: what is called.' })
  url: string | null;

  @Field(() => String, { nullable: true, description: 'Events of documents of this type; null: of every type.' })
  documentType: string | null;

  @Field(() => [String], { description: 'These events, such as "on_submit"; empty: every event.' })
  events: string[];

  @Field(() => [Int], {
    nullable: true,
    description:
      'Seconds to wait before each attempt, the first included, before jitter of up to 20 %. null: the example ' +
      'schedule of Standard Webhooks, 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.',
  })
  retrySchedule: number[] | null;

  @Field(() => Int, { description: 'Milliseconds for a whole attempt: connecting, headers and body.' })
  timeoutMs: number;

  @Field(() => GraphQLDateTime)
  createdAt: Date;

  @Field(() => GraphQLDateTime)
  updatedAt: Date;
}

export const WebhookConnection = connectionOf('Webhook', () => WebhookType);
