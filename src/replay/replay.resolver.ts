import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { currentTime } from '../clock';
import { DeliveryListArgs } from '../delivery/api/delivery.inputs';
import { deliveriesOf, loadDelivery } from '../delivery/api/delivery.resolver';
import { DeliveryConnection, DeliveryType } from '../delivery/api/delivery.type';
import type { DeliveryRow } from '../delivery/delivery.store';
import { checkInput } from '../graphql/arguments/check-input';
import type { Context } from '../graphql/context';
import { loaderFor } from '../graphql/data-loaders';
import { withExample } from '../graphql/example';
import { listPage } from '../graphql/lists/list';
import { byTime } from '../graphql/lists/time-order';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { type PayloadField, payloadOf } from '../graphql/mutation-payload';
import { HasRole } from '../graphql/roles/has-role';
import { answer } from '../graphql/user-error';
import { toNodeId, uuidOf } from '../ids';
import { requestsOf } from '../request-log/api/links.resolver';
import { RequestLogListArgs } from '../request-log/api/request-log.inputs';
import { RequestLogConnection } from '../request-log/api/request-log.type';
import type { Db } from '../sql/db';
import { USER } from '../users/user.linked-fields';
import { UserType } from '../users/user.type';
import { READERS, type Viewer } from '../viewer';
import { loadWebhook } from '../webhooks/api/webhook.resolver';
import { WebhookType } from '../webhooks/api/webhook.type';
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
import { REPLAY_FILTER, ReplayListArgs } from './replay-where.inputs';
import { countDeliveries, startReplay } from './start-replay';

const replayField: PayloadField = [() => ReplayType, 'The replay as it is now.'];
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
  @Query(() => ReplayType, {
    nullable: true,
    description: withExample(
      'One replay; null when there is none with this id.',
      '{ replay(id: "rpl_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status total replayed skipped error } }',
    ),
  })
  replay(@Ctx() context: Context, @Arg('id', () => ID, { description: 'Of a Replay, `rpl_...`.' }) id: string) {
    return loadReplay(context, uuidOf('Replay', id));
  }

  @HasRole(...READERS)
  @Query(() => ReplayConnection, {
    description: withExample(
      'Every replay, newest first, those of single deliveries too.',
      '{ replays(first: 5) { nodes { reason status orderedBy { name } } } }',
    ),
  })
  replays(@Ctx() context: Context, @Args(() => ReplayListArgs) args: ReplayListArgs) {
    const condition = conditionOf(args.where, REPLAY_FILTER);
    return listPage(context, { listing: REPLAYS, condition, order: byTime('Replay', args.orderBy), args });
  }

  @FieldResolver(() => ID, { description: '`rpl_` and 32 hexadecimal digits; never changes.' })
  id(@Root() row: ReplayRow) {
    return toNodeId('Replay', row.id);
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'Whoever asked for it.' })
  orderedBy(@Root() row: ReplayRow, @Ctx() context: Context) {
    return USER.load(context, row.orderedBy);
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
  deliveries(@Root() row: ReplayRow, @Ctx() context: Context, @Args(() => DeliveryListArgs) args: DeliveryListArgs) {
    return deliveriesOf(context, row, 'replay_id', args);
  }

  @FieldResolver(() => RequestLogConnection, { description: 'Attempts that were made on its order, newest first.' })
  requests(@Root() row: ReplayRow, @Ctx() context: Context, @Args(() => RequestLogListArgs) args: RequestLogListArgs) {
    return requestsOf(context, row, 'replay_id', args);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ReplayDeliveryPayload, {
    description: withExample(
      'Sends a delivery that is over again, now: DELIVERED, EXHAUSTED or CANCELLED. One that had arrived stays ' +
        'DELIVERED, however the replay ends. A SKIPPED one was never made: it is made now, by the condition and templates ' +
        'that its webhook has now, and is not looked at as a duplicate; CONFLICT with the reason, and it stays as it is, ' +
        'where they decide against it again. CONFLICT for any other, a LOOP, tests, and archived webhooks.',
      'mutation { replayDelivery(input: { deliveryId: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "lost" }) { delivery { status } userErrors { message } } }',
    ),
  })
  replayDelivery(
    @Ctx() context: Context,
    @Arg('input', () => ReplayDeliveryInput, { description: 'Which delivery, and why.' }) input: ReplayDeliveryInput,
  ) {
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
    description: withExample(
      'Sends all that meet `where` and can be sent again, oldest first, at most `rate` a second: work that workers do, ' +
        'that survives restarts and can be paused. What was not over when it was ordered is not in it. SKIPPED ones are ' +
        'decided anew, as by replayDelivery.',
      'mutation {\n  replayDeliveries(input: { where: { status: { eq: EXHAUSTED } }, reason: "their disk was full", dryRun: true }) {\n' +
        '    count { replayable } userErrors { message }\n  }\n}',
    ),
  })
  replayDeliveries(
    @Ctx() context: Context,
    @Arg('input', () => ReplayDeliveriesInput, { description: 'Which deliveries, how fast, and why.' })
    input: ReplayDeliveriesInput,
  ) {
    return answer({ replay: null as ReplayRow | null, count: null as CountShape | null }, async () => {
      checkInput(input);
      const { where, reason, rate } = input;
      if (input.dryRun)
        return { replay: null, count: countShape((await countDeliveries(context.db, where, currentTime())).tallies) };
      const order = { where, reason, rate };
      const ordered = await context.transaction((db) => startReplay(db, context.viewer as Viewer, order));
      return { replay: ordered.replay, count: countShape(ordered.count.tallies) };
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => PauseReplayPayload, {
    description: withExample(
      'Nothing further is opened until it is resumed. What was opened by then goes on.',
      'mutation { pauseReplay(input: { id: "rpl_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { replay { status } userErrors { message } } }',
    ),
  })
  pauseReplay(
    @Ctx() context: Context,
    @Arg('input', () => PauseReplayInput, { description: 'Which replay.' }) input: PauseReplayInput,
  ) {
    return change(context, input.id, pauseReplay);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ResumeReplayPayload, {
    description: withExample(
      'Goes on where it was paused.',
      'mutation { resumeReplay(input: { id: "rpl_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { replay { status } userErrors { message } } }',
    ),
  })
  resumeReplay(
    @Ctx() context: Context,
    @Arg('input', () => ResumeReplayInput, { description: 'Which replay.' }) input: ResumeReplayInput,
  ) {
    return change(context, input.id, resumeReplay);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => CancelReplayPayload, {
    description: withExample(
      'For good. What was opened by then goes on.',
      'mutation { cancelReplay(input: { id: "rpl_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { replay { status } userErrors { message } } }',
    ),
  })
  cancelReplay(
    @Ctx() context: Context,
    @Arg('input', () => CancelReplayInput, { description: 'Which replay.' }) input: CancelReplayInput,
  ) {
    return change(context, input.id, cancelReplay);
  }
}

@Resolver(() => ReplayWebhookCountType)
export class ReplayWebhookCountResolver {
  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook that they go to.' })
  webhook(@Root() counted: CountShape['byWebhook'][number], @Ctx() context: Context) {
    return loadWebhook(context, counted.webhookId);
  }
}
