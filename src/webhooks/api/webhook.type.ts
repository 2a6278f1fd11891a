import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/page';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import {
  type BodyFormat,
  DIRECTIONS,
  type Direction,
  type Method,
  ORDERINGS,
  type Ordering,
  type SignatureScheme,
  WEBHOOK_STATUSES,
  type WebhookStatus,
} from '../webhook.entity';
import { BodyFormatEnum, WebhookMethodEnum } from './request.type';
import { SignatureSchemeEnum } from './signing-key.type';

export const DirectionEnum = publishEnum('Direction', DIRECTIONS, 'Who calls whom.', {
  OUTGOING: { description: 'We call the partner.' },
  INCOMING: { description: 'The partner calls us.' },
});

export const OrderingEnum = publishEnum('DeliveryOrdering', ORDERINGS, 'What follows a delivery that is given up.', {
  HOLD: { description: 'It holds back the later ones of its document until it is replayed and arrives, or cancelled.' },
  SKIP: { description: 'The next one goes.' },
});

@HasRole(...READERS)
@ObjectType('RateLimit', { simpleResolvers: true, description: 'So many requests in any window of so many seconds.' })
export class RateLimitType {
  @Field(() => Int, { description: 'At most so many, 1 to 10,000.' })
  requests: number;

  @Field(() => Int, { description: 'In any so many seconds, 1 to 3,600.' })
  seconds: number;
}

export const WebhookStatusEnum = publishEnum('WebhookStatus', WEBHOOK_STATUSES, 'Whether a webhook is at work.', {
  ACTIVE: { description: 'Events become deliveries, and go.' },
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
  @Field(() => String, { description: '1 to 200 characters, such as "CRM of the partner"; need not be unique.' })
  name: string;

  @Field(() => DirectionEnum, { description: 'Who calls whom.' })
  direction: Direction;

  @Field(() => WebhookStatusEnum, { description: 'Whether it is at work; `statusReason` says why not.' })
  status: WebhookStatus;

  @Field(() => String, { nullable: true, description: 'Why it is paused or disabled.' })
  statusReason: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Events of documents of this type; null: of every type. INCOMING: the type of its events.',
  })
  documentType: string | null;

  @Field(() => [String], { description: 'These events, at most 100, such as "on_submit"; empty: every event.' })
  events: string[];

  @Field(() => [Int], {
    nullable: true,
    description:
      'Seconds to wait before each of 1 to 20 attempts, the first included, before jitter of up to 20 %. null: the example ' +
      'schedule of Standard Webhooks, 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.',
  })
  retrySchedule: number[] | null;

  @Field(() => Int, { description: 'Milliseconds for a whole attempt: connecting, headers and body.' })
  timeoutMs: number;

  @Field(() => String, { nullable: true, description: 'CEL: only events for which it is true; null: every event.' })
  condition: string | null;

  @Field(() => WebhookMethodEnum, { description: 'The HTTP method of its requests.' })
  method: Method;

  @Field(() => BodyFormatEnum, { description: 'What its requests carry.' })
  bodyFormat: BodyFormat;

  @Field(() => String, { nullable: true, description: 'The Liquid template of the body; null: it has another form.' })
  body: string | null;

  @Field(() => [String], {
    description:
      'OUTGOING: names of headers of a received call that go on with it, at most 50, in lower case; "*": all that may.',
  })
  passHeaders: string[];

  @Field(() => Int, { nullable: true, description: 'Seconds within which an event is not sent twice; null: it is.' })
  dedupeSeconds: number | null;

  @Field(() => [SignatureSchemeEnum], { description: 'How deliveries are signed, with each of these 1 to 3.' })
  signatures: SignatureScheme[];

  @Field(() => Int, {
    nullable: true,
    description: 'Requests on the wire at once, over all processes. null: what each worker has room for.',
  })
  maxConcurrency: number | null;

  @Field(() => OrderingEnum, { nullable: true, description: 'Whether deliveries of one document keep their order.' })
  ordering: Ordering | null;

  @Field(() => GraphQLDateTime, { description: 'When it was made; the time in the id.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { description: 'When its settings or its status last changed.' })
  updatedAt: Date;
}

export const WebhookConnection = connectionOf('Webhook', () => WebhookType);
