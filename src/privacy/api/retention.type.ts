import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { HasRole } from '../../graphql/roles/has-role';

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('RetentionLimit', {
  simpleResolvers: true,
  description:
    'How long content and rows are kept: of one webhook, or of all that have no limit of their own, and of events.',
})
export class RetentionLimitType {
  @Field(() => Int, {
    nullable: true,
    description: 'The days after which content is erased; null: no limit of its own.',
  })
  contentDays: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The days for which content is kept, whatever limit or order says; null: no minimum.',
  })
  minimumDays: number | null;

  @Field(() => String, { nullable: true, description: 'Why there is a minimum, such as a law; null: there is none.' })
  minimumGround: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The months after which a whole month of rows is dropped; null: never, or the limit of one webhook.',
  })
  rowMonths: number | null;

  @Field(() => String, { description: 'Why it was last set, 10 to 500 characters.' })
  reason: string;

  @Field(() => GraphQLDateTime, { description: 'When it was last set.' })
  changedAt: Date;
}
