import { ReplayEntity } from './replay.entity';
import {
  ReplayPreviewResolver,
  ReplayResolver,
  ReplayWebhookCountResolver,
  replayLinkedFields,
  replaySqlFields,
} from './replay.resolver';
import { RequestReplayResolver } from './requests/request-replay.resolver';

export const replay = {
  entities: [ReplayEntity],
  resolvers: [ReplayPreviewResolver, ReplayResolver, ReplayWebhookCountResolver, RequestReplayResolver],
  linkedFields: replayLinkedFields,
  sqlFields: replaySqlFields,
};
