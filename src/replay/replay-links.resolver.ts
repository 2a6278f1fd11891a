// The links from deliveries and requests to replays.
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { DeliveryType } from '../delivery/api/delivery.type';
import type { DeliveryRow } from '../delivery/delivery.store';
import type { Context } from '../graphql/context';
import { RequestLogType } from '../request-log/api/request-log.type';
import type { RequestRow } from '../request-log/request-log.store';
import { loadReplay } from './replay.resolver';
import { ReplayType } from './replay.type';

@Resolver(() => DeliveryType)
export class DeliveryReplayResolver {
  @FieldResolver(() => ReplayType, {
    nullable: true,
    description: 'The last replay that sent the delivery again; null: none did.',
  })
  replay(@Root() row: DeliveryRow, @Ctx() context: Context) {
    return loadReplay(context, row.replayId);
  }
}

@Resolver(() => RequestLogType)
export class RequestReplayResolver {
  @FieldResolver(() => ReplayType, {
    nullable: true,
    description: 'The replay that the request belongs to; null: none.',
  })
  replay(@Root() row: RequestRow, @Ctx() context: Context) {
    return loadReplay(context, row.replayId);
  }
}
