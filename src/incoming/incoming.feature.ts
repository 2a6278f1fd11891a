import { ExplainVerificationResolver } from './explaining/explain.resolver';
import { IncomingIdEntity } from './incoming-id.entity';
import { UnrecordedRefusalsEntity } from './refusals/unrecorded-refusals.entity';
import { WebhookUnrecordedRefusalsResolver } from './refusals/unrecorded-refusals.resolver';

export const incoming = {
  entities: [IncomingIdEntity, UnrecordedRefusalsEntity],
  resolvers: [ExplainVerificationResolver, WebhookUnrecordedRefusalsResolver],
  linkedFields: [],
  sqlFields: [],
};
