import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { HasRole } from '../../graphql/roles/has-role';

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('LegalHold', {
  simpleResolvers: true,
  description:
    'What must be kept, whatever limit or order of erasure says. A row that meets all of its criteria is held.',
})
export class LegalHoldType {
  @Field(() => ID, { description: 'The id, a UUID.' })
  id: string;

  @Field(() => String, { description: 'A short name, such as that of the case.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The type of the documents that are held; null: every type.' })
  documentType: string | null;

  @Field(() => String, { nullable: true, description: 'The document that is held; null: every document.' })
  referenceDocument: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The start of the held time, inclusive; null: none.' })
  from: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The end of the held time, exclusive; null: none.' })
  to: Date | null;

  @Field(() => String, { description: 'Why it was placed.' })
  reason: string;

  @Field(() => GraphQLDateTime, { description: 'When it was placed.' })
  placedAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When its release was asked for; null: it was not.' })
  releaseAskedAt: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why it shall be, or was, released; null: the release was not asked for.',
  })
  releaseReason: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was released; null: it is in force.' })
  releasedAt: Date | null;
}
