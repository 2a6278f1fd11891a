import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { DeliveryType, SkipReasonEnum } from '../delivery/api/delivery.type';
import type { SkipReason } from '../delivery/delivery.entity';
import { publishEnum } from '../graphql/enum';
import { connectionOf } from '../graphql/lists/connection';
import { HasRole } from '../graphql/roles/has-role';
import { RequestLogType, RequestStatusEnum } from '../request-log/api/request-log.type';
import type { RequestStatus } from '../request-log/webhook-request-log.entity';
import { READERS } from '../viewer';
import { WebhookType } from '../webhooks/api/webhook.type';
import { TIMELINE_KINDS, type TimelineKind } from './timeline.store';
import { VERDICTS, type Verdict } from './verdict';

const VerdictEnum = publishEnum('DocumentVerdictKind', VERDICTS, 'Whether a partner knows of a document.', {
  ARRIVED: { description: 'The partner answered its newest delivery with 2xx; also while that is sent again.' },
  ON_ITS_WAY: { description: 'An attempt is on the wire, or comes at nextAttemptAt.' },
  WAITING: { description: "For an earlier delivery of the document, or for the webhook's limits or circuit." },
  HELD: { description: 'The webhook is paused or disabled: it goes on when that is resumed.' },
  GIVEN_UP: { description: 'Every attempt of the retry schedule failed.' },
  NOT_SENT: { description: 'Decided against: `delivery { skipReason skipMessage }` says why.' },
  CANCELLED: { description: 'Somebody cancelled it, or archived the webhook, before it arrived.' },
});

const TimelineKindEnum = publishEnum('DocumentTimelineKind', TIMELINE_KINDS, 'What an entry of a timeline tells.', {
  EVENT_PUBLISHED: { description: 'Something happened to the document: `businessEvent`.' },
  DELIVERY_MADE: { description: 'A webhook wants to know of it: `delivery`.' },
  DELIVERY_SKIPPED: { description: 'A webhook matched, and it was decided against: `skipReason`.' },
  ATTEMPT_MADE: { description: 'We called the partner: `request`. The time is when it began.' },
  CALL_RECEIVED: { description: 'A partner called us about the document: `request`.' },
  DELIVERED: { description: 'The partner answered with 2xx for the first time.' },
  GIVEN_UP: { description: 'Every attempt failed. Gone from the timeline once it is sent again.' },
  CANCELLED: { description: 'It was cancelled, or its webhook archived. Gone once it is sent again.' },
});

@HasRole(...READERS)
@ObjectType('BusinessDocument', {
  simpleResolvers: true,
  description:
    'A document of the business system, such as Sales Invoice INV-0042, and everything that ever went out or came in about ' +
    'it. Known by type and name alone: it has no row of its own.',
})
export class BusinessDocumentType {
  @Field(() => String, { description: 'Such as "Sales Invoice".' })
  documentType: string;

  @Field(() => String, { description: 'Such as "INV-0042": what events and requests call `referenceDocument`.' })
  name: string;
}

@HasRole(...READERS)
@ObjectType('DocumentVerdict', {
  simpleResolvers: true,
  description: 'Whether one partner knows the newest of a document, by its newest delivery. Tests do not count.',
})
export class DocumentVerdictType {
  @Field(() => VerdictEnum, { description: 'In one word.' })
  verdict: Verdict;

  @Field(() => String, {
    description:
      'In sentences that can be read aloud, times in UTC: "Bank got on_submit of Sales Invoice INV-0042 on 3 March 2026 ' +
      'at 14:05:09 UTC."',
  })
  sentence: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'ON_ITS_WAY: when it is tried next; null: see verdict.',
  })
  nextAttemptAt: Date | null;

  @Field(() => WebhookType, { nullable: true, description: 'To whom it was owed.' })
  webhook: object;

  @Field(() => DeliveryType, { nullable: true, description: 'The newest delivery of the document to this webhook.' })
  delivery: object;

  @Field(() => RequestLogType, {
    nullable: true,
    description: 'The last attempt of that delivery; null: none was made.',
  })
  lastRequest: object | null;
}

@HasRole(...READERS)
@ObjectType('DocumentTimelineEntry', {
  simpleResolvers: true,
  description: 'One thing that happened. What it tells of is linked, and null where the kind has no such thing.',
})
export class DocumentTimelineEntryType {
  @Field(() => GraphQLDateTime, { description: 'When, to the millisecond.' })
  at: Date;

  @Field(() => TimelineKindEnum, { description: 'What.' })
  kind: TimelineKind;

  @Field(() => String, {
    description: 'In a sentence that can be read aloud: "Attempt 2 to tell Bank was answered with 200 after 35 ms."',
  })
  sentence: string;

  @Field(() => String, { nullable: true, description: 'The event that it is about, such as "on_submit".' })
  event: string | null;

  @Field(() => SkipReasonEnum, { nullable: true, description: 'DELIVERY_SKIPPED: why; null: another kind.' })
  skipReason: SkipReason | null;

  @Field(() => RequestStatusEnum, {
    nullable: true,
    description: 'ATTEMPT_MADE and CALL_RECEIVED: what became of it; null: another kind.',
  })
  requestStatus: RequestStatus | null;

  @Field(() => Int, {
    nullable: true,
    description: 'ATTEMPT_MADE and CALL_RECEIVED: the HTTP status, 100 to 599; null: no answer began, or another kind.',
  })
  responseStatus: number | null;

  @Field(() => String, { nullable: true, description: 'What went wrong, in a sentence; null: nothing did.' })
  error: string | null;
}

export const DocumentTimelineConnection = connectionOf('DocumentTimelineEntry', () => DocumentTimelineEntryType);
