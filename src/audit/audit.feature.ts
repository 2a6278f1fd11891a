import { auditEntryLinkedFields } from './api/audit-entry.linked-fields';
import { AuditEntryResolver, OwnAuditEntryResolver } from './api/audit-entry.resolver';
import { auditEntrySqlFields } from './api/audit-entry.sql-fields';
import { AuditEntryEntity } from './audit-entry.entity';

export const audit = {
  entities: [AuditEntryEntity],
  resolvers: [AuditEntryResolver, OwnAuditEntryResolver],
  linkedFields: auditEntryLinkedFields,
  sqlFields: auditEntrySqlFields,
};
