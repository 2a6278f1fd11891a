import { deliveryLinkedFields } from './api/delivery.linked-fields';
import { DeliveryResolver } from './api/delivery.resolver';
import { DeliveryCommandsResolver } from './api/delivery-commands.resolver';
import { WebhookHealthLinkResolver, WebhookHealthResolver } from './api/health.resolver';
import { PreviewWebhookResolver } from './api/preview.resolver';
import { TestWebhookResolver } from './api/test-webhook.resolver';
import { DeliveryEntity } from './delivery.entity';
import { PendingDecisionEntity } from './fan-out/pending-decision.entity';

export const delivery = {
  entities: [PendingDecisionEntity, DeliveryEntity],
  resolvers: [
    DeliveryResolver,
    DeliveryCommandsResolver,
    WebhookHealthLinkResolver,
    WebhookHealthResolver,
    TestWebhookResolver,
    PreviewWebhookResolver,
  ],
  linkedFields: deliveryLinkedFields,
  sqlFields: [],
};
