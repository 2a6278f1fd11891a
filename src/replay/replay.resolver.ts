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
import { WEBHOOK } from '../webhooks/api/webhook.linked-fields';
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
  delivery: [() => DeliveryType, 'The delivery: PENDING again, and held if its webhook is paused or disabled.'],
  replay: replayField,
});
const ReplayDeliveriesPayload = payloadOf('ReplayDeliveries', {
  replay: [() => ReplayType, 'The replay; null after a dry run.'],
  count: [() => ReplayCountType, 'The finished deliveries that meet `where`.'],
});
const PauseReplayPayload = payloadOf('PauseReplay', { replay: replayField });
const ResumeReplayPayload = payloadOf('ResumeReplay', { replay: replayField });
const CancelReplayPayload = payloadOf('CancelReplay', { replay: replayField });

export function loadReplay(context: Context, id: string | null): Promise<ReplayRow | null> | null {
  return id === null ? null : loaderFor(context, 'Replay', (ids) => replaysById(context.db, ids)).load(id);
}

// A mutation of one replay: runs `work` in a transaction, and returns its InputError as user errors.
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
      'The replay with this id; null when there is none.',
      '{ replay(id: "rpl_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status total replayed skipped error } }',
    ),
  })
  replay(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the replay, `rpl_...`.' }) id: string,
  ) {
    return loadReplay(context, uuidOf('Replay', id));
  }

  @HasRole(...READERS)
  @Query(() => ReplayConnection, {
    description: withExample(
      'All replays, including those of single deliveries, newest first.',
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

  @FieldResolver(() => UserType, { nullable: true, description: 'The user who started the replay.' })
  orderedBy(@Root() row: ReplayRow, @Ctx() context: Context) {
    return USER.load(context, row.orderedBy);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The condition of replayDeliveries (a DeliveryWhere) as JSON; null: a replay of one delivery.',
  })
  where(@Root() row: ReplayRow) {
    return row.condition;
  }

  @FieldResolver(() => DeliveryType, {
    nullable: true,
    description: 'The delivery of replayDelivery; null: a replay of many deliveries, see `where`.',
  })
  delivery(@Root() row: ReplayRow, @Ctx() context: Context) {
    return loadDelivery(context, row.deliveryId);
  }

  @FieldResolver(() => DeliveryConnection, {
    description: 'The deliveries whose last replay this is, newest first by default.',
  })
  deliveries(@Root() row: ReplayRow, @Ctx() context: Context, @Args(() => DeliveryListArgs) args: DeliveryListArgs) {
    return deliveriesOf(context, row, 'replay_id', args);
  }

  @FieldResolver(() => RequestLogConnection, { description: 'The attempts of this replay, newest first by default.' })
  requests(@Root() row: ReplayRow, @Ctx() context: Context, @Args(() => RequestLogListArgs) args: RequestLogListArgs) {
    return requestsOf(context, row, 'replay_id', args);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ReplayDeliveryPayload, {
    description: withExample(
      'Sends a finished delivery again, now: DELIVERED, EXHAUSTED or CANCELLED. If it was delivered before, it ends as ' +
        'DELIVERED, even if the replay fails. A SKIPPED delivery is evaluated with the current condition and templates of ' +
        'its webhook, without the check for duplicates. CONFLICT: it is skipped again (it does not change, and the message ' +
        'gives the reason), was skipped as a LOOP, is open, is a test, its content was erased, or its webhook is archived.',
      'mutation { replayDelivery(input: { deliveryId: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "lost" }) { delivery { status } userErrors { message } } }',
    ),
  })
  replayDelivery(
    @Ctx() context: Context,
    @Arg('input', () => ReplayDeliveryInput, { description: 'The delivery, and the reason.' })
    input: ReplayDeliveryInput,
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
      'Sends all finished deliveries that meet `where` again, oldest first, at most `rate` per second. Deliveries that are ' +
        'open when the replay starts are not included, and those that cannot be sent again are skipped, by the rules of ' +
        'replayDelivery. The replay runs in the background, survives restarts, and can be paused.',
      'mutation {\n  replayDeliveries(input: { where: { status: { eq: EXHAUSTED } }, reason: "their disk was full", dryRun: true }) {\n' +
        '    count { replayable } userErrors { message }\n  }\n}',
    ),
  })
  replayDeliveries(
    @Ctx() context: Context,
    @Arg('input', () => ReplayDeliveriesInput, { description: 'The deliveries, the rate, and the reason.' })
    input: ReplayDeliveriesInput,
  ) {
    return answer({ replay: null as ReplayRow | null, count: null as CountShape | null }, async () => {
      checkInput(input);
      const { where, reason, rate } = input;
      if (input.dryRun)
        return { replay: null, count: countShape((await countDeliveries(context.db, where, currentTime())).tallies) };
      const request = { where, reason, rate };
      const started = await context.transaction((db) => startReplay(db, context.viewer as Viewer, request));
      return { replay: started.replay, count: countShape(started.count.tallies) };
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => PauseReplayPayload, {
    description: withExample(
      'Pauses a replay: no further deliveries are sent again until it is resumed. Those that already were continue. CONFLICT: the ' +
        'replay is finished.',
      'mutation { pauseReplay(input: { id: "rpl_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { replay { status } userErrors { message } } }',
    ),
  })
  pauseReplay(
    @Ctx() context: Context,
    @Arg('input', () => PauseReplayInput, { description: 'The replay to pause.' }) input: PauseReplayInput,
  ) {
    return change(context, input.id, pauseReplay);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ResumeReplayPayload, {
    description: withExample(
      'Resumes a replay where it was paused. CONFLICT: the replay is finished.',
      'mutation { resumeReplay(input: { id: "rpl_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { replay { status } userErrors { message } } }',
    ),
  })
  resumeReplay(
    @Ctx() context: Context,
    @Arg('input', () => ResumeReplayInput, { description: 'The replay to resume.' }) input: ResumeReplayInput,
  ) {
    return change(context, input.id, resumeReplay);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => CancelReplayPayload, {
    description: withExample(
      'Cancels a replay. Deliveries that were already sent again continue. CONFLICT: the replay is finished.',
      'mutation { cancelReplay(input: { id: "rpl_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { replay { status } userErrors { message } } }',
    ),
  })
  cancelReplay(
    @Ctx() context: Context,
    @Arg('input', () => CancelReplayInput, { description: 'The replay to cancel.' }) input: CancelReplayInput,
  ) {
    return change(context, input.id, cancelReplay);
  }
}

@Resolver(() => ReplayWebhookCountType)
export class ReplayWebhookCountResolver {
  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook of these deliveries.' })
  webhook(@Root() counted: CountShape['byWebhook'][number], @Ctx() context: Context) {
    return WEBHOOK.load(context, counted.webhookId);
  }
}
