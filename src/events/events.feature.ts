import { BusinessEventEntity } from './business-event.entity';
import { BusinessEventResolver } from './business-event.resolver';
import { businessEventSqlFields } from './business-event.sql-fields';
import { IdempotencyKeyEntity } from './idempotency-key.entity';
import { EventPublisherResolver, UserEventsResolver } from './links.resolver';
import { PayloadEntity } from './payload.entity';

export const events = {
  entities: [PayloadEntity, BusinessEventEntity, IdempotencyKeyEntity],
  resolvers: [BusinessEventResolver, UserEventsResolver, EventPublisherResolver],
  linkedFields: [],
  sqlFields: businessEventSqlFields,
};
