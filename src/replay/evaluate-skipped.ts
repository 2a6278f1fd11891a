// Evaluates skipped deliveries again. None of them was ever sent, so nothing of them has to stay as it was.
import {
  type CommandedDelivery,
  type RenderedDelivery,
  storeRequests,
} from '../delivery/commands/delivery-commands.store';
import { newPayloadsOf, type Rendered, renderRequests } from '../delivery/fan-out/render-requests';
import type { Match, Skip } from '../delivery/fan-out/skip-reasons/skip';
import { type OutboxEvent, outboxEventsById } from '../events/business-event.store';
import { insertPayloads } from '../events/payload.store';
import type { Db } from '../sql/db';
import { type WebhookRow, webhooksById } from '../webhooks/webhook.store';

/**
 * Renders the requests of skipped deliveries by the current condition and templates of their webhooks. Those that are
 * skipped again do not change. Duplicates are sent: the user who replays one knows that the partner received the original.
 * The caller has locked the deliveries and their webhooks.
 * @returns the deliveries that cannot be sent, each with the reason
 */
export async function evaluateSkipped(db: Db, skipped: readonly CommandedDelivery[]): Promise<Map<string, string>> {
  if (skipped.length === 0) return new Map();
  const rendered = await renderRequests(db, await matchesOf(db, skipped));
  const faults = new Map<string, string>();
  const sendable: RenderedDelivery[] = [];
  for (const [index, { id }] of skipped.entries()) {
    const decision = rendered[index] as Rendered;
    if ('skipReason' in decision) faults.set(id, faultFor(decision));
    else sendable.push({ ...decision, id, headers: JSON.stringify(decision.headers), payloadId: decision.payloadId });
  }
  await insertPayloads(db, newPayloadsOf(rendered));
  await storeRequests(db, sendable);
  return faults;
}

function faultFor({ skipReason, skipMessage }: Skip): string {
  return `Evaluated again, it is still not sent (${skipReason}): ${skipMessage}`;
}

async function matchesOf(db: Db, skipped: readonly CommandedDelivery[]): Promise<Match[]> {
  const eventIds = [...new Set(skipped.map((each) => each.businessEventId))];
  const webhookIds = [...new Set(skipped.map((each) => each.webhookId))];
  const [events, webhooks] = [await outboxEventsById(db, eventIds), await webhooksById(db, webhookIds)];
  return skipped.map(({ businessEventId, webhookId }) => ({
    event: events.get(businessEventId) as OutboxEvent,
    webhook: webhooks.get(webhookId) as WebhookRow,
  }));
}
