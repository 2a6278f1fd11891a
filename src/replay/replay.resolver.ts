import { GraphQLJSON } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { READERS, type Viewer } from '../access/viewer';
import { DELIVERY, deliveryList } from '../delivery/api/delivery.resolver';
import { DeliveryType } from '../delivery/api/delivery.type';
import type { DeliveryRow } from '../delivery/delivery.store';
import { checkInput } from '../graphql/arguments/check-input';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/directives';
import { whereAsJson } from '../graphql/lists/absent-filters';
import { HasRole } from '../graphql/roles/has-role';
import { Masked } from '../graphql/roles/masked';
import { answer, type PayloadField, payloadOf } from '../graphql/user-error';
import { byId, link, linkedFields, page, pageBelow, rootFields } from '../read-plan/linked-fields';
import { rawJson, rowType, type SqlFields, timeList } from '../read-plan/sql-fields';
import { requestList, WEBHOOK_REQUEST_LOG } from '../request-log/api/request-log.resolver';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { USER } from '../users/user.resolver';
import { uuidOf } from '../values/ids';
import { WEBHOOK } from '../webhooks/api/webhook.resolver';
import { WebhookType } from '../webhooks/api/webhook.type';
import { type CountShape, countDeliveries, countShape } from './deliveries-to-replay';
import { cancelReplay, pauseReplay, resumeReplay } from './pause-resume-cancel';
import { REPLAYS, type ReplayRow, replaysById } from './replay.store';
import {
  CancelReplayInput,
  PauseReplayInput,
  ReplayConnection,
  ReplayDeliveriesInput,
  ReplayDeliveryInput,
  ReplayPreviewType,
  ReplayType,
  ReplayWebhookCountType,
  ReplayWhere,
  ResumeReplayInput,
} from './replay.type';
import { replayDelivery } from './replay-delivery';
import { MAX_OPEN_REPLAYS, startReplay } from './start-replay';

export const replaySqlFields: readonly SqlFields[] = [
  {
    type: 'Replay',
    fields: {
      where: rawJson(
        (row) => row.column('condition'),
        (raw) => whereAsJson(raw as string | null),
      ),
    },
  },
];

export const REPLAY = rowType('Replay', () => ReplayType, REPLAYS, replaysById);

const replays = timeList(REPLAY, ReplayWhere, { connection: () => ReplayConnection });

export const replayLinkedFields = [
  rootFields({
    replay: byId(REPLAY, 'The id of the replay, `rpl_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The replay with this id; null: there is none.',
        '{ replay(id: "rpl_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status deliveryCount replayed skipped error } }',
      ),
    }),
    replays: page(replays, {
      access: HasRole(...READERS),
      description: withExample(
        'All replays, including those of single deliveries, newest first.',
        '{ replays(first: 5) { nodes { reason status orderedBy { name } } } }',
      ),
    }),
  }),
  linkedFields(REPLAY, {
    orderedBy: link(USER, 'orderedBy', 'The user who started the replay.'),
    delivery: link(
      DELIVERY,
      'deliveryId',
      'The delivery of replayDelivery; null: a replay of many deliveries, see `where`.',
    ),
    deliveries: pageBelow(deliveryList, 'replay_id', {
      description: 'The deliveries whose last replay this is, newest first by default.',
    }),
    requests: pageBelow(requestList, 'replay_id', {
      description: 'The attempts of this replay, newest first by default.',
    }),
  }),
  linkedFields(DELIVERY, {
    replay: link(REPLAY, 'replayId', 'The last replay that sent the delivery again; null: none did.'),
  }),
  linkedFields(WEBHOOK_REQUEST_LOG, {
    replay: link(REPLAY, 'replayId', 'The replay that the request belongs to; null: none.'),
  }),
];

const replayField: PayloadField = [() => ReplayType, 'The replay as it is now.'];
const ReplayDeliveryPayload = payloadOf('ReplayDelivery', {
  delivery: [() => DeliveryType, 'The delivery: PENDING again, and held if its webhook is paused or disabled.'],
  replay: replayField,
});
const ReplayDeliveriesPayload = payloadOf('ReplayDeliveries', {
  replay: [() => ReplayType, 'The replay; null after a dry run.'],
  preview: [() => ReplayPreviewType, 'The finished deliveries that meet `where`.'],
});
const PauseReplayPayload = payloadOf('PauseReplay', { replay: replayField });
const ResumeReplayPayload = payloadOf('ResumeReplay', { replay: replayField });
const CancelReplayPayload = payloadOf('CancelReplay', { replay: replayField });

