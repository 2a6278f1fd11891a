import { byTime } from '../graphql/lists/time-order';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { uuidOf } from '../ids';
import { link, rawJson, type SqlFields } from '../read-plan/sql-fields';
import { REPLAYS } from './replay.store';
import { REPLAY_FILTER, type ReplayListArgs } from './replay-where.inputs';

export const replaySqlFields: readonly SqlFields[] = [
  {
    type: 'Replay',
    listing: REPLAYS,
    fields: {
      orderedBy: link('User', 'ordered_by'),
      delivery: link('Delivery', 'delivery_id'),
      where: rawJson((row) => row.column('condition'), undefined),
    },
  },
  { type: 'Delivery', fields: { replay: link('Replay', 'replay_id') } },
  { type: 'WebhookRequestLog', fields: { replay: link('Replay', 'replay_id') } },
  {
    type: 'Query',
    fields: {
      replay: { kind: 'one', of: 'Replay', id: (args) => uuidOf('Replay', (args as { id: string }).id) },
      replays: { kind: 'pages', of: 'Replay', column: null, list: (args) => listed(args as ReplayListArgs) },
    },
  },
];

function listed(args: ReplayListArgs) {
  const condition = conditionOf(args.where, REPLAY_FILTER);
  return { listing: REPLAYS, condition, order: byTime('Replay', args.orderBy), args };
}
