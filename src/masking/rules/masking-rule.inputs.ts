import { Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import { RoleEnum } from '../../users/user.type';
import type { Role } from '../../viewer';
import type { MaskedPart, Strategy } from '../rule';
import { MaskedPartEnum, MaskingStrategyEnum } from './masking-rule.type';

@InputType('CreateMaskingRuleInput', { description: 'A new masking rule.' })
export class CreateMaskingRuleInput {
  @Field(() => [RoleEnum], {
    description: 'The roles that the rule is for, 1 to 3: INTEGRATION_MANAGER, SUPPORT, AUDITOR.',
  })
  roles: Role[];

  @ShortText(200, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The type of document, such as "Sales Invoice", at most 200 characters. Default, null: all.',
  })
  documentType?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The webhook, `whk_...`. Default, null: all. The documents of events belong to no webhook: a rule that hides applies to ' +
      'them too, one that shows does not.',
  })
  webhookId?: string | null;

  @Field(() => MaskedPartEnum, { description: 'The part of the exchange that contains the values.' })
  part: MaskedPart;

  @Field(() => String, {
    description:
      'The path of the values: "$" is the whole part; "$.customer.taxId", "$.items[*].price", "$[\\"a key\\"]". A key of a ' +
      'list is a key of its elements. In the body of a request without a template, the document is in `data`: ' +
      '"$.data.customer.taxId". At most 20 steps and 500 characters.',
  })
  path: string;

  @Field(() => MaskingStrategyEnum, { description: 'What is shown of the values.' })
  strategy: Strategy;
}

@InputType('DeleteMaskingRuleInput', { description: 'The masking rule to delete.' })
export class DeleteMaskingRuleInput {
  @Field(() => ID, { description: 'The id of the rule, `msk_...`.' })
  id: string;
}
