import 'reflect-metadata';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, lexicographicSortSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { CauseResolver } from '../delivery/cause.resolver';
import {
  BusinessEventDeliveriesResolver,
  DeliveryResolver,
  RequestDeliveryResolver,
  WebhookDeliveriesResolver,
} from '../delivery/delivery.resolver';
import { DeliveryOrdersResolver } from '../delivery/delivery-orders.resolver';
import { PreviewWebhookResolver } from '../delivery/preview.resolver';
import { TestWebhookResolver } from '../delivery/test-webhook.resolver';
import { BusinessEventResolver } from '../events/business-event.resolver';
import { enforceRoles } from '../graphql/has-role';
import { ReplayResolver, ReplayWebhookCountResolver } from '../replay/replay.resolver';
import { DeliveryReplayResolver, RequestReplayResolver } from '../replay/replay-links.resolver';
import {
  BusinessEventRequestsResolver,
  UserRequestsResolver,
  WebhookRequestsResolver,
} from '../request-log/links.resolver';
import { RequestLogResolver } from '../request-log/request-log.resolver';
import { ApiKeyResolver, UserApiKeysResolver } from '../users/api-key.resolver';
import { UserResolver } from '../users/user.resolver';
import { WebhookCredentialsResolver } from '../webhooks/credential.resolver';
import { WebhookPaceResolver } from '../webhooks/pace.resolver';
import { WebhookRequestResolver } from '../webhooks/request.resolver';
import { SigningKeyResolver, SigningResolver } from '../webhooks/signing.resolver';
import { UserWebhooksResolver, WebhookResolver } from '../webhooks/webhook.resolver';
import { NodeResolver } from './node.resolver';

/** The API. @throws Error when a way in has no rule about who may use it. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      NodeResolver,
      UserResolver,
      ApiKeyResolver,
      UserApiKeysResolver,
      WebhookResolver,
      UserWebhooksResolver,
      SigningResolver,
      SigningKeyResolver,
      WebhookPaceResolver,
      WebhookRequestResolver,
      WebhookCredentialsResolver,
      BusinessEventResolver,
      RequestLogResolver,
      WebhookRequestsResolver,
      UserRequestsResolver,
      BusinessEventRequestsResolver,
      DeliveryResolver,
      WebhookDeliveriesResolver,
      BusinessEventDeliveriesResolver,
      CauseResolver,
      RequestDeliveryResolver,
      DeliveryOrdersResolver,
      TestWebhookResolver,
      PreviewWebhookResolver,
      ReplayResolver,
      ReplayWebhookCountResolver,
      DeliveryReplayResolver,
      RequestReplayResolver,
    ],
    // inputs are checked by check-input.ts, whose faults are user errors
    validate: false,
  });
  return enforceRoles(schema);
}

/** The SDL with the directives where they are used: what schema/schema.graphql and GET /schema.graphql say. */
export function printApi(schema: GraphQLSchema): string {
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
}
