import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { DeliveryType } from '../../delivery/api/delivery.type';
import type { DeliveryRow } from '../../delivery/delivery.store';
import { type Context, loaderFor } from '../../graphql/context';
import type { SqlFields } from '../../read-plan/sql-fields';
import { jsonOf } from '../../sql/json-sql';
import { USER } from '../../users/user.resolver';
import { UserType } from '../../users/user.type';
import { cancellationsById, ofCancellation } from '../audit-entry.store';

export const cancellationSqlFields: readonly SqlFields[] = [
  {
    type: 'Delivery',
    fields: {
      cancelReason: {
        kind: 'value',
        json: (row) =>
          jsonOf(
            ofCancellation('reason', (name) => row.column(name)),
            true,
          ),
      },
      cancelledBy: { kind: 'link', to: 'User', id: (row) => ofCancellation('actor_id', (name) => row.column(name)) },
    },
  },
];

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
