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

export const DeliveryStatusEnum = publishEnum('DeliveryStatus', DELIVERY_STATUSES, 'Where a delivery is.', {
  PENDING: { description: 'Not tried yet, or its first attempt is on the wire.' },
  RETRYING: { description: 'An attempt failed; the next one comes at nextAttemptAt.' },
  DELIVERED: { description: 'The partner answered with 2xx.' },
  EXHAUSTED: { description: 'Given up: the retry schedule has no further attempt.' },
  SKIPPED: { description: 'Decided against; skipReason says why.' },
  CANCELLED: { description: 'Somebody cancelled it, or archived its webhook, before it arrived.' },
});

export const WaitEnum = publishEnum('DeliveryWait', WAITS, 'What lets a delivery go on.', {
  CAPACITY: {
    description:
      "Its webhook's circuit, rate limit or concurrency, or room beside others: it goes as soon as there is some.",
  },
  PREDECESSOR: { description: 'An earlier delivery of the same document: the webhook keeps them in order.' },
});

export const SkipReasonEnum = publishEnum('SkipReason', SKIP_REASONS, 'Why nothing was sent.', {
  CONDITION_FALSE: { description: "The webhook's condition was false for the event." },
  CONDITION_ERROR: {
    description: 'The condition could not be evaluated, such as for a field that the document does not have.',
  },
  TEMPLATE_ERROR: { description: 'URL, a header or the body could not be made from the document.' },
  WEBHOOK_DISABLED: { description: 'The webhook was disabled when the event happened.' },
  DUPLICATE: { description: 'The webhook was told of the same, with the same bytes, within its dedupeSeconds.' },
  LOOP: { description: "The event came of this webhook's own deliveries, or stands at the end of a chain of 16." },
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

  @Field(() => DeliveryStatusEnum, { description: 'Where it is: on its way, or how it ended.' })
  status: DeliveryStatus;

  @Field(() => SkipReasonEnum, { nullable: true, description: 'SKIPPED: why; null: it is not skipped.' })
  skipReason: SkipReason | null;

  @Field(() => String, { nullable: true, description: 'The reason in a sentence.' })
  skipMessage: string | null;

  @Field(() => Boolean, { description: 'Its webhook is paused or disabled: it goes on when that is resumed.' })
  held: boolean;

  @Field(() => WaitEnum, { nullable: true, description: 'What it waits for beside a time; null: nothing.' })
  waitsFor: Wait | null;

  @Field(() => Int, { description: 'How many requests were made, of all replays together; 0: none yet.' })
  attempts: number;

  @Field(() => Boolean, {
    description:
      'Made by testWebhook, to try the webhook out: one attempt, also where the webhook is paused or disabled.',
  })
  test: boolean;

  @Field(() => Boolean, { description: 'Cancelled while an attempt was on the wire: it is not tried again.' })
  cancelRequested: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it is tried next, to the millisecond. null: on the wire, held, or over.',
  })
  nextAttemptAt: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When the event became this delivery; the time in the id.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the partner first answered with 2xx; null: not yet. A replay does not change it.',
  })
  deliveredAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was over; null while it is open, as when it is replayed.',
  })
  finishedAt: Date | null;
}

export const DeliveryConnection = connectionOf('Delivery', () => DeliveryType);
