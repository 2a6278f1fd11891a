import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { Role, Viewer } from '../../access/viewer';
import { checkInput, ShortText } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { publishEnum, withExample } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { enumFilter } from '../../graphql/lists/filter-inputs';
import { by, whereOf } from '../../graphql/lists/where';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { byId, link, linkedFields, page, rootFields } from '../../read-plan/linked-fields';
import { rowType, timeList } from '../../read-plan/sql-fields';
import type { Db } from '../../sql/db';
import { USER } from '../../users/user.resolver';
import { RoleEnum, RoleListFilter } from '../../users/user.type';
import { uuidOf } from '../../values/ids';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import { MASKED_PARTS, type MaskedPart, STRATEGIES, type Strategy } from '../rule';
import { createMaskingRule, removeMaskingRule } from './change-rules';
import { MASKING_RULES, type MaskingRuleRow, maskingRulesById } from './masking-rule.store';

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

const MaskingStrategyEnum = publishEnum('MaskingStrategy', STRATEGIES, 'What is shown of a value.', {
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
class MaskingRuleType extends NodeType {
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

const MaskingRuleConnection = connectionOf('MaskingRule', () => MaskingRuleType);

@InputType('CreateMaskingRuleInput', { description: 'A new masking rule.' })
class CreateMaskingRuleInput {
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
class DeleteMaskingRuleInput {
  @Field(() => ID, { description: 'The id of the rule, `msk_...`.' })
  id: string;
}

export const MaskingRuleWhere = whereOf(
  'MaskingRuleWhere',
  'masking_rules',
  'Masking rules that meet all of these conditions.',
  {
    id: by.id('MaskingRule', 'The id of the rule: { eq: "msk_..." }.'),
    roles: by.values(RoleListFilter, 'The roles that the rule is for: { contains: SUPPORT }.'),
    documentType: by.text('The type of document that the rule applies to; { isNull: true }: all types.'),
    webhook: by.link(() => WebhookWhere, 'The webhook that the rule applies to.'),
    part: by.value(enumFilter('MaskedPart', MaskedPartEnum), 'The part of the exchange: { eq: RESPONSE }.'),
    strategy: by.value(
      enumFilter('MaskingStrategy', MaskingStrategyEnum),
      'What is shown of the values: { eq: SHOW }.',
    ),
  },
);
export type MaskingRuleWhere = InstanceType<typeof MaskingRuleWhere>;

export const MASKING_RULE = rowType('MaskingRule', () => MaskingRuleType, MASKING_RULES, maskingRulesById);

const maskingRules = timeList(MASKING_RULE, MaskingRuleWhere, { connection: () => MaskingRuleConnection });

export const maskingRuleLinkedFields = [
  rootFields({
    maskingRule: byId(MASKING_RULE, 'The id of the rule, `msk_...`.', {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'The masking rule with this id; null: there is none.',
        '{ maskingRule(id: "msk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { roles part path strategy } }',
      ),
    }),
    maskingRules: page(maskingRules, {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'The rules that say what is masked, and from whom, newest first.',
        '{ maskingRules(first: 100) { nodes { id roles documentType webhook { name } part path strategy } } }',
      ),
    }),
  }),
  linkedFields(MASKING_RULE, {
    webhook: link(WEBHOOK, 'webhookId', 'The webhook that the rule applies to; null: all.'),
    createdBy: link(USER, 'createdBy', 'The user who created the rule.'),
  }),
];

const CreateMaskingRulePayload = payloadOf('CreateMaskingRule', {
  maskingRule: [() => MaskingRuleType, 'The new rule.'],
});
const DeleteMaskingRulePayload = payloadOf('DeleteMaskingRule', {
  maskingRule: [() => MaskingRuleType, 'The rule that was deleted.'],
});

/** The rules apply in this process with the answer, and in others within a second. */
async function change(context: Context, work: (db: Db, viewer: Viewer) => Promise<MaskingRuleRow>) {
  return answer({ maskingRule: null as MaskingRuleRow | null }, async () => {
    const maskingRule = await context.transaction((db) => work(db, context.viewer as Viewer));
    context.services.maskingRules.changed();
    return { maskingRule };
  });
}

@Resolver(() => MaskingRuleType)
export class MaskingRuleResolver {
  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => CreateMaskingRulePayload, {
    description: withExample(
      'Creates a masking rule. It applies at once; in other processes and open subscriptions within 2 seconds. ' +
        'TOO_LARGE: 500 rules exist.',
      'mutation {\n  createMaskingRule(input: { roles: [SUPPORT], documentType: "Sales Invoice", part: DATA, path: "$.status", strategy: SHOW }) {\n' +
        '    maskingRule { id } userErrors { field message }\n  }\n}',
    ),
  })
  createMaskingRule(
    @Ctx() context: Context,
    @Arg('input', () => CreateMaskingRuleInput, { description: 'The new rule.' }) input: CreateMaskingRuleInput,
  ) {
    return change(context, async (db, viewer) => {
      checkInput(input);
      const { documentType = null, webhookId, ...rule } = input;
      const webhook = webhookId == null ? undefined : uuidOf('Webhook', webhookId);
      return createMaskingRule(db, viewer, { ...rule, documentType, webhookId: webhook });
    });
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => DeleteMaskingRulePayload, {
    description: withExample(
      'Deletes a masking rule. The audit trail keeps it.',
      'mutation { deleteMaskingRule(input: { id: "msk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { userErrors { message } } }',
    ),
  })
  deleteMaskingRule(
    @Ctx() context: Context,
    @Arg('input', () => DeleteMaskingRuleInput, { description: 'The rule to delete.' }) input: DeleteMaskingRuleInput,
  ) {
    return change(context, (db, viewer) => removeMaskingRule(db, viewer, uuidOf('MaskingRule', input.id)));
  }
}
