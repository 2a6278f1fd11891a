// What the files of this folder answer: why a delivery is not sent.

import type { OutboxEvent } from '../../../events/business-event.store';
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
