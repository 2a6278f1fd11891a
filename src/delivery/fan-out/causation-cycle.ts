import { MAX_CAUSE_PATH } from '../../events/cause.store';
import { toNodeId } from '../../ids';
import type { Wanted } from './render-requests';

/** Why a webhook is not told of an event that came of its own deliveries, directly or by way of others; else null. */
export function causationCycleSkip({ event, webhook }: Wanted): { skipReason: 'LOOP'; skipMessage: string } | null {
  const { causePath, causedBy } = event;
  if (causePath.includes(webhook.id)) {
    const others = causePath.length - causePath.indexOf(webhook.id) - 1;
    return skip(`It would tell ${webhook.name} of what ${ownDoing(causedBy, others)}.`);
  }
  if (causePath.length < MAX_CAUSE_PATH) return null;
  return skip(`The event came of ${MAX_CAUSE_PATH} deliveries, each caused by the one before: no chain goes further.`);
}

function ownDoing(causedBy: string | null, others: number): string {
  if (others > 0)
    return `its own deliveries caused, by way of ${others === 1 ? 'one more webhook' : `${others} more webhooks`}`;
  return causedBy ? `its own delivery ${toNodeId('Delivery', causedBy)} caused` : 'its own deliveries caused';
}

function skip(skipMessage: string) {
  return { skipReason: 'LOOP' as const, skipMessage };
}
