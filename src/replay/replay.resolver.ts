import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { loadDelivery } from '../delivery/delivery.resolver';
import type { DeliveryRow } from '../delivery/delivery.store';
import { DELIVERIES } from '../delivery/delivery.store';
import { DeliveryConnection, DeliveryType } from '../delivery/delivery.type';
import { checkInput } from '../graphql/check-input';
import type { Context } from '../graphql/context';
import { HasRole } from '../graphql/has-role';
import { listPage, nestedPage } from '../graphql/list';
import { ForwardPageArgs } from '../graphql/page-args';
import { payloadOf } from '../graphql/payload';
import { loaderFor } from '../graphql/per-request';
import { answer } from '../graphql/user-error';
import { toNodeId, uuidOf } from '../ids';
import { everything } from '../sql/condition';
import type { Db } from '../sql/db';
import { loadUser } from '../users/user.resolver';
import { UserType } from '../users/user.type';
import { READERS, type Viewer } from '../viewer';
import { loadWebhook } from '../webhooks/webhook.resolver';
import { WebhookType } from '../webhooks/webhook.type';
import { countDeliveries, orderReplay } from './order-replay';
import {
  CancelReplayInput,
  PauseReplayInput,
  ReplayDeliveriesInput,
  ReplayDeliveryInput,
  ResumeReplayInput,
} from './replay.inputs';
import { REPLAYS, type ReplayRow, replaysById } from './replay.store';
import { ReplayConnection, ReplayCountType, ReplayType, ReplayWebhookCountType } from './replay.type';
import { type CountShape, countShape } from './replay-count';
import { replayDelivery } from './replay-delivery';
import { cancelReplay, pauseReplay, resumeReplay } from './replay-lifecycle';

const replayField: [() => unknown] = [() => ReplayType];
const ReplayDeliveryPayload = payloadOf('ReplayDelivery', {
  delivery: [() => DeliveryType, 'PENDING again; held where its webhook is paused or disabled.'],
  replay: replayField,
});
const ReplayDeliveriesPayload = payloadOf('ReplayDeliveries', {
  replay: [() => ReplayType, 'null after a dry run.'],
  count: [() => ReplayCountType, 'What was over and met `where` when it was ordered.'],
});
const PauseReplayPayload = payloadOf('PauseReplay', { replay: replayField });
const ResumeReplayPayload = payloadOf('ResumeReplay', { replay: replayField });
const CancelReplayPayload = payloadOf('CancelReplay', { replay: replayField });

const ORDER = { tag: 'Replay', column: null, descending: true };
const DELIVERY_ORDER = { tag: 'Delivery', column: null, descending: true };

export function loadReplay(context: Context, id: string | null): Promise<ReplayRow | null> | null {
  return id === null ? null : loaderFor(context, 'Replay', (ids) => replaysById(context.db, ids)).load(id);
}

// A mutation on one replay: `work` in a transaction, its refusal as user errors.
function change(context: Context, id: string, work: (db: Db, viewer: Viewer, id: string | null) => Promise<ReplayRow>) {
  return answer({ replay: null as ReplayRow | null }, async () => ({
    replay: await context.transaction((db) => work(db, context.viewer as Viewer, uuidOf('Replay', id))),
  }));
}

@Resolver(() => ReplayType)
export class ReplayResolver {
  @HasRole(...READERS)
  @Query(() => ReplayType, { nullable: true, description: 'null when there is none with this id.' })
  replay(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return loadReplay(context, uuidOf('Replay', id));
  }

  @HasRole(...READERS)
  @Query(() => ReplayConnection, { description: 'Newest first, those of single deliveries too.' })
  replays(@Ctx() context: Context, @Args(() => ForwardPageArgs) args: ForwardPageArgs) {
    return listPage(context, { listing: REPLAYS, condition: everything, order: ORDER, args });
  }

  @FieldResolver(() => ID)
  id(@Root() row: ReplayRow) {
    return toNodeId('Replay', row.id);
  }

