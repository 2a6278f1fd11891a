import { ExplainVerificationResolver } from './explaining/explain.resolver';
import { IncomingIdEntity } from './incoming-id.entity';
import { UnrecordedRefusalsEntity } from './unrecorded-refusals.entity';
import { WebhookUnrecordedRefusalsResolver } from './unrecorded-refusals.resolver';

export const incoming = {
  entities: [IncomingIdEntity, UnrecordedRefusalsEntity],
  resolvers: [ExplainVerificationResolver, WebhookUnrecordedRefusalsResolver],
  linkedFields: [],
  sqlFields: [],
};
