import { requestLogLinkedFields } from './api/request-log.linked-fields';
import { RequestLogResolver } from './api/request-log.resolver';
import { requestLogSqlFields } from './api/request-log.sql-fields';
import { RequestGroupResolver, StatsResolver } from './api/stats.resolver';
import { WebhookStatsLinkResolver, WebhookStatsResolver } from './api/webhook-stats.resolver';
import { ExportEntity } from './export/export.entity';
import { exportLinkedFields } from './export/export.linked-fields';
import { ExportResolver } from './export/export.resolver';
import { FailedRequestEntity } from './failed-request.entity';
import { FeedPositionEntity } from './feed/feed-position.entity';
import { RequestChangeEntity } from './feed/request-change.entity';
import { RequestIndexEntity } from './search/request-index.entity';
import { RequestStatsEntity, RequestStatsOpenEntity, RequestStatsSeriesEntity } from './stats/request-stats.entity';
import { WatchResolver } from './watch/watch.resolver';
import { WebhookRequestLogEntity } from './webhook-request-log.entity';

export const requestLog = {
  entities: [
    WebhookRequestLogEntity,
    RequestChangeEntity,
    FeedPositionEntity,
    RequestIndexEntity,
    FailedRequestEntity,
    ExportEntity,
    RequestStatsSeriesEntity,
    RequestStatsEntity,
    RequestStatsOpenEntity,
  ],
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
