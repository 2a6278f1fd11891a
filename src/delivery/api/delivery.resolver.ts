import { Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import { toNodeId } from '../../ids';
import { predecessorsOf } from '../capacity/document-ordering.store';
import type { DeliveryRow } from '../delivery.store';
import { DeliveryType } from './delivery.type';

@Resolver(() => DeliveryType)
export class DeliveryResolver {
  @FieldResolver(() => ID, {
    description: '`dlv_` and 32 hexadecimal digits, also the `webhook-id` header of every attempt; never changes.',
  })
  id(@Root() row: DeliveryRow) {
    return toNodeId('Delivery', row.id);
  }

  @FieldResolver(() => DeliveryType, {
    nullable: true,
    description:
      'The earlier delivery of the same document that blocks this one: the first that is open, or that is EXHAUSTED if the ' +
      'webhook has the ordering HOLD. null: `waitsFor` is not PREDECESSOR.',
  })
  predecessor(@Root() row: DeliveryRow, @Ctx() context: Context) {
    if (row.waitsFor !== 'PREDECESSOR') return null;
    return loaderFor(context, 'Delivery.predecessor', (ids) => predecessorsOf(context.db, ids)).load(row.id);
  }
}
