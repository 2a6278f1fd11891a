// Sends one real request, to test a webhook.

import type { Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { InputError, inputError } from '../../errors/errors';
import {
  type BusinessEventRow,
  eventsById,
  leaveOutbox,
  NOT_RECEIVED,
  type OutboxEvent,
  outboxEventsById,
} from '../../events/business-event.store';
import { envelopeOf } from '../../events/data/envelope';
import { faultsOfEvent, type NewEvent } from '../../events/event-faults';
import { insertPayloads } from '../../events/payload.store';
import { publishEvents } from '../../events/publish-events';
import type { Context } from '../../graphql/context';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId, timeOfId, toNodeId } from '../../values/ids';
import { refuseAuditReceivers } from '../../webhooks/changes/guarded-settings';
import { type OutgoingWebhook, versionedWebhooksById } from '../../webhooks/outgoing-webhook.store';
import { webhooksForShare } from '../../webhooks/webhook.store';
import { type DeliveryRow, deliveriesById, insertDeliveries, type NewDelivery } from '../delivery.store';
import { newDelivery, PENDING } from '../delivery-states';
import { isAboutAudit } from '../engine/matching-webhooks';
import { newPayloadsOf, type Rendered, type RenderedRequest, renderRequests } from '../engine/render-requests';
import { MAX_RENDERED_AT_ONCE } from '../engine/skip-reasons/template-error';
import { areDeliveriesPaused } from '../pause/deliveries-pause.store';
import { insertJobs, notifyDeliveries } from '../queue/queue.store';

/** Identifies a test to the partner. */
const TEST_HEADER: [string, string] = ['webhook-test', 'true'];

const PAUSED = 'Nothing was sent: all deliveries are paused until resumeDeliveries.';

type GivenEvent = Pick<NewEvent, 'documentType' | 'event' | 'referenceDocument' | 'data'>;

/** The event to send: from a given document, or a stored one. */
export type Sample = { event: GivenEvent } | { eventId: string | null };

/** How often a test begins again because the webhook was changed while its templates ran. */
const MAX_TRIES = 5;

/**
 * Sends an event to this webhook only, even if it is paused or disabled, in one attempt without retries. A given document
 * becomes an event that is delivered to no other webhook. Condition and templates run before the transaction, because no
 * lock may wait for them.
 * @throws InputError also if all deliveries are paused, the condition is false or a template fails, with the reason
 */
export async function testWebhook(
  { db, transaction, traceparent }: Pick<Context, 'db' | 'transaction' | 'traceparent'>,
  viewer: Viewer,
  id: string | null,
  sample: Sample,
): Promise<DeliveryRow> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const webhook = webhookToTest(id === null ? undefined : (await versionedWebhooksById(db, [id])).get(id));
    refuseAuditReceivers(viewer, [webhook]);
    const event = 'event' in sample ? newEvent(viewer, sample.event) : await pastEvent(db, sample.eventId);
    if (isAboutAudit(event) && !webhook.receiveAuditEvents) throw notForIt(webhook, event);
    const [rendered] = (await renderRequests(db, [{ event, webhook }])) as [Rendered];
    const test = { webhook, event, rendered, traceparent, given: 'event' in sample ? sample.event : null };
    const delivery = await transaction((own) => send(own, viewer, test));
    if (delivery) return delivery;
  }
  throw inputError(
    ['id'],
    'CONFLICT',
    'Nothing was sent: the webhook was changed each time it was evaluated. Try again.',
  );
}

interface Test {
  webhook: OutgoingWebhook;
  event: OutboxEvent;
  rendered: Rendered;
  /** Where the call is in a trace; null: in none. */
  traceparent: string | null;
  /** What is to be published as the event; null: it is stored. */
  given: GivenEvent | null;
}

