import { RevealResolver } from './reveal/reveal.resolver';
import { MaskingRuleEntity } from './rules/masking-rule.entity';
import { MaskingRuleResolver, maskingRuleLinkedFields } from './rules/masking-rule.resolver';

export const masking = {
  entities: [MaskingRuleEntity],
  resolvers: [MaskingRuleResolver, RevealResolver],
  linkedFields: maskingRuleLinkedFields,
  sqlFields: [],
};
