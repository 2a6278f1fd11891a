import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { RoleEnum } from '../../users/user.type';
import type { Role } from '../../viewer';
import { MASKED_PARTS, type MaskedPart, STRATEGIES, type Strategy } from '../rule';

export const MaskedPartEnum = publishEnum(
  'MaskedPart',
  MASKED_PARTS,
  'The part of an exchange that a masking rule applies to.',
  {
    DATA: { description: 'The body of requests (`data`), and the documents of business events.' },
    HEADERS: { description: 'The headers of requests. A path is $ or one name in lower case: $.x-customer.' },
    RESPONSE: { description: 'The body of responses (`response`).' },
    RESPONSE_HEADERS: { description: 'The headers of responses. A path is $ or one name in lower case.' },
  },
);

export const MaskingStrategyEnum = publishEnum('MaskingStrategy', STRATEGIES, 'What is shown of a value.', {
  SHOW: { description: 'The value, with everything below it for which no longer path says otherwise.' },
  LAST4: {
    description:
      'The last 4 characters of a string, or of a whole number up to 2^53, that has at least 8 characters: "***4711".',
  },
  HIDE: { description: '"***". Keys of objects and the lengths of lists are shown.' },
});

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('MaskingRule', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'A rule about what viewers with some roles see of a value. If several rules apply to a value, the one ' +
    'with the longest path decides; of equal paths, the strictest rule. If no rule applies, SUPPORT does not ' +
    'see the value, and other roles see it. A viewer with several roles sees what at least one of them may ' +
    'see. A rule never changes.',
})
export class MaskingRuleType extends NodeType {
  @Field(() => [RoleEnum], { description: 'The roles that the rule is for, 1 to 3.' })
  roles: Role[];

  @Field(() => String, { nullable: true, description: 'The type of document that the rule applies to; null: all.' })
  documentType: string | null;

  @Field(() => MaskedPartEnum, { description: 'The part of the exchange that the rule applies to.' })
  part: MaskedPart;

  @Field(() => String, {
    description: 'The path of the values that the rule applies to: "$" is the whole part; "$.items[*].sku".',
  })
  path: string;

  @Field(() => MaskingStrategyEnum, { description: 'What is shown of the values.' })
  strategy: Strategy;

  @Field(() => GraphQLDateTime, { description: 'When the rule was created.' })
  createdAt: Date;
}

export const MaskingRuleConnection = connectionOf('MaskingRule', () => MaskingRuleType);
