// The count of a replay, in the form of the API.
import type { DeliveryStatus } from '../delivery/delivery.entity';
import type { DeliveryTally } from './replayed-deliveries.store';
import { totalOf } from './start-replay';

const MAX_WEBHOOKS = 20;

export interface Counted {
  deliveryCount: number;
  replayable: number;
}

export interface CountShape extends Counted {
  byStatus: (Counted & { status: DeliveryStatus })[];
  byWebhook: (Counted & { webhookId: string })[];
}

export function countShape(tallies: readonly DeliveryTally[]): CountShape {
  return {
    ...counted(tallies),
    byStatus: largestFirst(tallies, ({ status }) => status).map(({ key, ...rest }) => ({ status: key, ...rest })),
    byWebhook: largestFirst(tallies, ({ webhookId }) => webhookId)
      .slice(0, MAX_WEBHOOKS)
      .map(({ key, ...rest }) => ({ webhookId: key, ...rest })),
  };
}

function largestFirst<Key>(tallies: readonly DeliveryTally[], keyOf: (tally: DeliveryTally) => Key) {
  const groups = [...Map.groupBy(tallies, keyOf)].map(([key, group]) => ({ key, ...counted(group) }));
  return groups.sort((one, other) => other.deliveryCount - one.deliveryCount);
}

function counted(tallies: readonly DeliveryTally[]): Counted {
  return { deliveryCount: totalOf(tallies), replayable: totalOf(tallies.filter(({ isReplayable }) => isReplayable)) };
}
