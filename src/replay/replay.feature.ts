import { ReplayEntity } from './replay.entity';
import { replayLinkedFields } from './replay.linked-fields';
import { ReplayResolver, ReplayWebhookCountResolver } from './replay.resolver';
import { replaySqlFields } from './replay.sql-fields';

export const replay = {
  entities: [ReplayEntity],
  resolvers: [ReplayResolver, ReplayWebhookCountResolver],
  linkedFields: replayLinkedFields,
  sqlFields: replaySqlFields,
};
