import { ReplayEntity } from './replay.entity';
import { ReplayResolver, ReplayWebhookCountResolver } from './replay.resolver';
import { replaySqlFields } from './replay.sql-fields';
import { DeliveryReplayResolver, RequestReplayResolver } from './replay-links.resolver';

export const replay = {
  entities: [ReplayEntity],
  resolvers: [ReplayResolver, ReplayWebhookCountResolver, DeliveryReplayResolver, RequestReplayResolver],
  linkedFields: [],
  sqlFields: replaySqlFields,
};
