import {
  AuditEntryResolver,
  auditEntryLinkedFields,
  auditEntrySqlFields,
  OwnAuditEntryResolver,
} from './api/audit-entry.resolver';
import { cancellationSqlFields, DeliveryCancellationResolver } from './api/cancellation.resolver';
import { AuditEntryEntity } from './audit-entry.entity';

export const audit = {
  entities: [AuditEntryEntity],
  resolvers: [AuditEntryResolver, OwnAuditEntryResolver, DeliveryCancellationResolver],
  linkedFields: auditEntryLinkedFields,
  sqlFields: [...auditEntrySqlFields, ...cancellationSqlFields],
};
