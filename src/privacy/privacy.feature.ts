import { ErasureResolver } from './api/erasure.resolver';
import { LegalHoldResolver } from './api/legal-hold.resolver';
import { RetentionResolver } from './api/retention.resolver';
import { ErasureEntity } from './erasure.entity';
import { LegalHoldEntity } from './legal-hold.entity';
import { RetentionLimitEntity } from './retention-limit.entity';

export const privacy = {
  entities: [LegalHoldEntity, ErasureEntity, RetentionLimitEntity],
  resolvers: [LegalHoldResolver, ErasureResolver, RetentionResolver],
  linkedFields: [],
  sqlFields: [],
};
