import { deadLetterLinkedFields } from './api/dead-letter.resolver';
import { DeliveriesPauseResolver, deliveriesPauseLinkedFields } from './api/deliveries-pause.resolver';
import { DeliveryCommandsResolver, DeliveryResolver, deliveryLinkedFields } from './api/delivery.resolver';
import { DeliveryGroupResolver, DeliveryStatsResolver } from './api/delivery-stats.resolver';
import { PreviewWebhookResolver, TestWebhookResolver } from './api/preview.resolver';
import { DeliveryEntity } from './delivery.entity';
import { WebhookHealthLinkResolver, WebhookHealthResolver } from './health/health.resolver';
import { DeliveriesPauseEntity } from './pause/deliveries-pause.entity';
import { DeadLetterEntity } from './queue/dead-letter.entity';
import { WatchDeliveriesResolver } from './watch/watch-deliveries.resolver';

export const delivery = {
  entities: [DeliveriesPauseEntity, DeliveryEntity, DeadLetterEntity],
  resolvers: [
    DeliveryResolver,
    DeliveryStatsResolver,
    DeliveryGroupResolver,
    DeliveryCommandsResolver,
    DeliveriesPauseResolver,
    WebhookHealthLinkResolver,
    WebhookHealthResolver,
    TestWebhookResolver,
    PreviewWebhookResolver,
    WatchDeliveriesResolver,
  ],
  linkedFields: [...deliveryLinkedFields, ...deadLetterLinkedFields, ...deliveriesPauseLinkedFields],
  sqlFields: [],
};
