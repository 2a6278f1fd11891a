import { CauseResolver } from './api/cause.resolver';
import {
  BusinessEventDeliveriesResolver,
  DeliveryResolver,
  RequestDeliveryResolver,
  WebhookDeliveriesResolver,
} from './api/delivery.resolver';
import { deliverySqlFields } from './api/delivery.sql-fields';
import { DeliveryCommandsResolver } from './api/delivery-commands.resolver';
import { WebhookHealthLinkResolver, WebhookHealthResolver } from './api/health.resolver';
import { DeliveryLinksResolver, EventEffectsResolver, UserDeliveriesResolver } from './api/links.resolver';
import { PreviewWebhookResolver } from './api/preview.resolver';
import { TestWebhookResolver } from './api/test-webhook.resolver';
import { DeliveryEntity } from './delivery.entity';
import { PendingDecisionEntity } from './fan-out/pending-decision.entity';

export const delivery = {
  entities: [PendingDecisionEntity, DeliveryEntity],
  resolvers: [
    DeliveryResolver,
    WebhookDeliveriesResolver,
    BusinessEventDeliveriesResolver,
    DeliveryLinksResolver,
    EventEffectsResolver,
    UserDeliveriesResolver,
    CauseResolver,
    RequestDeliveryResolver,
    DeliveryCommandsResolver,
    WebhookHealthLinkResolver,
    WebhookHealthResolver,
    TestWebhookResolver,
    PreviewWebhookResolver,
  ],
  linkedFields: [],
  sqlFields: deliverySqlFields,
};
