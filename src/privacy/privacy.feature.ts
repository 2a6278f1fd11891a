import { erasureLinkedFields } from './api/erasure.linked-fields';
import { ErasureResolver } from './api/erasure.resolver';
import { legalHoldLinkedFields } from './api/legal-hold.linked-fields';
import { LegalHoldResolver } from './api/legal-hold.resolver';
import { PersonalDataResolver } from './api/personal-data.resolver';
import { ErasurePreviewResolver, RecipientResolver } from './api/recipient.resolver';
import { RetentionResolver } from './api/retention.resolver';
import { KeptMonthEntity } from './dropping/kept-month.entity';
import { ErasureEntity } from './erasure.entity';
import { ErasureRecipientEntity } from './erasure-recipient.entity';
import { LegalHoldEntity } from './legal-hold.entity';
import { RetentionLimitEntity } from './retention-limit.entity';

export const privacy = {
  entities: [LegalHoldEntity, ErasureEntity, ErasureRecipientEntity, RetentionLimitEntity, KeptMonthEntity],
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
