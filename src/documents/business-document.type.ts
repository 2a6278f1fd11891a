import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { READERS } from '../access/viewer';
import { DeliveryType, SkipReasonEnum } from '../delivery/api/delivery.type';
import type { SkipReason } from '../delivery/delivery.entity';
import { publishEnum } from '../graphql/directives';
import { connectionOf } from '../graphql/lists/connection';
import { NodeType } from '../graphql/node';
import { HasRole } from '../graphql/roles/has-role';
import { RequestLogType, RequestStatusEnum } from '../request-log/api/request-log.type';
import type { RequestStatus } from '../request-log/webhook-request-log.entity';
import { WebhookType } from '../webhooks/api/webhook.type';
import { TIMELINE_KINDS, type TimelineKind } from './timeline.store';
import { VERDICTS, type Verdict } from './verdict';

const VerdictEnum = publishEnum(
  'DocumentVerdictKind',
  VERDICTS,
  'Whether a partner has received the latest event of a document.',
  {
    ARRIVED: { description: 'The partner answered the newest delivery with 2xx. Stays so while it is replayed.' },
    ON_ITS_WAY: { description: 'An attempt is on the wire, or due at `nextAttemptAt`.' },
    WAITING: {
      description:
        'The delivery waits for an earlier one of the document, or for the limits or the circuit of the webhook.',
    },
    HELD: {
      description:
        'The webhook is paused or disabled, or all deliveries are paused. The delivery continues when they are resumed.',
    },
    STUCK: {
      description:
        'Nothing is sent, because something in the database is wrong with the delivery, with one that it waits for, or with the event: ' +
        '`deadLetters` says what.',
    },
    GIVEN_UP: { description: 'All attempts of the retry schedule failed.' },
    NOT_SENT: { description: 'The delivery was skipped: `delivery { skipReason skipMessage }` gives the reason.' },
    CANCELLED: { description: 'A user cancelled the delivery, or archived the webhook, before it succeeded.' },
  },
);

const TimelineKindEnum = publishEnum('DocumentTimelineKind', TIMELINE_KINDS, 'The kind of an entry of a timeline.', {
  EVENT_PUBLISHED: { description: 'An event of the document was published: `businessEvent`.' },
  DELIVERY_MADE: { description: 'A delivery to a webhook was created: `delivery`.' },
  DELIVERY_SKIPPED: { description: 'A webhook matched, but the delivery was skipped: `skipReason`.' },
  ATTEMPT_MADE: { description: 'A request to a partner: `request`. The time is that of its beginning.' },
  CALL_RECEIVED: { description: 'A call of a partner about the document: `request`.' },
  DELIVERED: { description: 'The partner answered with 2xx for the first time.' },
  GIVEN_UP: { description: 'All attempts failed. Disappears when the delivery is replayed.' },
  CANCELLED: {
    description: 'The delivery was cancelled, or its webhook archived. Disappears when the delivery is replayed.',
  },
});

@HasRole(...READERS)
@ObjectType('BusinessDocument', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'A document of the business system, such as Sales Invoice INV-0042, with its events, deliveries and requests. Its id ' +
    'contains its type and its name.',
})
export class BusinessDocumentType extends NodeType {
  @Field(() => String, { description: 'The type of the document, such as "Sales Invoice".' })
  documentType: string;

  @Field(() => String, {
    description: 'The name of the document, such as "INV-0042": the `referenceDocument` of events and requests.',
  })
  name: string;
}

@HasRole(...READERS)
@ObjectType('DocumentVerdict', {
  simpleResolvers: true,
  description:
    'Whether one partner has received the latest event of a document, by its newest delivery. Tests do not count.',
})
export class DocumentVerdictType {
  @Field(() => VerdictEnum, { description: 'The verdict.' })
  verdict: Verdict;

  @Field(() => String, {
    description:
      'The verdict in one or two sentences, with times in UTC: "Bank received on_submit of Sales Invoice INV-0042 on 3 ' +
      'March 2026 at 14:05:09 UTC."',
  })
  sentence: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the next attempt is due; null: none is scheduled.',
  })
  nextAttemptAt: Date | null;

  @Field(() => WebhookType, {
    nullable: true,
    description: 'The webhook; null: STUCK, and not known yet which webhooks match.',
  })
  webhook: object | null;

  @Field(() => DeliveryType, {
    nullable: true,
    description: 'The newest delivery of the document to this webhook; null: STUCK before it was made.',
  })
  delivery: object | null;

  @Field(() => RequestLogType, {
    nullable: true,
    description: 'The last attempt of this delivery; null: there is none.',
  })
  lastRequest: object | null;
}

@HasRole(...READERS)
@ObjectType('DocumentTimelineEntry', {
  simpleResolvers: true,
  description: 'One entry of the timeline of a document. Links that its kind does not have are null.',
})
export class DocumentTimelineEntryType {
  @Field(() => GraphQLDateTime, { description: 'The time, to the millisecond.' })
  at: Date;

  @Field(() => TimelineKindEnum, { description: 'The kind of the entry.' })
  kind: TimelineKind;

  @Field(() => String, {
    description: 'The entry as a sentence: "Attempt 2 to Bank was answered with 200 after 35 ms."',
  })
  sentence: string;

  @Field(() => String, { nullable: true, description: 'The name of the event, such as "on_submit".' })
  event: string | null;

  @Field(() => SkipReasonEnum, { nullable: true, description: 'DELIVERY_SKIPPED: the reason; null: another kind.' })
  skipReason: SkipReason | null;

  @Field(() => RequestStatusEnum, {
    nullable: true,
    description: 'ATTEMPT_MADE and CALL_RECEIVED: the status of the request; null: another kind.',
  })
  requestStatus: RequestStatus | null;

  @Field(() => Int, {
    nullable: true,
    description: 'ATTEMPT_MADE and CALL_RECEIVED: the HTTP status, 100 to 599; null: no answer began, or another kind.',
  })
  responseStatus: number | null;

  @Field(() => String, { nullable: true, description: 'The error of the request, in a sentence; null: none.' })
  error: string | null;
}

export const DocumentTimelineConnection = connectionOf('DocumentTimelineEntry', () => DocumentTimelineEntryType);
