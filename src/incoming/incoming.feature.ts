import { ExplainVerificationResolver } from './explaining/explain.resolver';
import { IncomingIdEntity } from './incoming-id.entity';
import { SampledRefusalsEntity } from './sampled-refusals.entity';
import { WebhookSampledRefusalsResolver } from './sampled-refusals.resolver';

export const incoming = {
  entities: [IncomingIdEntity, SampledRefusalsEntity],
  resolvers: [ExplainVerificationResolver, WebhookSampledRefusalsResolver],
  linkedFields: [],
  sqlFields: [],
};
