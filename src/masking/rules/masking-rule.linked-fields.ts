import { withExample } from '../../graphql/example';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { byId, link, page } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { USER } from '../../users/user.linked-fields';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { MASKING_RULE_FILTER, MaskingRuleListArgs } from './masking-rule.inputs';
import { MASKING_RULES, maskingRulesById } from './masking-rule.store';
import { MaskingRuleConnection, MaskingRuleType } from './masking-rule.type';

export const MASKING_RULE = rowType('MaskingRule', () => MaskingRuleType, MASKING_RULES, maskingRulesById);

const maskingRules = rowList(MASKING_RULE, {
  connection: () => MaskingRuleConnection,
  args: () => MaskingRuleListArgs,
  listQuery: (args) => ({
    listing: MASKING_RULES,
    condition: conditionOf(args.where, MASKING_RULE_FILTER),
    order: byTime('MaskingRule', args.orderBy),
    args,
  }),
});

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
