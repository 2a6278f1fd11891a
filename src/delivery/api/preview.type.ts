import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { BusinessEventType } from '../../events/business-event.type';
import { OneOf, ShortText } from '../../graphql/arguments/check-input';
import { publishEnum } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { HttpHeaderType } from '../../request-log/api/request-log.type';
import { RequestContentInput } from '../../webhooks/api/request-content.inputs';
import { FewEvents, URL_TEXT } from '../../webhooks/api/webhook.inputs';
import { WebhookMethodEnum } from '../../webhooks/api/webhook.type';
import type { DraftFault, DraftSettings } from '../../webhooks/changes/draft-webhook';
import type { Method } from '../../webhooks/webhook.entity';
import { OUTCOMES, type RecentOutcome } from '../commands/recent-outcomes.store';
import type { SkipReason } from '../delivery.entity';
import { SkipReasonEnum } from './delivery.type';

@InputType('SampleEventInput', { description: 'An event that is not stored.' })
export class SampleEventInput {
  @Field(() => String, {
    description: 'The type of the document, 1 to 200 characters, such as "Sales Invoice".',
  })
  documentType: string;

  @Field(() => String, {
    description: 'What happened to the document, 1 to 200 characters, such as "on_submit".',
  })
  event: string;

  @Field(() => String, {
    description: 'The name of the document, 1 to 200 characters, such as "INV-0042".',
  })
  referenceDocument: string;

  @Field(() => GraphQLJSON, {
    description:
      'The document, with the same rules as in publishEvents: at most 256 KiB, and its text is sent unchanged.',
  })
  data: unknown;
}

@OneOf()
@InputType('EventSample', { description: 'The event for which a webhook is tried.' })
export class EventSample {
  @Field(() => ID, { nullable: true, description: 'The id of a stored event, `evt_...`.' })
  eventId?: string;

  @Field(() => SampleEventInput, { nullable: true, description: 'An event that is given.' })
  given?: SampleEventInput;
}

@InputType('TestWebhookInput', { description: 'The webhook, and the event that is sent.' })
export class TestWebhookInput {
  @Field(() => ID, { description: 'The id of the webhook, `whk_...`.' })
  id: string;

  @Field(() => EventSample, { description: 'The event.' })
  sample: EventSample;
}

@InputType('WebhookDraftInput', {
  description:
    'Settings of an OUTGOING webhook that are not saved: those that decide which events are sent, and what is sent of them. An ' +
    'omitted one is that of the stored webhook; without `id`, the default.',
})
export class WebhookDraftInput extends RequestContentInput implements DraftSettings {
  @Field(() => String, {
    nullable: true,
    description: `${URL_TEXT} Default of a new webhook: empty, until it is known.`,
  })
  url?: string | null;

  @ShortText(200, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The document type of the events to send, at most 200 characters; null: all types.',
  })
  documentType?: string | null;

  @FewEvents()
  @Field(() => [String], {
    nullable: true,
    description: 'The names of the events to send, at most 100; null or empty: all events.',
  })
  events?: string[] | null;
}

@InputType('PreviewWebhookInput', {
  description:
    'Give `id`, `draft` or both: with both, the stored webhook is changed by the draft. `documentType` of an event that is given may be ' +
    '"Hookledger", the type of Hookledger\'s own events.',
})
export class PreviewWebhookInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the webhook, `whk_...`; null: the draft of a new webhook.',
  })
  id?: string | null;

  @Field(() => WebhookDraftInput, {
    nullable: true,
    description: 'Settings to try. What is wrong with them is in `faults`. Default, null: the stored settings.',
  })
  draft?: WebhookDraftInput | null;

  @Field(() => EventSample, {
    nullable: true,
    description: 'The event. Default, null: none; then no request is shown.',
  })
  sample?: EventSample | null;

  @ShortText(200, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description:
      'The name of the user who acted, 1 to 200 characters. Default: the user of the event; for an event that is given, you.',
  })
  user?: string | null;
}

@HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
@ObjectType('PreviewedRequest', {
  simpleResolvers: true,
  description: 'A rendered request. It has no signature, which is made when sending.',
})
export class PreviewedRequestType {
  @Field(() => WebhookMethodEnum, { description: 'The HTTP method.' })
  method: Method;

  @Field(() => String, { description: 'The URL, with its template evaluated.' })
  url: string;

  @Field(() => [HttpHeaderType], {
    description:
      'The headers, at most 100, including those of credentials, whose secret values are replaced by [secret].',
  })
  headers: { name: string; value: string }[];

  @Field(() => String, { description: 'The body as text, at most 256 KiB.' })
  body: string;
}

@HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
@ObjectType('DraftFault', { simpleResolvers: true, description: 'What is wrong with a setting of a draft.' })
export class DraftFaultType implements DraftFault {
  @Field(() => [String], { description: 'The path in `draft`, such as ["condition"] or ["headers", "0", "value"].' })
  field: string[];

  @Field(() => Int, {
    nullable: true,
    description: 'The line of the fault in the text of the setting, from 1; null: it has no position.',
  })
  line: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The column in this line, from 1, in UTF-16 units; null: the fault has no position.',
  })
  column: number | null;

  @Field(() => String, { description: 'A sentence for people, as in the `userErrors` of updateWebhook.' })
  message: string;
}

const PreviewOutcomeEnum = publishEnum('PreviewOutcome', OUTCOMES, 'What a webhook would have done with an event.', {
  SENT: { description: 'It would be sent.' },
  SKIPPED: { description: 'The condition is false or cannot be evaluated.' },
  FAULT: { description: 'The URL, a header or the body cannot be rendered.' },
  UNDECIDED: { description: 'The evaluation of the events before it took too long.' },
});

@HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
@ObjectType('RecentOutcome', {
  simpleResolvers: true,
  description: 'What a webhook would have done with a stored event.',
})
export class PreviewOutcomeType {
  @Field(() => BusinessEventType, { nullable: true, description: 'The event; null: it could not be read.' })
  businessEvent: RecentOutcome['businessEvent'];

  @Field(() => PreviewOutcomeEnum, { description: 'What the webhook would have done.' })
  outcome: RecentOutcome['outcome'];

  @Field(() => SkipReasonEnum, {
    nullable: true,
    description: 'CONDITION_FALSE, CONDITION_ERROR or TEMPLATE_ERROR; null: SENT or UNDECIDED.',
  })
  skipReason: SkipReason | null;

  @Field(() => String, { nullable: true, description: 'The skip reason in a sentence; null: none.' })
  skipMessage: string | null;
}

@HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
@ObjectType('WebhookPreview', { simpleResolvers: true, description: 'How a webhook would deliver an event.' })
export class WebhookPreviewType {
  @Field(() => [DraftFaultType], {
    description:
      'What is wrong with the draft, at most 500 faults. If it is not empty, nothing is evaluated, and the other fields are null. Faults that the ' +
      'draft has for a single event are in `skipMessage`.',
  })
  faults: DraftFault[];

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the webhook is for events of this document type and name; null: no event was given.',
  })
  matches: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the condition is true; null: there is no condition, it cannot be evaluated, or no event was given.',
  })
  conditionHolds: boolean | null;

  @Field(() => SkipReasonEnum, {
    nullable: true,
    description:
      'Why nothing would be sent: CONDITION_FALSE, CONDITION_ERROR or TEMPLATE_ERROR; null: the event would be sent if it ' +
      '`matches`. WEBHOOK_DISABLED, DUPLICATE and LOOP are decided only when an event is published.',
  })
  skipReason: SkipReason | null;

  @Field(() => String, { nullable: true, description: 'The skip reason in a sentence; null: none.' })
  skipMessage: string | null;

  @Field(() => PreviewedRequestType, {
    nullable: true,
    description: 'The request, even if the condition is false; null: a template fails, or no event was given.',
  })
  request: PreviewedRequestType | null;
}
