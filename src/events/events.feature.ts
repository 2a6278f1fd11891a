import { BusinessEventEntity } from './business-event.entity';
import { BusinessEventResolver, businessEventLinkedFields, businessEventSqlFields } from './business-event.resolver';

export const events = {
  entities: [BusinessEventEntity],
  resolvers: [BusinessEventResolver],
  linkedFields: businessEventLinkedFields,
  sqlFields: businessEventSqlFields,
};
