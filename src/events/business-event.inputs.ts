import { GraphQLJSON } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType } from 'type-graphql';
import {
  AND_TEXT,
  DateTimeFilter,
  IDFilter,
  IntFilter,
  NOT_TEXT,
  OR_TEXT,
  StringFilter,
  WHERE_TEXT,
} from '../graphql/lists/filter-inputs';
import { timeFilter } from '../graphql/lists/filters';
import { OptionalDateTimeFilter } from '../graphql/lists/optional-filter-inputs';
import { PageArgs } from '../graphql/lists/page-args';
import { type TimeOrder, timeOrder } from '../graphql/lists/time-order';
import { type FilterMap, idFilter, idTimeFilter, intFilter, linkFilter, textFilter } from '../graphql/lists/where';
import { USER_FILTER, UserWhere } from '../users/user.inputs';

@InputType('PublishEventInput', { description: 'Something that happened to a document.' })
export class PublishEventInput {
  @Field(() => String, {
    description: '1 to 200 characters, such as "Sales Invoice". "Hookledger" is reserved for events of our own.',
  })
  documentType: string;

  @Field(() => String, { description: '1 to 200 characters, such as "on_submit".' })
  event: string;

  @Field(() => String, { description: '1 to 200 characters, such as "INV-0042".' })
  referenceDocument: string;

  @Field(() => GraphQLJSON, {
    description:
      'The document: any JSON but null, at most 256 KiB, 100 levels. Its text is kept and sent exactly. Refused: ' +
      'repeated keys, numbers that a double does not give back, \\u0000, half surrogate pairs, a key `__proto__`.',
  })
  data: unknown;

  @Field(() => String, {
    nullable: true,
    description: 'Who did it, a user name of the business system; an unknown one becomes a User. Default: you.',
  })
  user?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      '1 to 200 characters, yours alone, kept 30 days. Publishing the same event again under the same key gives the ' +
      'first one, `duplicate: true`; another event under it is a CONFLICT.',
  })
  idempotencyKey?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The `webhook-id` header of the call that you were reacting to, an id of a Delivery; anything else is INVALID. ' +
      'With it, a webhook is not told of what its own deliveries caused: such a delivery is skipped as a LOOP.',
  })
  causedBy?: string | null;
}

@InputType('PublishEventsInput', { description: 'What happened, all of it or nothing.' })
export class PublishEventsInput {
  @Field(() => [PublishEventInput], { description: '1 to 500 events, in the order in which they happened.' })
  events: PublishEventInput[];
}

@InputType('BusinessEventWhere', { description: 'Events that meet all of it.' })
export class BusinessEventWhere {
  @Field(() => IDFilter, { nullable: true, description: 'One event, or some: { in: ["evt_...", "evt_..."] }.' })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true, description: '{ eq: "Sales Invoice" }.' })
  documentType?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: '{ eq: "on_submit" }.' })
  event?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The document: { eq: "INV-0042" }.' })
  referenceDocument?: StringFilter;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The key that it was published under; two publishers may use the same one.',
  })
  idempotencyKey?: StringFilter;

  @Field(() => UserWhere, { nullable: true, description: 'The program or person that told us of it.' })
  publishedBy?: UserWhere;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When it became deliveries; { isNull: true }: not yet.',
  })
  fannedOutAt?: OptionalDateTimeFilter;

  @Field(() => UserWhere, {
    nullable: true,
    description: 'Who did it in the business system: { name: { eq: "amina@example.com" } }.',
  })
  user?: UserWhere;

  @Field(() => IntFilter, {
    nullable: true,
    description: '{ eq: 0 }: nobody wanted it; { isNull: true }: not decided.',
  })
  wantedBy?: IntFilter;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When it was published: { gte: "2026-03-01T00:00:00Z" }.',
  })
  createdAt?: DateTimeFilter;

  @Field(() => [BusinessEventWhere], { nullable: true, description: AND_TEXT })
  and?: BusinessEventWhere[];

  @Field(() => [BusinessEventWhere], { nullable: true, description: OR_TEXT })
  or?: BusinessEventWhere[];

  @Field(() => BusinessEventWhere, { nullable: true, description: NOT_TEXT })
  not?: BusinessEventWhere;
}

export const BUSINESS_EVENT_FILTER: FilterMap = {
  id: idFilter('BusinessEvent'),
  documentType: textFilter('document_type'),
  event: textFilter('event'),
  referenceDocument: textFilter('reference_document'),
  idempotencyKey: textFilter('idempotency_key'),
  publishedBy: linkFilter('published_by', 'users', () => USER_FILTER),
  fannedOutAt: timeFilter('fanned_out_at'),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  wantedBy: intFilter('wanted_by'),
  createdAt: idTimeFilter(),
};

const BusinessEventOrder = timeOrder('BusinessEvent', 'events');

@ArgsType()
export class BusinessEventListArgs extends PageArgs {
  @Field(() => BusinessEventWhere, { nullable: true, description: WHERE_TEXT })
  where?: BusinessEventWhere;

  @Field(() => BusinessEventOrder, { nullable: true, description: 'Newest first by default.' })
  orderBy?: TimeOrder | null;
}
