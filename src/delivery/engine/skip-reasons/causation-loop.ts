// LOOP: an event that deliveries of the same webhook caused, or that ends a chain of the maximum length.

import { MAX_CAUSE_PATH } from '../../../events/causes.store';
import { toNodeId } from '../../../values/ids';
import type { Match, Skip } from './skip';

/** A webhook does not receive an event that its own deliveries caused, directly or through other webhooks. */
export function causationCycleSkip({ event, webhook }: Match): Skip | null {
  const { causePath, causedBy } = event;
  if (causePath.includes(webhook.id)) {
    const others = causePath.length - causePath.indexOf(webhook.id) - 1;
    const delivery = others === 0 && causedBy ? `Delivery ${toNodeId('Delivery', causedBy)}` : 'A delivery';
    return skip(`${delivery} to ${webhook.name} caused this event${through(others)}.`);
  }
  if (causePath.length < MAX_CAUSE_PATH) return null;
  return skip(`This event ends a chain of ${MAX_CAUSE_PATH} deliveries, each caused by the one before: the maximum.`);
}

function through(others: number): string {
  if (others === 0) return '';
  return others === 1 ? ', through one other webhook' : `, through ${others} other webhooks`;
}

function skip(skipMessage: string): Skip {
  return { skipReason: 'LOOP', skipMessage };
}
