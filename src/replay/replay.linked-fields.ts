import { DELIVERY, deliveryList } from '../delivery/api/delivery.linked-fields';
import { withExample } from '../graphql/example';
import { byTime } from '../graphql/lists/time-order';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { HasRole } from '../graphql/roles/has-role';
import { byId, link, page, pageBelow } from '../read-plan/linked-field';
import { linkedFields, rootFields } from '../read-plan/linked-fields';
import { rowList, rowType } from '../read-plan/row-type';
import { requestList, WEBHOOK_REQUEST_LOG } from '../request-log/api/request-log.linked-fields';
import { USER } from '../users/user.linked-fields';
import { READERS } from '../viewer';
import { REPLAYS, replaysById } from './replay.store';
import { ReplayConnection, ReplayType } from './replay.type';
import { REPLAY_FILTER, ReplayListArgs } from './replay-where.inputs';

export const REPLAY = rowType('Replay', () => ReplayType, REPLAYS, replaysById);

const replays = rowList(REPLAY, {
  connection: () => ReplayConnection,
  args: () => ReplayListArgs,
  listQuery: (args) => ({
    listing: REPLAYS,
    condition: conditionOf(args.where, REPLAY_FILTER),
    order: byTime('Replay', args.orderBy),
    args,
  }),
});

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
