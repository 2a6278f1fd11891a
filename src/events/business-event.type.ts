import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { connectionOf } from '../graphql/lists/page';
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
  @Field(() => String, { description: 'Such as "Sales Invoice".' })
  documentType: string;

  @Field(() => String, { description: 'Such as "on_submit".' })
  event: string;

  @Field(() => String, { description: "The document's name, such as INV-0042." })
  referenceDocument: string;

  @Field(() => String, {
    nullable: true,
    description: 'The key that it was published under, such as "INV-0042/on_submit"; null: none was given.',
  })
  idempotencyKey: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it was published, to the millisecond; the time in the id.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was turned into deliveries; null: not yet.' })
  fannedOutAt: Date | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many webhooks it matched by type and event, with those that it was skipped for; 0: no webhook wants it, ' +
      'so nothing was sent. null: not decided yet.',
  })
  wantedBy: number | null;
}

export const BusinessEventConnection = connectionOf('BusinessEvent', () => BusinessEventType);