// A mutation of one replay: runs `work` in a transaction, and returns its InputError as user errors.
function change(context: Context, id: string, work: (db: Db, viewer: Viewer, id: string | null) => Promise<ReplayRow>) {
  return answer({ replay: null as ReplayRow | null }, async () => ({
    replay: await context.transaction((db) => work(db, context.viewer as Viewer, uuidOf('Replay', id))),
  }));
}

@Resolver(() => ReplayType)
export class ReplayResolver {
  @Masked('FILTER')
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description:
      'The filter of replayDeliveries (a DeliveryWhere) as JSON, with times as strings; null: a replay of one delivery.',
  })
  where(@Root() row: ReplayRow) {
    return whereAsJson(row.condition);
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
    return answer(empty, async () => {
      checkInput(input);
      const id = uuidOf('Delivery', input.deliveryId);
      return replayDelivery(context, context.viewer as Viewer, id, input.reason);
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ReplayDeliveriesPayload, {
    description: withExample(
      'Sends all finished deliveries that meet `where` again, oldest first, at most `rate` per second. Deliveries that are ' +
        'open when the replay starts are not included, and those that cannot be sent again are skipped, by the rules of ' +
        'replayDelivery. The replay runs in the background, survives restarts, and can be paused. ' +
        `TOO_LARGE: ${MAX_OPEN_REPLAYS} replays of this user are PENDING or RUNNING. CONFLICT: not \`expectedReplayable\` ` +
        'deliveries can be sent again; the message has both numbers.',
      'mutation {\n  replayDeliveries(input: { where: { status: { eq: EXHAUSTED } }, reason: "their disk was full", dryRun: true }) {\n' +
        '    preview { replayable } userErrors { message }\n  }\n}',
    ),
  })
  replayDeliveries(
    @Ctx() context: Context,
    @Arg('input', () => ReplayDeliveriesInput, { description: 'The deliveries, the rate, and the reason.' })
    input: ReplayDeliveriesInput,
  ) {
    return answer({ replay: null as ReplayRow | null, preview: null as CountShape | null }, async () => {
      checkInput(input);
      const { where, reason, rate, expectedReplayable = null } = input;
      const viewer = context.viewer as Viewer;
      if (input.dryRun)
        return {
          replay: null,
          preview: countShape((await countDeliveries(context.db, viewer, where, currentTime())).tallies),
        };
      const { traceparent } = context;
      const request = { where, reason, rate, expectedReplayable, traceparent };
      const started = await context.transaction((db) => startReplay(db, viewer, request));
      return { replay: started.replay, preview: countShape(started.count.tallies) };
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
      'Resumes a replay where it was paused. CONFLICT: the replay is finished. ' +
        `TOO_LARGE: ${MAX_OPEN_REPLAYS} replays of the user who ordered it are PENDING or RUNNING.`,
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

@Resolver(() => ReplayPreviewType)
export class ReplayPreviewResolver {
  @FieldResolver(() => DeliveryType, {
    nullable: true,
    description: 'The oldest of the deliveries that can be sent again, by `createdAt`; null: none can.',
  })
  oldest(@Root() { oldestId }: CountShape, @Ctx() context: Context) {
    return DELIVERY.load(context, oldestId);
  }

  @FieldResolver(() => DeliveryType, {
    nullable: true,
    description: 'The newest of the deliveries that can be sent again, by `createdAt`; null: none can.',
  })
  newest(@Root() { newestId }: CountShape, @Ctx() context: Context) {
    return DELIVERY.load(context, newestId);
  }
}

@Resolver(() => ReplayWebhookCountType)
export class ReplayWebhookCountResolver {
  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook of these deliveries.' })
  webhook(@Root() counted: CountShape['byWebhook'][number], @Ctx() context: Context) {
    return WEBHOOK.load(context, counted.webhookId);
  }
}
