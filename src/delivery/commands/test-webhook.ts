// Sends one real request, to test a webhook.

import { recordAct } from '../../audit/record';
import { currentTime } from '../../clock';
import { InputError, type UserError } from '../../errors';
import { eventsById, leaveOutbox, type OutboxEvent } from '../../events/business-event.store';
import { faultsOfEvent, type NewEvent } from '../../events/event-faults';
import { insertPayloads, payloadsById } from '../../events/payload.store';
import { publishEvents } from '../../events/publish-events';
import { newId, timeOfId, toNodeId } from '../../ids';
import type { Db } from '../../sql/db';
import type { Viewer } from '../../viewer';
import { findWebhookForShare, type WebhookRow } from '../../webhooks/webhook.store';
import { type DeliveryRow, deliveriesById, insertDeliveries, type NewDelivery } from '../delivery.store';
import { newPayloadsOf, type Rendered, type RenderedRequest, renderRequests } from '../fan-out/render-requests';
import { areDeliveriesPaused } from '../pause/deliveries-pause.store';
import { notifyDeliveries } from '../queue/notify.store';
import type { DeliveryQueue } from '../queue/queue';

/** Identifies a test to the partner. */
const TEST_HEADER: [string, string] = ['webhook-test', 'true'];

const PAUSED = 'Nothing was sent: all deliveries are paused until resumeDeliveries.';

type GivenEvent = Pick<NewEvent, 'documentType' | 'event' | 'referenceDocument' | 'data'>;

/** The event to send: from a given document, or a stored one. */
export type Sample = { event: GivenEvent } | { eventId: string | null };

/**
 * Sends an event to this webhook only, even if it is paused or disabled, in one attempt without retries. A given document
 * becomes an event that is delivered to no other webhook.
 * @throws InputError also if all deliveries are paused, the condition is false or a template fails, with the reason
 */
export async function testWebhook(
  db: Db,
  viewer: Viewer,
  queue: DeliveryQueue,
  id: string | null,
  sample: Sample,
): Promise<DeliveryRow> {
  if (await areDeliveriesPaused(db)) throw refusal(null, 'CONFLICT', PAUSED);
  const webhook = await webhookToTest(db, id);
  const event = 'event' in sample ? await newEvent(db, viewer, sample.event) : await pastEvent(db, sample.eventId);
  const [rendered] = (await renderRequests(db, [{ event, webhook }])) as [Rendered];
  if ('skipReason' in rendered) throw refusal(null, 'CONFLICT', `Nothing was sent. ${rendered.skipMessage}`);
  const delivery = deliveryOf(event, webhook, rendered);
  await insertPayloads(db, newPayloadsOf([rendered]));
  await insertDeliveries(db, [delivery]);
  await queue.insert(db, [{ id: delivery.jobId as string, deliveryId: delivery.id, startAfter: null }]);
  await notifyDeliveries(db);
  const details = { delivery: toNodeId('Delivery', delivery.id), event: toNodeId('BusinessEvent', event.id) };
  await recordAct(db, viewer, { action: 'webhook.tested', subjectType: 'Webhook', subjectId: webhook.id, details });
  return (await deliveriesById(db, [delivery.id])).get(delivery.id) as DeliveryRow;
}

async function webhookToTest(db: Db, id: string | null): Promise<WebhookRow> {
  const webhook = id === null ? null : await findWebhookForShare(db, id);
  if (!webhook) throw refusal(['id'], 'NOT_FOUND', 'There is no webhook with this id.');
  if (webhook.direction !== 'OUTGOING') {
    throw refusal(['id'], 'INVALID', `${webhook.name} is ${webhook.direction}: only OUTGOING webhooks send requests.`);
  }
  if (webhook.status === 'ARCHIVED') {
    throw refusal(['id'], 'CONFLICT', `${webhook.name} is archived and cannot be changed: create a new webhook.`);
  }
  return webhook;
}

async function newEvent(db: Db, viewer: Viewer, given: GivenEvent): Promise<OutboxEvent> {
  const event: NewEvent = { ...given, user: null, idempotencyKey: null, causedBy: null };
  const faults = faultsOfEvent(event, []);
  if (faults.length > 0) throw new InputError(faults);
  const [published] = await publishEvents(db, viewer, [event]);
  const id = published?.id as string;
  // in the same transaction, before it can be fanned out
  await leaveOutbox(db, [id], [1], currentTime());
  return pastEvent(db, id);
}

async function pastEvent(db: Db, id: string | null): Promise<OutboxEvent> {
  const event = id === null ? undefined : (await eventsById(db, [id])).get(id);
  if (!event) throw refusal(['eventId'], 'NOT_FOUND', 'There is no business event with this id.');
  const payload = (await payloadsById(db, [event.payloadId])).get(event.payloadId);
  return { ...event, body: payload?.body ?? null, contentType: payload?.contentType ?? '' };
}

function deliveryOf(event: OutboxEvent, webhook: WebhookRow, rendered: RenderedRequest) {
  const id = newId();
  const delivery: NewDelivery = {
    id,
    businessEventId: event.id,
    webhookId: webhook.id,
    userId: event.userId,
    documentType: event.documentType,
    event: event.event,
    referenceDocument: event.referenceDocument,
    status: 'PENDING',
    skipReason: null,
    skipMessage: null,
    method: rendered.method,
    url: rendered.url,
    headers: JSON.stringify([...rendered.headers, TEST_HEADER]),
    payloadId: rendered.payloadId,
    attempts: 0,
    nextAttemptAt: timeOfId(id),
    held: false,
    waitsFor: null,
    blocks: false,
    test: true,
    jobId: newId(),
    openRequestId: null,
    leaseId: null,
    createdAt: timeOfId(id),
    finishedAt: null,
  };
  return delivery;
}

function refusal(field: string[] | null, code: UserError['code'], message: string): InputError {
  return new InputError([{ field, code, message }]);
}
