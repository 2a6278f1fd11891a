import { GraphQLDateTime } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';
import { REASON_RULE } from '../../text';

@InputType('RotateEvidenceKeyInput', { description: 'The reason for the rotation.' })
export class RotateEvidenceKeyInput {
  @Field(() => String, { description: `The reason, recorded in the audit trail: ${REASON_RULE}` })
  reason: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The time since which others may have had the private half of the current key; not in the future. The key ' +
      'then signs nothing more, and its private half is destroyed at once. Default, null: heads carry the ' +
      'signatures of both keys for 30 days.',
  })
  compromisedAt?: Date | null;
}
