import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import {
  DELIVERY_STATUSES,
  type DeliveryStatus,
  SKIP_REASONS,
  type SkipReason,
  WAITS,
  type Wait,
} from '../delivery.entity';

export const DeliveryStatusEnum = publishEnum('DeliveryStatus', DELIVERY_STATUSES, 'The state of a delivery.', {
  PENDING: { description: 'No attempt has ended since the delivery was created or last replayed.' },
  RETRYING: { description: 'An attempt failed, and the delivery is tried again.' },
  DELIVERED: { description: 'The partner answered with 2xx.' },
  EXHAUSTED: { description: 'All attempts failed: the retry schedule has no further one.' },
  SKIPPED: { description: 'Not sent: `skipReason` gives the reason.' },
  CANCELLED: { description: 'A user cancelled the delivery, or archived its webhook, before it succeeded.' },
});

export const WaitEnum = publishEnum('DeliveryWait', WAITS, 'What a delivery waits for.', {
  CAPACITY: {
    description:
      "Capacity: the webhook's circuit, rate limit or concurrency, or its share of the workers. The delivery continues by itself.",
  },
  PREDECESSOR: { description: 'An earlier delivery of the same document, because the webhook has an `ordering`.' },
});

export const SkipReasonEnum = publishEnum('SkipReason', SKIP_REASONS, 'Why a delivery was not sent.', {
  CONDITION_FALSE: { description: 'The condition of the webhook is false for the event.' },
  CONDITION_ERROR: {
    description: 'The condition could not be evaluated, for example because the document has no such field.',
  },
  TEMPLATE_ERROR: { description: 'The URL, a header or the body could not be rendered from the document.' },
  WEBHOOK_DISABLED: { description: 'The webhook was disabled when the event was published.' },
  DUPLICATE: {
    description: 'An event with the same document, name and data was sent within the `dedupeSeconds` of the webhook.',
  },
  LOOP: { description: 'Deliveries to this webhook caused the event, or the event ends a chain of 16 deliveries.' },
  ERASED: { description: 'The content of the event was erased before the delivery was made.' },
});

@HasRole(...READERS)
@ObjectType('Delivery', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'The delivery of one business event to one webhook. Its id is the `webhook-id` header of every attempt.',
})
export class DeliveryType extends NodeType {
  @Field(() => String, { description: 'The type of the document, such as "Sales Invoice".' })
  documentType: string;

  @Field(() => String, { description: 'What happened to the document, such as "on_submit".' })
  event: string;

  @Field(() => String, { description: 'The name of the document, such as "INV-0042".' })
  referenceDocument: string;

  @Field(() => DeliveryStatusEnum, { description: 'The state of the delivery.' })
  status: DeliveryStatus;

  @Field(() => SkipReasonEnum, {
    nullable: true,
    description: 'Why the delivery was not sent; null: it is not SKIPPED.',
  })
  skipReason: SkipReason | null;

  @Field(() => String, { nullable: true, description: 'The skip reason in a sentence; null: it is not SKIPPED.' })
  skipMessage: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the delivery is held because its webhook is paused or disabled. It continues when the webhook is resumed.',
  })
  held: boolean;

  @Field(() => WaitEnum, {
    nullable: true,
    description: 'What the delivery waits for, other than a time; null: nothing.',
  })
  waitsFor: Wait | null;

  @Field(() => Int, { description: 'The number of attempts, including those of replays; 0: none yet.' })
  attempts: number;

  @Field(() => Boolean, {
    description:
      'Whether testWebhook made the delivery: it has one attempt, even if the webhook is paused or disabled.',
  })
  test: boolean;

  @Field(() => Boolean, {
    description: 'Whether the delivery was cancelled while an attempt was on the wire: it is not retried.',
  })
  cancelRequested: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the next attempt is due, to the millisecond; null: on the wire, waiting, held or finished.',
  })
  nextAttemptAt: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When the delivery was created. The id contains the same time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the partner first answered with 2xx; null: never. A replay does not change it.',
  })
  deliveredAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the delivery was finished; null: it is open, which it also is during a replay.',
  })
  finishedAt: Date | null;
}

export const DeliveryConnection = connectionOf('Delivery', () => DeliveryType);
