// What a delivery will be: decided once, when its event is fanned out, and never again.
import type { OutboxEvent } from '../events/business-event.store';
import { newPayload, type Payload } from '../events/payload.store';
import type { Db } from '../sql/db';
import type { WebhookRow } from '../webhooks/webhook.store';
import { defaultBody } from './default-body';
import type { SkipReason } from './delivery.entity';

/** An event, and a webhook that asks for events like it. */
export interface Wanted {
  event: OutboxEvent;
  webhook: WebhookRow;
}

/** A request as every attempt will send it, but for signature and credentials; or why there is none. */
export type Frozen =
  | { method: string; url: string; headers: [string, string][]; payload: Payload }
  | { skipReason: SkipReason; skipMessage: string };

const HEADERS: [string, string][] = [
  ['content-type', 'application/json'],
  ['user-agent', 'Hookledger'],
];

/** @returns one for each, in the order given. Equal bodies of one event share a payload: it is stored once. */
export async function freezeRequests(_db: Db, wanted: readonly Wanted[]): Promise<Frozen[]> {
  const bodies = new Map<string, Payload | null>();
  return wanted.map(({ event, webhook }) => {
    const payload = bodies.has(event.id) ? (bodies.get(event.id) ?? null) : bodyFor(event);
    bodies.set(event.id, payload);
    if (!payload) {
      const skipMessage = 'The data of the event was erased before the event became a delivery.';
      return { skipReason: 'TEMPLATE_ERROR', skipMessage };
    }
    return { method: webhook.method, url: webhook.url as string, headers: HEADERS, payload };
  });
}

function bodyFor(event: OutboxEvent): Payload | null {
  return event.body && newPayload(defaultBody(event, event.body), 'application/json');
}
