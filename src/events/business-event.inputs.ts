import { GraphQLJSON } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { Combinable } from '../graphql/lists/combinable';
import {
  DateTimeFilter,
  IDFilter,
  IntFilter,
  OptionalDateTimeFilter,
  StringFilter,
  WHERE_TEXT,
} from '../graphql/lists/filter-inputs';
import { TimePageArgs } from '../graphql/lists/time-order';
import {
  type FilterMap,
  idFilter,
  idTimeFilter,
  intFilter,
  linkFilter,
  textFilter,
  timeFilter,
} from '../graphql/lists/where-to-sql';
import { USER_FILTER, UserWhere } from '../users/user.inputs';

@InputType('PublishEventInput', { description: 'Something that happened to a document.' })
export class PublishEventInput {
  @Field(() => String, {
    description: 'The type of the document, 1 to 200 characters, such as "Sales Invoice". "Hookledger" is reserved.',
  })
  documentType: string;

  @Field(() => String, { description: 'What happened to the document, 1 to 200 characters, such as "on_submit".' })
  event: string;

  @Field(() => String, { description: 'The name of the document, 1 to 200 characters, such as "INV-0042".' })
  referenceDocument: string;

  @Field(() => GraphQLJSON, {
    description:
      'The document: any JSON value except null, at most 256 KiB and 100 levels deep. Its text is stored and sent ' +
      'unchanged. Refused: repeated keys, numbers that a double does not keep (more than 15 to 17 digits, or above 1.8e308), \\u0000, unpaired ' +
      'surrogates, a key `__proto__`.',
  })
  data: unknown;

  @Field(() => String, {
    nullable: true,
    description:
      'The user name in the business system of the user who acted; an unknown name creates a User. Default: you.',
  })
  user?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      '1 to 200 characters, scoped to the publishing user and kept for 30 days. Publishing the same event again ' +
      'with the same key returns the first event with `duplicate: true`; a different event with that key is refused ' +
      'with CONFLICT.',
  })
  idempotencyKey?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The `webhook-id` header of the webhook request that caused this event: the id of a Delivery; any other value ' +
      'is INVALID. A delivery to a webhook whose own deliveries caused the event is then skipped with the reason ' +
      'LOOP.',
  })
  causedBy?: string | null;
}

@InputType('PublishEventsInput', { description: 'The events to publish. All of them are accepted, or none.' })
export class PublishEventsInput {
  @Field(() => [PublishEventInput], { description: '1 to 500 events, in the order in which they happened.' })
  events: PublishEventInput[];
}

/** The conditions on what an event, its deliveries and their requests are about. */
@InputType()
export abstract class DocumentWhere {
  @Field(() => StringFilter, { nullable: true, description: 'The type of the document: { eq: "Sales Invoice" }.' })
  documentType?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The name of the document: { eq: "INV-0042" }.' })
  referenceDocument?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'What happened to the document: { eq: "on_submit" }.' })
  event?: StringFilter;
}

export const DOCUMENT_FILTER: FilterMap = {
  documentType: textFilter('document_type'),
  referenceDocument: textFilter('reference_document'),
  event: textFilter('event'),
};

@Combinable()
@InputType('BusinessEventWhere', { description: 'Business events that meet all of these conditions.' })
export class BusinessEventWhere extends DocumentWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the event: { in: ["evt_...", "evt_..."] }.' })
  id?: IDFilter;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The idempotency key of the event; two publishers may use the same key.',
  })
  idempotencyKey?: StringFilter;

  @Field(() => UserWhere, { nullable: true, description: 'The user who published the event.' })
  publishedBy?: UserWhere;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the deliveries of the event were created; { isNull: true }: not yet.',
  })
  fannedOutAt?: OptionalDateTimeFilter;

  @Field(() => UserWhere, {
    nullable: true,
    description: 'The user who acted in the business system: { name: { eq: "amina@example.com" } }.',
  })
  user?: UserWhere;

  @Field(() => IntFilter, {
    nullable: true,
    description: 'The number of webhooks that the event matched. { eq: 0 }: none; { isNull: true }: not decided yet.',
  })
  wantedBy?: IntFilter;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When the event was published: { gte: "2026-03-01T00:00:00Z" }.',
  })
  createdAt?: DateTimeFilter;
}

export const BUSINESS_EVENT_FILTER: FilterMap = {
  ...DOCUMENT_FILTER,
  id: idFilter('BusinessEvent'),
  idempotencyKey: textFilter('idempotency_key'),
  publishedBy: linkFilter('published_by', 'users', () => USER_FILTER),
  fannedOutAt: timeFilter('fanned_out_at'),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  wantedBy: intFilter('wanted_by'),
  createdAt: idTimeFilter(),
};

@ArgsType()
export class BusinessEventListArgs extends TimePageArgs {
  @Field(() => BusinessEventWhere, { nullable: true, description: WHERE_TEXT })
  where?: BusinessEventWhere;
}
