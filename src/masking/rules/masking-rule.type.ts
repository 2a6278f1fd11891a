import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { RoleEnum } from '../../users/user.type';
import type { Role } from '../../viewer';
import { MASKED_PARTS, type MaskedPart, STRATEGIES, type Strategy } from '../rule';

export const MaskedPartEnum = publishEnum('MaskedPart', MASKED_PARTS, 'The part of an exchange that a rule is about.', {
  DATA: { description: 'The body of requests (`data`), and the documents of business events.' },
  HEADERS: { description: 'The headers of requests. A path is $ or one name in lower case: $.x-customer.' },
  RESPONSE: { description: 'The body of responses (`response`).' },
  RESPONSE_HEADERS: { description: 'The headers of responses. A path is $ or one name in lower case.' },
});

export const MaskingStrategyEnum = publishEnum('MaskingStrategy', STRATEGIES, 'What is shown of a value.', {
  SHOW: { description: 'The value, with everything below it for which no longer path says otherwise.' },
  LAST4: { description: 'The last 4 characters of a string or number of at least 8 characters: "***4711".' },
  HIDE: { description: '"***". Keys of objects and the lengths of lists are shown.' },
});

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('MaskingRule', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'Says what viewers with some roles see of a value. Where several rules reach a value, the longest path decides; of equal ' +
    'paths, the strictest rule. Where none does, SUPPORT sees nothing, and other roles see everything. A viewer with ' +
    'several roles sees what one of them shows. A rule never changes.',
})
export class MaskingRuleType extends NodeType {
  @Field(() => [RoleEnum], { description: 'The roles that the rule is for, 1 to 3.' })
  roles: Role[];

  @Field(() => String, { nullable: true, description: 'The type of document that it is about; null: all.' })
  documentType: string | null;

  @Field(() => MaskedPartEnum, { description: 'The part that it is about.' })
  part: MaskedPart;

  @Field(() => String, { description: 'The values that it is about: $ is the whole part, $.items[*].sku a path.' })
  path: string;

  @Field(() => MaskingStrategyEnum, { description: 'What is shown of them.' })
  strategy: Strategy;

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt: Date;
}

export const MaskingRuleConnection = connectionOf('MaskingRule', () => MaskingRuleType);
