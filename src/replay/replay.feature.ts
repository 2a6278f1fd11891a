import { ReplayEntity } from './replay.entity';
import { replayLinkedFields } from './replay.linked-fields';
import { ReplayResolver, ReplayWebhookCountResolver } from './replay.resolver';
import { replaySqlFields } from './replay.sql-fields';
import { RequestReplayResolver } from './requests/request-replay.resolver';

export const replay = {
  entities: [ReplayEntity],
  resolvers: [ReplayResolver, ReplayWebhookCountResolver, RequestReplayResolver],
  linkedFields: replayLinkedFields,
  sqlFields: replaySqlFields,
};
