import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { DeliveryType } from '../../delivery/api/delivery.type';
import type { DeliveryRow } from '../../delivery/delivery.store';
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import { USER } from '../../users/user.linked-fields';
import { UserType } from '../../users/user.type';
import { cancellationsById } from '../cancellation.store';

function load(context: Context, { id }: DeliveryRow) {
  return loaderFor(context, 'Cancellation', (ids) => cancellationsById(context.db, ids)).load(id);
}

@Resolver(() => DeliveryType)
export class DeliveryCancellationResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why it was cancelled, as the user wrote it; null: it was not, or its webhook was archived.',
  })
  async cancelReason(@Root() row: DeliveryRow, @Ctx() context: Context) {
    return (await load(context, row))?.reason ?? null;
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'The user who cancelled it, or archived its webhook; null: it was not cancelled.',
  })
  async cancelledBy(@Root() row: DeliveryRow, @Ctx() context: Context) {
    return USER.load(context, (await load(context, row))?.actorId ?? null);
  }
}
