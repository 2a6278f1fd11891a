import { LegalHoldResolver } from './api/legal-hold.resolver';
import { LegalHoldEntity } from './legal-hold.entity';

export const privacy = {
  entities: [LegalHoldEntity],
  resolvers: [LegalHoldResolver],
  linkedFields: [],
  sqlFields: [],
};
