// A webhook that was disabled gets no deliveries.

import type { WebhookRow } from '../../../webhooks/webhook.store';
import type { Skip } from './skip';

export function disabledSkip({ status, statusReason }: WebhookRow): Skip | null {
  if (status !== 'DISABLED') return null;
  const why = statusReason ?? 'no reason was given';
  return { skipReason: 'WEBHOOK_DISABLED', skipMessage: `It is disabled: ${why}.` };
}
