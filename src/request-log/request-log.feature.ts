import { RequestLogResolver, requestLogLinkedFields, requestLogSqlFields } from './api/request-log.resolver';
import {
  RequestGroupResolver,
  StatsResolver,
  WebhookStatsLinkResolver,
  WebhookStatsResolver,
} from './api/stats.resolver';
import { ExportEntity } from './export/export.entity';
import { ExportResolver, exportLinkedFields } from './export/export.resolver';
import { WatchResolver } from './watch/watch.resolver';
import { WebhookRequestLogEntity } from './webhook-request-log.entity';

export const requestLog = {
  entities: [WebhookRequestLogEntity, ExportEntity],
  resolvers: [
    RequestLogResolver,
    StatsResolver,
    RequestGroupResolver,
    WebhookStatsLinkResolver,
    WebhookStatsResolver,
    WatchResolver,
    ExportResolver,
  ],
  linkedFields: [...requestLogLinkedFields, ...exportLinkedFields],
  sqlFields: requestLogSqlFields,
};