  @FieldResolver(() => UserType, { nullable: true })
  orderedBy(@Root() row: ReplayRow, @Ctx() context: Context) {
    return loadUser(context, row.orderedBy);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The DeliveryWhere that was asked for, as JSON; null: one delivery.',
  })
  where(@Root() row: ReplayRow) {
    return row.condition;
  }

  @FieldResolver(() => DeliveryType, { nullable: true, description: 'The one that it is about; null: see where.' })
  delivery(@Root() row: ReplayRow, @Ctx() context: Context) {
    return loadDelivery(context, row.deliveryId);
  }

  @FieldResolver(() => DeliveryConnection, {
    description: 'What it opened again and no later replay did, newest first: where they are now.',
  })
  deliveries(@Root() row: ReplayRow, @Ctx() context: Context, @Args(() => ForwardPageArgs) args: ForwardPageArgs) {
    const query = { listing: DELIVERIES, condition: everything, order: DELIVERY_ORDER, args };
    return nestedPage(context, row, 'replay_id', query, args);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ReplayDeliveryPayload, {
    description:
      'Sends a delivery that is over again, now: DELIVERED, EXHAUSTED or CANCELLED. One that had arrived stays ' +
      'DELIVERED, however the replay ends. A SKIPPED one was never made: it is made now, by the condition and templates ' +
      'that its webhook has now, and is not looked at as a duplicate; CONFLICT with the reason, and it stays as it is, ' +
      'where they decide against it again. CONFLICT for any other, a LOOP, tests, and archived webhooks.',
  })
  replayDelivery(@Ctx() context: Context, @Arg('input', () => ReplayDeliveryInput) input: ReplayDeliveryInput) {
    const empty = { delivery: null as DeliveryRow | null, replay: null as ReplayRow | null };
    const { deliveryQueue } = context.services;
    return answer(empty, async () => {
      checkInput(input);
      const id = uuidOf('Delivery', input.deliveryId);
      return context.transaction((db) => replayDelivery(db, context.viewer as Viewer, deliveryQueue, id, input.reason));
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ReplayDeliveriesPayload, {
    description:
      'Sends all that meet `where` and can be sent again, oldest first, at most `rate` a second: work that workers do, ' +
      'that survives restarts and can be paused. What was not over when it was ordered is not in it. SKIPPED ones are ' +
      'decided anew, as by replayDelivery.',
  })
  replayDeliveries(@Ctx() context: Context, @Arg('input', () => ReplayDeliveriesInput) input: ReplayDeliveriesInput) {
    return answer({ replay: null as ReplayRow | null, count: null as CountShape | null }, async () => {
      checkInput(input);
      const { where, reason, rate } = input;
      if (input.dryRun)
        return { replay: null, count: countShape((await countDeliveries(context.db, where, new Date())).tallies) };
      const order = { where, reason, rate };
      const ordered = await context.transaction((db) => orderReplay(db, context.viewer as Viewer, order));
      return { replay: ordered.replay, count: countShape(ordered.count.tallies) };
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => PauseReplayPayload, { description: 'What was opened by then goes on.' })
  pauseReplay(@Ctx() context: Context, @Arg('input', () => PauseReplayInput) input: PauseReplayInput) {
    return change(context, input.id, pauseReplay);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ResumeReplayPayload, { description: 'Goes on where it was paused.' })
  resumeReplay(@Ctx() context: Context, @Arg('input', () => ResumeReplayInput) input: ResumeReplayInput) {
    return change(context, input.id, resumeReplay);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => CancelReplayPayload, { description: 'For good. What was opened by then goes on.' })
  cancelReplay(@Ctx() context: Context, @Arg('input', () => CancelReplayInput) input: CancelReplayInput) {
    return change(context, input.id, cancelReplay);
  }
}

@Resolver(() => ReplayWebhookCountType)
export class ReplayWebhookCountResolver {
  @FieldResolver(() => WebhookType, { nullable: true })
  webhook(@Root() counted: CountShape['byWebhook'][number], @Ctx() context: Context) {
    return loadWebhook(context, counted.webhookId);
  }
}
