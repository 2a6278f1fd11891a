import type { OutboxEvent } from '../../../events/business-event.store';
import { MAX_CAUSE_PATH } from '../../../events/causes.store';
import { toNodeId } from '../../../values/ids';
import type { WebhookRow } from '../../../webhooks/webhook.store';
import type { SkipReason } from '../../delivery.entity';

/** An event, and a webhook that asks for events like it. */
export interface Match {
  event: OutboxEvent;
  webhook: WebhookRow;
}

/** Why a delivery is not sent. */
export interface Skip {
  readonly skipReason: SkipReason;
  readonly skipMessage: string;
  /** Of a preview, whose caller sees the document. No delivery has it: it shows how long values are. */
  readonly place?: string;
}

export function disabledSkip({ status, statusReason }: WebhookRow): Skip | null {
  if (status !== 'DISABLED') return null;
  const why = statusReason ?? 'no reason was given';
  return { skipReason: 'WEBHOOK_DISABLED', skipMessage: `It is disabled: ${why}.` };
}

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
