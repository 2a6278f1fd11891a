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
import { WebhookHealthLinkResolver, WebhookHealthResolver } from '../delivery/health.resolver';
import { DeliveryLinksResolver, EventEffectsResolver, UserDeliveriesResolver } from '../delivery/links.resolver';
import { PreviewWebhookResolver } from '../delivery/preview.resolver';
import { TestWebhookResolver } from '../delivery/test-webhook.resolver';
import { BusinessDocumentResolver, DocumentTimelineEntryResolver } from '../documents/business-document.resolver';
import { SearchResolver } from '../documents/search.resolver';
import { BusinessEventResolver } from '../events/business-event.resolver';
import { EventPublisherResolver, UserEventsResolver } from '../events/links.resolver';
import { ignoreAbsentFilters } from '../graphql/absent-filters';
import { enforceFilterRoles } from '../graphql/filter-roles';
import { enforceRoles } from '../graphql/has-role';
import { letListsFailAlone } from '../graphql/list-failures';
import { enforceOneEnd } from '../graphql/one-end';
import { ExplainVerificationResolver } from '../incoming/explain.resolver';
import { WebhookUnkeptRefusalsResolver } from '../incoming/unkept-refusals.resolver';
import { ReplayResolver, ReplayWebhookCountResolver } from '../replay/replay.resolver';
import { DeliveryReplayResolver, RequestReplayResolver } from '../replay/replay-links.resolver';
import { ExportResolver } from '../request-log/export.resolver';
import {
  BusinessEventRequestsResolver,
  UserRequestsResolver,
  WebhookRequestsResolver,
} from '../request-log/links.resolver';
import { RequestLogResolver } from '../request-log/request-log.resolver';
import {
  FailingWebhookResolver,
  FrequentErrorResolver,
  StatsResolver,
  WebhookFiguresResolver,
} from '../request-log/stats.resolver';
import { WatchResolver } from '../request-log/watch.resolver';
import { ApiKeyResolver, UserApiKeysResolver } from '../users/api-key.resolver';
import { UserResolver } from '../users/user.resolver';
import { IncomingAgreementResolver, WebhookAgreementResolver } from '../webhooks/agreement.resolver';
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
      WebhookAgreementResolver,
      IncomingAgreementResolver,
      BusinessEventResolver,
      UserEventsResolver,
      EventPublisherResolver,
      RequestLogResolver,
      StatsResolver,
      WebhookFiguresResolver,
      FailingWebhookResolver,
      FrequentErrorResolver,
      WatchResolver,
      WebhookRequestsResolver,
      UserRequestsResolver,
      BusinessEventRequestsResolver,
      DeliveryResolver,
      WebhookDeliveriesResolver,
      BusinessEventDeliveriesResolver,
      DeliveryLinksResolver,
      EventEffectsResolver,
      UserDeliveriesResolver,
      CauseResolver,
      RequestDeliveryResolver,
      DeliveryOrdersResolver,
      WebhookHealthLinkResolver,
      WebhookHealthResolver,
      TestWebhookResolver,
      PreviewWebhookResolver,
      ExplainVerificationResolver,
      WebhookUnkeptRefusalsResolver,
      SearchResolver,
      ReplayResolver,
      ReplayWebhookCountResolver,
      BusinessDocumentResolver,
      DocumentTimelineEntryResolver,
      DeliveryReplayResolver,
      RequestReplayResolver,
      ExportResolver,
    ],
    // wanted by TypeGraphQL as soon as there is a subscription: ours subscribe by themselves
    pubSub: { publish: () => undefined, subscribe: () => refuseTopics() },
    // inputs are checked by check-input.ts, whose faults are user errors
    validate: false,
    // a test asks whether the schema is valid: at each start it would take a tenth of it
    skipCheck: true,
  });
  describeRoots(schema);
  return enforceRoles(ignoreAbsentFilters(enforceFilterRoles(enforceOneEnd(letListsFailAlone(schema)))));
}

function refuseTopics(): never {
  throw new Error('say with `subscribe` where a subscription gets its events');
}

// TypeGraphQL has no place where they could be described
function describeRoots(schema: GraphQLSchema): void {
  const roots = [
    [schema.getQueryType(), 'What may be read. Every list has pages of 20 rows, at most 100, newest first.'],
    [schema.getMutationType(), 'What may be done. Each is one transaction: it works or changes nothing.'],
    [schema.getSubscriptionType(), 'What may be watched, over SSE or WebSocket.'],
  ] as const;
  for (const [type, description] of roots) if (type) type.description = description;
}

/** The SDL with the directives where they are used: what schema/schema.graphql and GET /schema.graphql say. */
export function printApi(schema: GraphQLSchema): string {
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
}
