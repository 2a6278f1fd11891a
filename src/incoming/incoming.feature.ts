import { ExplainVerificationResolver } from './explaining/explain.resolver';
import { WebhookUnrecordedRefusalsResolver } from './refusals/unrecorded-refusals.resolver';

export const incoming = {
  entities: [],
  resolvers: [ExplainVerificationResolver, WebhookUnrecordedRefusalsResolver],
  linkedFields: [],
  sqlFields: [],
};
