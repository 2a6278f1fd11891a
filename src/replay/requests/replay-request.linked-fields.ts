import { DELIVERY } from '../../delivery/api/delivery.linked-fields';
import { withExample } from '../../graphql/example';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { byId, link, page, pageBelow } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { USER } from '../../users/user.linked-fields';
import { READERS } from '../../viewer';
import { REPLAY } from '../replay.linked-fields';
import { REPLAY_REQUEST_FILTER, ReplayRequestListArgs } from './replay-request.inputs';
import { REPLAY_REQUESTS, replayRequestsById } from './replay-request.store';
import { ReplayRequestConnection, ReplayRequestType } from './replay-request.type';

export const REPLAY_REQUEST = rowType('ReplayRequest', () => ReplayRequestType, REPLAY_REQUESTS, replayRequestsById);

const requests = rowList(REPLAY_REQUEST, {
  connection: () => ReplayRequestConnection,
  args: () => ReplayRequestListArgs,
  listQuery: (args) => ({
    listing: REPLAY_REQUESTS,
    condition: conditionOf(args.where, REPLAY_REQUEST_FILTER),
    order: byTime('ReplayRequest', args.orderBy),
    args,
  }),
});

export const replayRequestLinkedFields = [
  rootFields({
    replayRequest: byId(REPLAY_REQUEST, 'The id of the request, `rrq_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The replay request with this id; null: there is none.',
        '{ replayRequest(id: "rrq_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status reason decisionReason decidedBy { name } } }',
      ),
    }),
    replayRequests: page(requests, {
      access: HasRole(...READERS),
      description: withExample(
        'The replays that users have asked for, newest first.',
        '{ replayRequests(where: { status: { eq: WAITING } }) { nodes { id reason requestedBy { name } delivery { id } expiresAt } } }',
      ),
    }),
  }),
  linkedFields(REPLAY_REQUEST, {
    delivery: link(DELIVERY, 'deliveryId', 'The delivery to send again.'),
    requestedBy: link(USER, 'requestedBy', 'The user who asked for the replay.'),
    decidedBy: link(USER, 'decidedBy', 'The user who approved or declined it; null: it was not decided about.'),
    replay: link(REPLAY, 'replayId', 'The replay; null: the request was not approved.'),
  }),
  linkedFields(REPLAY, {
    replayRequest: link(REPLAY_REQUEST, 'requestId', 'The request that was approved; null: `orderedBy` needed none.'),
  }),
  linkedFields(DELIVERY, {
    replayRequests: pageBelow(requests, 'delivery_id', {
      description: 'The replays of this delivery that users have asked for, newest first by default.',
    }),
  }),
];
