import { BusinessEventEntity, OutboxEntity } from './business-event.entity';
import { businessEventLinkedFields } from './business-event.linked-fields';
import { BusinessEventResolver } from './business-event.resolver';
import { businessEventSqlFields } from './business-event.sql-fields';
import { IdempotencyKeyEntity } from './idempotency-key.entity';
import { PayloadEntity } from './payload.entity';

export const events = {
  entities: [PayloadEntity, BusinessEventEntity, OutboxEntity, IdempotencyKeyEntity],
  resolvers: [BusinessEventResolver],
  linkedFields: businessEventLinkedFields,
  sqlFields: businessEventSqlFields,
};
