import { GraphQLDateTime } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';

@InputType('RotateEvidenceKeyInput', { description: 'Why the log gets another key.' })
export class RotateEvidenceKeyInput {
  @Field(() => String, { description: 'Why: 10 to 500 characters, for the audit trail.' })
  reason: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'Since when others may have had the private half of the present key. It then signs nothing more, and its private half is ' +
      'destroyed at once. null: heads carry the signatures of both keys for 30 days. Not in the future.',
  })
  compromisedAt?: Date | null;
}
