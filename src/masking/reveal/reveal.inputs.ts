import { Field, ID, InputType } from 'type-graphql';
import { REASON_RULE } from '../../text';
import type { MaskedPart } from '../rule';
import { MaskedPartEnum } from '../rules/masking-rule.type';

@InputType('RevealContentInput', { description: 'The content to reveal.' })
export class RevealContentInput {
  @Field(() => ID, { description: 'The id of the request, `req_...`.' })
  requestId: string;

  @Field(() => [MaskedPartEnum], { description: 'The parts to reveal, 1 to 4.' })
  parts: MaskedPart[];

  @Field(() => String, { description: `The reason, recorded in the audit trail: ${REASON_RULE}` })
  reason: string;
}
