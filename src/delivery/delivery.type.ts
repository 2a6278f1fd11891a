import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';
import { HasRole } from '../graphql/has-role';
import { NodeType } from '../graphql/node';
import { connectionOf } from '../graphql/page';
import { READERS } from '../viewer';
import { DELIVERY_STATUSES, type DeliveryStatus, SKIP_REASONS, type SkipReason } from './delivery.entity';

export const DeliveryStatusEnum = publishEnum('DeliveryStatus', DELIVERY_STATUSES, 'Where a delivery is.', {
  PENDING: { description: 'Not tried yet, or its first attempt is on the wire.' },
  RETRYING: { description: 'An attempt failed; the next one comes at nextAttemptAt.' },
  DELIVERED: { description: 'The partner answered with 2xx.' },
  EXHAUSTED: { description: 'Given up: the retry schedule has no further attempt.' },
  SKIPPED: { description: 'Decided against; skipReason says why.' },
  CANCELLED: { description: 'Its webhook was archived before it arrived.' },
});

export const SkipReasonEnum = publishEnum('SkipReason', SKIP_REASONS, 'Why nothing was sent.', {
  WEBHOOK_DISABLED: { description: 'The webhook was disabled when the event happened.' },
});

@HasRole(...READERS)
@ObjectType('Delivery', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'One business event owed to one webhook. Its id is the `webhook-id` header of every attempt.',
})
export class DeliveryType extends NodeType {
  @Field(() => String, { description: 'Such as "Sales Invoice".' })
  documentType: string;

  @Field(() => String, { description: 'Such as "on_submit".' })
  event: string;

  @Field(() => String, { description: 'The business document, such as INV-0042.' })
  referenceDocument: string;

  @Field(() => DeliveryStatusEnum)
  status: DeliveryStatus;

  @Field(() => SkipReasonEnum, { nullable: true })
  skipReason: SkipReason | null;

  @Field(() => String, { nullable: true, description: 'The reason in a sentence.' })
  skipMessage: string | null;

  @Field(() => Boolean, { description: 'Its webhook is paused or disabled: it goes on when that is resumed.' })
  held: boolean;

  @Field(() => Int, { description: 'How many requests were made.' })
  attempts: number;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'null: on the wire, held, or over.' })
  nextAttemptAt: Date | null;

  @Field(() => GraphQLDateTime)
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true })
  finishedAt: Date | null;
}

export const DeliveryConnection = connectionOf('Delivery', () => DeliveryType);
