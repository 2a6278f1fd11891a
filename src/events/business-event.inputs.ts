import { GraphQLJSON } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { DateTimeFilter, IDFilter, IntFilter, StringFilter } from '../graphql/filter-inputs';
import { PageArgs } from '../graphql/page-args';
import { type FilterMap, idFilter, idTimeFilter, intFilter, linkFilter, textFilter } from '../graphql/where';
import { USER_FILTER, UserWhere } from '../users/user.inputs';

@InputType('PublishEventInput')
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

@InputType('PublishEventsInput')
export class PublishEventsInput {
  @Field(() => [PublishEventInput], { description: '1 to 500.' })
  events: PublishEventInput[];
}

@InputType('BusinessEventWhere', { description: 'Events that meet all of it.' })
export class BusinessEventWhere {
  @Field(() => IDFilter, { nullable: true })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true })
  documentType?: StringFilter;

  @Field(() => StringFilter, { nullable: true })
  event?: StringFilter;

  @Field(() => StringFilter, { nullable: true })
  referenceDocument?: StringFilter;

  @Field(() => UserWhere, { nullable: true })
  user?: UserWhere;

  @Field(() => IntFilter, {
    nullable: true,
    description: '{ eq: 0 }: nobody wanted it; { isNull: true }: not decided.',
  })
  wantedBy?: IntFilter;

  @Field(() => DateTimeFilter, { nullable: true })
  createdAt?: DateTimeFilter;

  @Field(() => [BusinessEventWhere], { nullable: true })
  and?: BusinessEventWhere[];

  @Field(() => [BusinessEventWhere], { nullable: true })
  or?: BusinessEventWhere[];

  @Field(() => BusinessEventWhere, { nullable: true })
  not?: BusinessEventWhere;
}

export const BUSINESS_EVENT_FILTER: FilterMap = {
  id: idFilter('BusinessEvent'),
  documentType: textFilter('document_type'),
  event: textFilter('event'),
  referenceDocument: textFilter('reference_document'),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  wantedBy: intFilter('wanted_by'),
  createdAt: idTimeFilter(),
};

@ArgsType()
export class BusinessEventListArgs extends PageArgs {
  @Field(() => BusinessEventWhere, { nullable: true })
  where?: BusinessEventWhere;
}
