// What was skipped, decided about once more: its id was never on the wire, so nothing of it has to stay as it was.
import {
  type CommandedDelivery,
  type FrozenDelivery,
  freezeDeliveries,
} from '../delivery/commands/delivery-commands.store';
import { newPayloadsOf, type Rendered, renderRequests, type Wanted } from '../delivery/fan-out/render-requests';
import { type OutboxEvent, outboxEventsById } from '../events/business-event.store';
import { insertPayloads } from '../events/payload.store';
import type { Db } from '../sql/db';
import { type WebhookRow, webhooksById } from '../webhooks/webhook.store';

/**
 * Freezes skipped deliveries by what their webhooks are now; those that are decided against again stay as they are. A
 * duplicate is not looked for: whoever orders it knows that the partner was told.
 * The caller holds the deliveries and their webhooks.
 * @returns those that cannot be sent, each with the reason
 */
export async function decideAnew(db: Db, skipped: readonly CommandedDelivery[]): Promise<Map<string, string>> {
  if (skipped.length === 0) return new Map();
  const wanted = await wantedBy(db, skipped);
  const frozen = await renderRequests(db, wanted);
  const faults = new Map<string, string>();
  const made: FrozenDelivery[] = [];
  for (const [index, { id }] of skipped.entries()) {
    const decision = frozen[index] as Rendered;
    if ('skipReason' in decision) faults.set(id, faultFor(decision));
    else made.push({ ...decision, id, headers: JSON.stringify(decision.headers), payloadId: decision.payloadId });
  }
  await insertPayloads(db, newPayloadsOf(frozen));
  await freezeDeliveries(db, made);
  return faults;
}

function faultFor({ skipReason, skipMessage }: { skipReason: string; skipMessage: string }): string {
  return `Decided anew, it is still not sent (${skipReason}): ${skipMessage}`;
}

async function wantedBy(db: Db, skipped: readonly CommandedDelivery[]): Promise<Wanted[]> {
  const eventIds = [...new Set(skipped.map((each) => each.businessEventId))];
  const webhookIds = [...new Set(skipped.map((each) => each.webhookId))];
  const [events, webhooks] = [await outboxEventsById(db, eventIds), await webhooksById(db, webhookIds)];
  return skipped.map(({ businessEventId, webhookId }) => ({
    event: events.get(businessEventId) as OutboxEvent,
    webhook: webhooks.get(webhookId) as WebhookRow,
  }));
}
