import { Args, ArgsType, Field, ID, Int, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import { READERS } from '../../access/viewer';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { HasRole } from '../../graphql/roles/has-role';
import type { WatchEvent } from '../../request-log/watch/tail-events';
import { afterText, CHANGE_ID_TEXT, DROPPED_TEXT, watch } from '../../request-log/watch/watch-args';
import { DeliveryType, DeliveryWhere } from '../api/delivery.type';
import type { DeliveryRow } from '../delivery.store';
import { WATCHED_DELIVERIES } from './changed-deliveries.store';

@ObjectType('DeliveryChange', {
  simpleResolvers: true,
  description:
    'A delivery was made or has changed: an attempt began or finished; it was skipped, held, released, cancelled, given up or sent again; ' +
    'or it waits for another time.',
})
class DeliveryChangeType {
  @Field(() => ID, { description: CHANGE_ID_TEXT })
  id: string;

  @Field(() => Int, { description: DROPPED_TEXT })
  dropped: number;

  @Field(() => DeliveryType, {
    description:
      'The current state of the delivery: if it has changed again since, earlier changes already have the later state.',
  })
  delivery: DeliveryRow;
}

@ArgsType()
class WatchDeliveriesArgs {
  @Field(() => DeliveryWhere, {
    nullable: true,
    description: `${WHERE_TEXT} It is evaluated for each change, on the current state of the delivery: a delivery that has left the filter sends nothing.`,
  })
  where?: DeliveryWhere;

  @Field(() => ID, { nullable: true, description: afterText('Delivery', 'it was made') })
  after?: string | null;
}

@Resolver()
export class WatchDeliveriesResolver {
  @HasRole(...READERS)
  @Subscription(() => DeliveryChangeType, {
    // a function, because events do not come from the pub/sub of TypeGraphQL
    subscribe: ({ context, args }) =>
      watch(context as Context, WATCHED_DELIVERIES, DeliveryWhere.filter, args as WatchDeliveriesArgs),
    description: withExample(
      'Sends each change of a delivery, in any process, also those without a request: skipped, held, cancelled. Order, time, transports ' +
        'and `after` are those of `webhookRequestLogChanged`.',
      'subscription {\n  deliveryChanged(where: { status: { in: [EXHAUSTED, SKIPPED, CANCELLED] } }) {\n' +
        '    id dropped delivery { id status skipReason referenceDocument webhook { name } }\n  }\n}',
    ),
  })
  deliveryChanged(
    @Root() { id, dropped, row }: WatchEvent<DeliveryRow>,
    @Args(() => WatchDeliveriesArgs) _args: WatchDeliveriesArgs,
  ): DeliveryChangeType {
    return { id, dropped, delivery: row };
  }
}
