import { deadLetterLinkedFields } from './api/dead-letters/dead-letter.linked-fields';
import { DeadLetterResolver } from './api/dead-letters/dead-letter.resolver';
import { deliveriesPauseLinkedFields } from './api/deliveries-pause.linked-fields';
import { DeliveriesPauseResolver } from './api/deliveries-pause.resolver';
import { deliveryLinkedFields } from './api/delivery.linked-fields';
import { DeliveryResolver } from './api/delivery.resolver';
import { DeliveryCommandsResolver } from './api/delivery-commands.resolver';
import { DeliveryGroupResolver, DeliveryStatsResolver } from './api/delivery-stats.resolver';
import { PreviewWebhookResolver } from './api/preview.resolver';
import { TestWebhookResolver } from './api/test-webhook.resolver';
import { WorkerLeaseEntity } from './attempt/worker-lease.entity';
import { DeliveryEntity } from './delivery.entity';
import { DeliveryDecisionEntity } from './delivery-decision.entity';
import { BlockingDeliveryEntity, FinishedDeliveryEntity, OpenDeliveryEntity } from './delivery-state.entity';
import { PendingDecisionEntity } from './fan-out/pending-decision.entity';
import { WebhookHealthLinkResolver, WebhookHealthResolver } from './health/health.resolver';
import { DeliveriesPauseEntity } from './pause/deliveries-pause.entity';
import { DeadLetterEntity } from './queue/dead-letter.entity';
import { DeliveryJobEntity } from './queue/delivery-job.entity';
import { DeliveryChangeEntity } from './stats/delivery-change.entity';
import { DeliveryStatsEntity, DeliveryStatsSeriesEntity } from './stats/delivery-stats.entity';

export const delivery = {
  entities: [
    PendingDecisionEntity,
    DeliveriesPauseEntity,
    DeliveryEntity,
    DeliveryDecisionEntity,
    OpenDeliveryEntity,
    FinishedDeliveryEntity,
    BlockingDeliveryEntity,
    DeliveryChangeEntity,
    DeliveryStatsSeriesEntity,
    DeliveryStatsEntity,
    DeliveryJobEntity,
    DeadLetterEntity,
    WorkerLeaseEntity,
  ],
  resolvers: [
    DeliveryResolver,
    DeliveryStatsResolver,
    DeliveryGroupResolver,
    DeliveryCommandsResolver,
    DeadLetterResolver,
    DeliveriesPauseResolver,
    WebhookHealthLinkResolver,
    WebhookHealthResolver,
    TestWebhookResolver,
    PreviewWebhookResolver,
  ],
  linkedFields: [...deliveryLinkedFields, ...deadLetterLinkedFields, ...deliveriesPauseLinkedFields],
  sqlFields: [],
};
