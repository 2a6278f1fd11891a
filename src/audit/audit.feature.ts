import { auditEntryLinkedFields } from './api/audit-entry.linked-fields';
import { AuditEntryResolver, OwnAuditEntryResolver } from './api/audit-entry.resolver';
import { auditEntrySqlFields } from './api/audit-entry.sql-fields';
import { DeliveryCancellationResolver } from './api/cancellation.resolver';
import { cancellationSqlFields } from './api/cancellation.sql-fields';
import { AuditEntryEntity } from './audit-entry.entity';
import { AuditEventQueueEntity } from './events/audit-event-queue.entity';
import { AuditWindowEntity } from './notes/audit-window.entity';

export const audit = {
  entities: [AuditEntryEntity, AuditWindowEntity, AuditEventQueueEntity],
  resolvers: [AuditEntryResolver, OwnAuditEntryResolver, DeliveryCancellationResolver],
  linkedFields: auditEntryLinkedFields,
  sqlFields: [...auditEntrySqlFields, ...cancellationSqlFields],
};
