import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { HasRole } from '../../graphql/roles/has-role';

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('RetentionLimit', {
  simpleResolvers: true,
  description:
    'How long content and rows are kept: for one webhook, or for events and for all webhooks that have no ' +
    'limit of their own.',
})
export class RetentionLimitType {
  @Field(() => Int, {
    nullable: true,
    description:
      'The number of days after which content is erased; null: for one webhook, the limit of all; for all, ' + 'never.',
  })
  contentDays: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of days for which content is kept, whatever limits and erasures require; null: no minimum.',
  })
  minimumDays: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the minimum, such as a law; null: there is no minimum.',
  })
  minimumReason: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of months after which a month of rows is dropped as a whole; null: never, or the limit is ' +
      'that of one webhook.',
  })
  rowMonths: number | null;

  @Field(() => String, { description: 'The reason for the last change.' })
  reason: string;

  @Field(() => GraphQLDateTime, { description: 'When the limit was last changed.' })
  changedAt: Date;
}
