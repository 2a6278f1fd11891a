import { AuditEntryEntity } from './audit-entry.entity';

export const audit = {
  entities: [AuditEntryEntity],
  resolvers: [],
  linkedFields: [],
  sqlFields: [],
};
