import { createUnionType } from 'type-graphql';
import { AuditEntryType } from '../audit/api/audit-entry.type';
import { DeliveryType } from '../delivery/api/delivery.type';
import { BusinessEventType } from '../events/business-event.type';
import { RequestLogType } from '../request-log/api/request-log.type';
import { UserType } from '../users/user.type';
import { WebhookType } from '../webhooks/api/webhook.type';
import { BusinessDocumentType } from './business-document.type';
import type { SearchHit } from './search';

export const SearchResult = createUnionType({
  name: 'SearchResult',
  description:
    'A result of `search`: ... on BusinessDocument { documentType name } ... on WebhookRequestLog { id startedAt } ...',
  types: () =>
    [
      BusinessDocumentType,
      RequestLogType,
      DeliveryType,
      WebhookType,
      UserType,
      BusinessEventType,
      AuditEntryType,
    ] as const,
  // what `search` finds are rows with their type, not objects of these classes
  resolveType: (found) => (found as unknown as SearchHit).__typename,
});
