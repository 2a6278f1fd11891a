import { ErasureResolver } from './api/erasure.resolver';
import { LegalHoldResolver } from './api/legal-hold.resolver';
import { ErasureEntity } from './erasure.entity';
import { LegalHoldEntity } from './legal-hold.entity';

export const privacy = {
  entities: [LegalHoldEntity, ErasureEntity],
  resolvers: [LegalHoldResolver, ErasureResolver],
  linkedFields: [],
  sqlFields: [],
};
