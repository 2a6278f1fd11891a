import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { BusinessEventRow } from '../../events/business-event.store';
import { BusinessEventType } from '../../events/business-event.type';
import type { Context } from '../../graphql/context';
import { loadDelivery } from './delivery.resolver';
import { DeliveryType } from './delivery.type';

@Resolver(() => BusinessEventType)
export class CauseResolver {
  @FieldResolver(() => DeliveryType, {
    nullable: true,
    description: 'The delivery that caused the event, as its publisher stated; null: none was given.',
  })
  causedBy(@Root() row: BusinessEventRow, @Ctx() context: Context) {
    return loadDelivery(context, row.causedBy);
  }
}
