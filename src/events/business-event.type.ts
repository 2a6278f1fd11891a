import { GraphQLDateTime, GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { READERS } from '../access/viewer';
import { connectionOf } from '../graphql/lists/connection';
import { timeArgsOf } from '../graphql/lists/list';
import { by, whereOf } from '../graphql/lists/where';
import { NodeType } from '../graphql/node';
import { HasRole } from '../graphql/roles/has-role';
import { UserWhere } from '../users/user.type';

@HasRole(...READERS)
@ObjectType('BusinessEvent', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'Something that happened to a document of the business system.',
})
export class BusinessEventType extends NodeType {
  @Field(() => String, { description: 'The type of the document, such as "Sales Invoice".' })
  documentType: string;

  @Field(() => String, { description: 'What happened to the document, such as "on_submit".' })
  event: string;

  @Field(() => String, { description: 'The name of the document, such as "INV-0042".' })
  referenceDocument: string;

  @Field(() => String, {
    nullable: true,
    description: 'The idempotency key of the event, such as "INV-0042/on_submit"; null: none was given.',
  })
  idempotencyKey: string | null;

  @Field(() => GraphQLDateTime, {
    description: 'When the event was published, to the millisecond. The id contains the same time.',
  })
  createdAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the deliveries of the event were created; null: not yet.',
  })
  fannedOutAt: Date | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of webhooks that the event matched by document type and event, including those for which it ' +
      'was skipped. 0: no webhook matched, so nothing was sent. null: not decided yet.',
  })
  wantedBy: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The trace in which the event was published, by its id in the W3C trace context: 32 hexadecimal digits. null: in none.',
  })
  traceId: string | null;
}

export const BusinessEventConnection = connectionOf('BusinessEvent', () => BusinessEventType);

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
export const DOCUMENT_FILTERS = {
  documentType: by.text('The type of the document: { eq: "Sales Invoice" }.'),
  referenceDocument: by.text('The name of the document: { eq: "INV-0042" }.'),
  event: by.text('What happened to the document: { eq: "on_submit" }.'),
};

export const BusinessEventWhere = whereOf(
  'BusinessEventWhere',
  'business_events',
  'Business events that meet all of these conditions.',
  {
    ...DOCUMENT_FILTERS,
    id: by.id('BusinessEvent', 'The id of the event: { in: ["evt_...", "evt_..."] }.'),
    idempotencyKey: by.text('The idempotency key of the event; two publishers may use the same key.'),
    publishedBy: by.link(() => UserWhere, 'The user who published the event.', { column: 'published_by' }),
    fannedOutAt: by.optionalTime('When the deliveries of the event were created; { isNull: true }: not yet.'),
    user: by.link(() => UserWhere, 'The user who acted in the business system: { name: { eq: "amina@example.com" } }.'),
    wantedBy: by.integer(
      'The number of webhooks that the event matched. { eq: 0 }: none; { isNull: true }: not decided yet.',
    ),
    traceId: by.text('The trace in which the event was published: { eq: "4bf92f3577b34da6a3ce929d0e0e4736" }.'),
    createdAt: by.idTime('When the event was published: { gte: "2026-03-01T00:00:00Z" }.'),
  },
);
export type BusinessEventWhere = InstanceType<typeof BusinessEventWhere>;

export const BusinessEventListArgs = timeArgsOf(BusinessEventWhere);
export type BusinessEventListArgs = InstanceType<typeof BusinessEventListArgs>;
