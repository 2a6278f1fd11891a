import {
  ErasurePreviewResolver,
  ErasureResolver,
  erasureLinkedFields,
  RecipientResolver,
} from './api/erasure.resolver';
import { LegalHoldResolver, legalHoldLinkedFields } from './api/legal-hold.resolver';
import { PersonalDataResolver } from './api/personal-data.resolver';
import { RetentionResolver } from './api/retention.resolver';
import { ErasureEntity } from './erasure.entity';
import { LegalHoldEntity } from './legal-hold.entity';
import { RetentionLimitEntity } from './retention-limit.entity';

export const privacy = {
  entities: [LegalHoldEntity, ErasureEntity, RetentionLimitEntity],
  resolvers: [
    LegalHoldResolver,
    ErasureResolver,
    ErasurePreviewResolver,
    RecipientResolver,
    PersonalDataResolver,
    RetentionResolver,
  ],
  linkedFields: [...legalHoldLinkedFields, ...erasureLinkedFields],
  sqlFields: [],
};
