import { ReplayEntity } from './replay.entity';
import { replayLinkedFields } from './replay.linked-fields';
import { ReplayResolver, ReplayWebhookCountResolver } from './replay.resolver';
import { replaySqlFields } from './replay.sql-fields';
import { ReplayRequestEntity } from './requests/replay-request.entity';
import { replayRequestLinkedFields } from './requests/replay-request.linked-fields';
import { ReplayRequestResolver } from './requests/replay-request.resolver';

export const replay = {
  entities: [ReplayEntity, ReplayRequestEntity],
  resolvers: [ReplayResolver, ReplayWebhookCountResolver, ReplayRequestResolver],
  linkedFields: [...replayLinkedFields, ...replayRequestLinkedFields],
  sqlFields: replaySqlFields,
};