// null: the webhook was changed since the request was rendered
async function send(
  db: Db,
  viewer: Viewer,
  { webhook, event, rendered, traceparent, given }: Test,
): Promise<DeliveryRow | null> {
  if (await areDeliveriesPaused(db)) throw inputError(null, 'CONFLICT', PAUSED);
  if ((await webhooksForShare(db, [webhook.id])).get(webhook.id)?.changedIn !== webhook.changedIn) return null;
  if ('skipReason' in rendered) throw inputError(null, 'CONFLICT', `Nothing was sent. ${rendered.skipMessage}`);
  const stored = given ? await publish(db, viewer, event.id, given, traceparent) : event;
  const delivery = { ...testDelivery(stored, webhook, rendered), traceparent };
  await insertPayloads(db, newPayloadsOf([rendered]));
  await insertDeliveries(db, [delivery]);
  await insertJobs(db, [{ id: delivery.jobId as string, deliveryId: delivery.id, dueAt: null }]);
  await notifyDeliveries(db);
  const details = { delivery: toNodeId('Delivery', delivery.id), event: toNodeId('BusinessEvent', event.id) };
  await recordAct(db, viewer, { action: 'webhook.tested', subjectType: 'Webhook', subjectId: webhook.id, details });
  return (await deliveriesById(db, [delivery.id])).get(delivery.id) as DeliveryRow;
}

function notForIt({ name }: OutgoingWebhook, { event }: OutboxEvent): InputError {
  const message = `${name} may not receive ${event}, which is about the audit trail: receiveAuditEvents is false. Send another event.`;
  return inputError(['sample', 'eventId'], 'CONFLICT', message);
}

function webhookToTest(webhook: OutgoingWebhook | undefined): OutgoingWebhook {
  if (!webhook) throw inputError(['id'], 'NOT_FOUND', 'There is no webhook with this id.');
  if (webhook.direction !== 'OUTGOING') {
    throw inputError(
      ['id'],
      'INVALID',
      `${webhook.name} is ${webhook.direction}: only OUTGOING webhooks send requests.`,
    );
  }
  if (webhook.status === 'ARCHIVED') {
    throw inputError(['id'], 'CONFLICT', `${webhook.name} is archived and cannot be changed: create a new webhook.`);
  }
  return webhook;
}

// as it will be published
function newEvent(viewer: Viewer, given: GivenEvent): OutboxEvent {
  const faults = faultsOfEvent(published(given), ['sample', 'given']);
  if (faults.length > 0) throw new InputError(faults);
  const { documentType, event, referenceDocument, data } = given;
  const id = newId();
  return {
    id,
    documentType,
    event,
    referenceDocument,
    payloadId: '',
    isErased: false,
    enveloped: true,
    userId: viewer.userId,
    publishedBy: viewer.userId,
    idempotencyKey: null,
    createdAt: timeOfId(id),
    fannedOutAt: null,
    wantedBy: null,
    causedBy: null,
    causePath: [],
    traceId: null,
    traceparent: null,
    ...NOT_RECEIVED,
    body: envelopeOf({ documentType, event, createdAt: timeOfId(id) }, data.text),
    contentType: 'application/json',
  };
}

const published = (given: GivenEvent): NewEvent => ({ ...given, user: null, idempotencyKey: null, causedBy: null });

async function publish(
  db: Db,
  viewer: Viewer,
  id: string,
  given: GivenEvent,
  traceparent: string | null,
): Promise<BusinessEventRow> {
  await publishEvents(db, viewer, [{ ...published(given), id }], traceparent);
  // in the same transaction, before it can be fanned out
  await leaveOutbox(db, [{ id, wantedBy: 1 }], currentTime());
  return (await eventsById(db, [id])).get(id) as BusinessEventRow;
}

async function pastEvent(db: Db, id: string | null): Promise<OutboxEvent> {
  const event = id === null ? undefined : (await outboxEventsById(db, [id], MAX_RENDERED_AT_ONCE)).events.get(id);
  if (!event) throw inputError(['sample', 'eventId'], 'NOT_FOUND', 'There is no business event with this id.');
  return event;
}

function testDelivery(event: BusinessEventRow, webhook: OutgoingWebhook, rendered: RenderedRequest): NewDelivery {
  const delivery = newDelivery(event, webhook.id);
  return {
    ...delivery,
    ...PENDING,
    method: rendered.method,
    url: rendered.url,
    headers: JSON.stringify([...rendered.headers, TEST_HEADER]),
    payloadId: rendered.payload?.id ?? event.payloadId,
    nextAttemptAt: delivery.createdAt,
    held: false,
    waitsFor: null,
    test: true,
    jobId: newId(),
  };
}
