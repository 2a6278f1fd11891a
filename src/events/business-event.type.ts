import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { connectionOf } from '../graphql/lists/connection';
import { NodeType } from '../graphql/node';
import { HasRole } from '../graphql/roles/has-role';
import { READERS } from '../viewer';

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
}

export const BusinessEventConnection = connectionOf('BusinessEvent', () => BusinessEventType);
