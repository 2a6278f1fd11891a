import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('LegalHold', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'A legal hold. Rows that meet all of its criteria are neither erased nor dropped, whatever limits and ' +
    'erasures require.',
})
export class LegalHoldType extends NodeType {
  @Field(() => String, { description: 'A short name, such as the name of the case.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The type of the documents that are held; null: every type.' })
  documentType: string | null;

  @Field(() => String, { nullable: true, description: 'The document that is held; null: every document.' })
  referenceDocument: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The start of the held time, inclusive; null: none.' })
  from: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The end of the held time, exclusive; null: none.' })
  to: Date | null;

  @Field(() => String, { description: 'The reason for the hold.' })
  reason: string;

  @Field(() => GraphQLDateTime, { description: 'When the hold was placed. The id contains the same time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the hold was released; null: it is in force.' })
  releasedAt: Date | null;
}

export const LegalHoldConnection = connectionOf('LegalHold', () => LegalHoldType);
