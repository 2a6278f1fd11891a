// Evaluates the condition and the templates of a webhook for an event, without a delivery.
import { currentTime } from '../../clock';
import { InputError, inputError } from '../../errors';
import { eventsById, type OutboxEvent } from '../../events/business-event.store';
import { documentJson } from '../../events/data/data-as-json';
import { documentBytes, envelopeOfBytes } from '../../events/data/envelope';
import { faultsOfContent, faultsOfEvent } from '../../events/event-faults';
import { payloadsById } from '../../events/payload.store';
import { newId } from '../../ids';
import type { Db } from '../../sql/db';
import { subjectOf, type UserWords } from '../../templating/subject';
import { findUserByName, usersById } from '../../users/user.store';
import type { Viewer } from '../../viewer';
import { refuseAuditReceivers } from '../../webhooks/changes/guarded-settings';
import { recordedHeader } from '../../webhooks/credentials/recorded-header';
import { credentialsOfWebhooks } from '../../webhooks/credentials/webhook-credential.store';
import { OWN_DOCUMENT_TYPE } from '../../webhooks/own-document-type';
import { type PlannedRequest, planRequest } from '../../webhooks/request/request-plan';
import { type WebhookRow, webhooksById } from '../../webhooks/webhook.store';
import { evaluateTemplates } from '../fan-out/evaluate-templates';
import { matches } from '../fan-out/matches';
import { wordsOf } from '../fan-out/render-requests';
import { conditionSkips } from '../fan-out/skip-reasons/condition-false';
import { decided } from '../fan-out/skip-reasons/evaluation';
import type { Skip } from '../fan-out/skip-reasons/skip';
import type { Sample } from './test-webhook';

type PreviewedEvent = Pick<
  OutboxEvent,
  'id' | 'documentType' | 'event' | 'referenceDocument' | 'createdAt' | 'directedTo' | 'contentType'
> & {
  body: Buffer;
  /** The body as JSON. */
  document: Buffer;
  user: UserWords;
};

export interface Preview {
  matches: boolean;
  conditionHolds: boolean | null;
  skipReason: Skip['skipReason'] | null;
  skipMessage: string | null;
  /** null: a template fails. */
  request: { method: string; url: string; headers: [string, string][]; body: string } | null;
}

/**
 * Renders the request even if the condition is false.
 * @param userName the user of the event; null: its own user, or for a given document the viewer
 */
export async function previewWebhook(
  db: Db,
  viewer: Viewer,
  id: string | null,
  sample: Sample,
  userName: string | null,
): Promise<Preview> {
  const webhook = await webhookToPreview(db, id);
  refuseAuditReceivers(viewer, [webhook]);
  const event = 'event' in sample ? givenEvent(sample.event) : await pastEvent(db, sample.eventId);
  const named = userName ?? ('event' in sample ? viewer.name : null);
  if (named !== null) {
    const { name, fullName } = (await findUserByName(db, named)) ?? { name: named, fullName: null };
    event.user = { name, fullName };
  }
  const plan = planRequest(webhook);
  const evaluation = { webhook, plan, subject: subjectOf(wordsOf(event), event.user, event.document) };
  const [decision = null] = (await conditionSkips([evaluation])).map(decided);
  const [rendered] = plan.fixed ? [plan.fixed] : (await evaluateTemplates([evaluation])).map(decided);
  const failure = rendered && 'skipReason' in rendered ? rendered : null;
  const skip = decision ?? failure;
  const planned = failure === null ? (rendered as PlannedRequest) : null;
  return {
    matches: matches(webhook, event),
    conditionHolds: webhook.condition === null ? null : holds(decision),
    skipReason: skip?.skipReason ?? null,
    skipMessage: skip && messageOf(skip),
    request: planned && (await shownRequest(db, webhook, event, planned)),
  };
}

function holds(decision: Skip | null): boolean | null {
  if (decision === null) return true;
  return decision.skipReason === 'CONDITION_FALSE' ? false : null;
}

function messageOf({ skipMessage, place }: Skip): string {
  return place === undefined ? skipMessage : `${skipMessage} Its output has the fault at ${place}.`;
}

async function shownRequest(db: Db, webhook: WebhookRow, event: PreviewedEvent, planned: PlannedRequest) {
  const credentials = (await credentialsOfWebhooks(db, [webhook.id])).map(recordedHeader);
  const ofCredentials = credentials.filter((header) => header !== null);
  const isOwn = planned.contentType === null && event.contentType !== '';
  const ownType: [string, string][] = isOwn ? [['content-type', event.contentType]] : [];
  return {
    method: webhook.method,
    url: planned.url,
    headers: [...ownType, ...planned.headers, ...ofCredentials],
    body: planned.body ?? wholeBody(webhook, event).toString('utf8'),
  };
}

function wholeBody(webhook: WebhookRow, event: PreviewedEvent): Buffer {
  return webhook.bodyFormat === 'ORIGINAL' ? event.body : envelopeOfBytes(event, event.document);
}

async function webhookToPreview(db: Db, id: string | null): Promise<WebhookRow> {
  const webhook = id === null ? undefined : (await webhooksById(db, [id])).get(id);
  if (!webhook) throw inputError(['id'], 'NOT_FOUND', 'There is no webhook with this id.');
  if (webhook.direction === 'OUTGOING') return webhook;
  throw inputError(['id'], 'INVALID', `${webhook.name} is ${webhook.direction}: only OUTGOING webhooks send requests.`);
}

function givenEvent(given: Extract<Sample, { event: unknown }>['event']): PreviewedEvent {
  // allowed for Hookledger's own events too, because nothing is published: a webhook can be tried before the first one
  const faultsOf = given.documentType === OWN_DOCUMENT_TYPE ? faultsOfContent : faultsOfEvent;
  const faults = faultsOf({ ...given, user: null, idempotencyKey: null, causedBy: null }, []);
  if (faults.length > 0) throw new InputError(faults);
  const { documentType, event, referenceDocument, data } = given;
  return {
    id: newId(),
    documentType,
    event,
    referenceDocument,
    createdAt: currentTime(),
    directedTo: null,
    body: Buffer.from(data.text),
    document: Buffer.from(data.text),
    contentType: 'application/json',
    user: { name: '', fullName: null },
  };
}

async function pastEvent(db: Db, id: string | null): Promise<PreviewedEvent> {
  const event = id === null ? undefined : (await eventsById(db, [id])).get(id);
  if (!event) throw inputError(['eventId'], 'NOT_FOUND', 'There is no business event with this id.');
  const payload = event.isErased ? null : (await payloadsById(db, [event.payloadId])).get(event.payloadId);
  if (!payload?.body) throw inputError(['eventId'], 'CONFLICT', 'The data of this business event was erased.');
  const user = (await usersById(db, [event.userId])).get(event.userId);
  const { contentType } = payload;
  const body = documentBytes(event, payload.body);
  const document = documentJson(body, contentType);
  return { ...event, body, document, contentType, user: { name: user?.name ?? '', fullName: user?.fullName ?? null } };
}
