import 'reflect-metadata';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, lexicographicSortSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { CauseResolver } from '../../delivery/api/cause.resolver';
import {
  BusinessEventDeliveriesResolver,
  DeliveryResolver,
  RequestDeliveryResolver,
  WebhookDeliveriesResolver,
} from '../../delivery/api/delivery.resolver';
import { DeliveryCommandsResolver } from '../../delivery/api/delivery-commands.resolver';
import { WebhookHealthLinkResolver, WebhookHealthResolver } from '../../delivery/api/health.resolver';
import { DeliveryLinksResolver, EventEffectsResolver, UserDeliveriesResolver } from '../../delivery/api/links.resolver';
import { PreviewWebhookResolver } from '../../delivery/api/preview.resolver';
import { TestWebhookResolver } from '../../delivery/api/test-webhook.resolver';
import { BusinessDocumentResolver, DocumentTimelineEntryResolver } from '../../documents/business-document.resolver';
import { SearchResolver } from '../../documents/search.resolver';
import { BusinessEventResolver } from '../../events/business-event.resolver';
import { EventPublisherResolver, UserEventsResolver } from '../../events/links.resolver';
import { ignoreAbsentFilters } from '../../graphql/lists/absent-filters';
import { letListsFailAlone } from '../../graphql/lists/list-failures';
import { enforceFilterRoles } from '../../graphql/roles/filter-roles';
import { enforceRoles } from '../../graphql/roles/has-role';
import { enforceOneEnd } from '../../graphql/roles/one-end';
import { ExplainVerificationResolver } from '../../incoming/explaining/explain.resolver';
import { WebhookSampledRefusalsResolver } from '../../incoming/sampled-refusals.resolver';
import { ReplayResolver, ReplayWebhookCountResolver } from '../../replay/replay.resolver';
import { DeliveryReplayResolver, RequestReplayResolver } from '../../replay/replay-links.resolver';
import {
  BusinessEventRequestsResolver,
  UserRequestsResolver,
  WebhookRequestsResolver,
} from '../../request-log/api/links.resolver';
import { RequestLogResolver } from '../../request-log/api/request-log.resolver';
import {
  FailingWebhookResolver,
  FrequentErrorResolver,
  StatsResolver,
  WebhookFiguresResolver,
} from '../../request-log/api/stats.resolver';
import { ExportResolver } from '../../request-log/export/export.resolver';
import { WatchResolver } from '../../request-log/watch/watch.resolver';
import { ApiKeyResolver, UserApiKeysResolver } from '../../users/api-key.resolver';
import { UserResolver } from '../../users/user.resolver';
import { IncomingAgreementResolver, WebhookAgreementResolver } from '../../webhooks/api/agreement.resolver';
import { WebhookCredentialsResolver } from '../../webhooks/api/credential.resolver';
import { WebhookRateLimitsResolver } from '../../webhooks/api/rate-limits.resolver';
import { WebhookRequestResolver } from '../../webhooks/api/request.resolver';
import { SigningKeyResolver, SigningResolver } from '../../webhooks/api/signing.resolver';
import { UserWebhooksResolver, WebhookResolver } from '../../webhooks/api/webhook.resolver';
import { NodeResolver } from './node.resolver';

/** The API. @throws Error if a root field or a Node type has no rule about who may use it. */
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
      WebhookRateLimitsResolver,
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
      DeliveryCommandsResolver,
      WebhookHealthLinkResolver,
      WebhookHealthResolver,
      TestWebhookResolver,
      PreviewWebhookResolver,
      ExplainVerificationResolver,
      WebhookSampledRefusalsResolver,
      SearchResolver,
      ReplayResolver,
      ReplayWebhookCountResolver,
      BusinessDocumentResolver,
      DocumentTimelineEntryResolver,
      DeliveryReplayResolver,
      RequestReplayResolver,
      ExportResolver,
    ],
    // TypeGraphQL requires one if there is a subscription; ours have their own `subscribe`
    pubSub: { publish: () => undefined, subscribe: () => refuseTopics() },
    // check-input.ts checks inputs, and its faults become user errors
    validate: false,
    // a test checks that the schema is valid; here the check would take a tenth of each start
    skipCheck: true,
  });
  describeRoots(schema);
  return enforceRoles(ignoreAbsentFilters(enforceFilterRoles(enforceOneEnd(letListsFailAlone(schema)))));
}

function refuseTopics(): never {
  throw new Error('say with `subscribe` where a subscription gets its events');
}

// TypeGraphQL has no decorator for their descriptions
function describeRoots(schema: GraphQLSchema): void {
  const roots = [
    [schema.getQueryType(), 'All reads. Every list has pages of 20 rows by default, at most 100, newest first.'],
    [schema.getMutationType(), 'All changes. Each mutation is one transaction: it succeeds or changes nothing.'],
    [schema.getSubscriptionType(), 'Live changes of the log, over SSE or WebSocket.'],
  ] as const;
  for (const [type, description] of roots) if (type) type.description = description;
}

/** The SDL with the directives where they are used: the content of schema/schema.graphql and GET /schema.graphql. */
export function printApi(schema: GraphQLSchema): string {
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
}
