// Evaluates the condition and the templates of a webhook for an event, without a delivery.

import type { Viewer } from '../../access/viewer';
import { InputError, inputError } from '../../errors/errors';
import { eventsById, type OutboxEvent } from '../../events/business-event.store';
import { documentBytes, documentJson, envelopeOfBytes } from '../../events/data/envelope';
import { faultsOfContent, faultsOfEvent } from '../../events/event-faults';
import { payloadsById } from '../../events/payload.store';
import type { Db } from '../../sql/db';
import { subjectOf, type UserWords } from '../../templating/variables';
import { currentTime } from '../../time/clock';
import { findUserByName, usersById } from '../../users/user.store';
import { newId } from '../../values/ids';
import { type DraftFault, type DraftSettings, draftOf } from '../../webhooks/changes/draft-webhook';
import { refuseAuditReceivers } from '../../webhooks/changes/guarded-settings';
import { recordedHeader } from '../../webhooks/credentials/credential-settings';
import { credentialsOfWebhooks } from '../../webhooks/credentials/webhook-credential.store';
import { type PlannedRequest, planRequest } from '../../webhooks/request/request-plan';
import type { TargetPolicy } from '../../webhooks/request/target-url';
import { OWN_DOCUMENT_TYPE } from '../../webhooks/setting-limits';
import { type WebhookRow, webhooksById } from '../../webhooks/webhook.store';
import { matches } from '../engine/matching-webhooks';
import { wordsOf } from '../engine/render-requests';
import { conditionSkips } from '../engine/skip-reasons/condition';
import { decided } from '../engine/skip-reasons/evaluation';
import type { Skip } from '../engine/skip-reasons/skip';
import { evaluateTemplates } from '../engine/skip-reasons/template-error';
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
  /** Of a draft; what has faults is not evaluated. */
  faults: DraftFault[];
  /** The one that was evaluated; null: it has faults. */
  webhook: WebhookRow | null;
  /** null: there is no event, or nothing was evaluated. */
  matches: boolean | null;
  conditionHolds: boolean | null;
  skipReason: Skip['skipReason'] | null;
  skipMessage: string | null;
  /** null: a template fails. */
  request: { method: string; url: string; headers: [string, string][]; body: string } | null;
}

/** What is previewed. */
export interface Previewed {
  /** undefined: the draft of a new webhook. */
  id: string | null | undefined;
  draft: DraftSettings | null;
  /** null: no event is evaluated. */
  sample: Sample | null;
  /** The user of the event; null: its own user, or for a given document the viewer. */
  userName: string | null;
}

const NOTHING_EVALUATED: Omit<Preview, 'faults' | 'webhook'> = {
  matches: null,
  conditionHolds: null,
  skipReason: null,
  skipMessage: null,
  request: null,
};

/** Renders the request even if the condition is false. @param given faults of single values of the draft */
export async function previewWebhook(
  db: Db,
  viewer: Viewer,
  policy: TargetPolicy,
  { id, draft, sample, userName }: Previewed,
  given: readonly DraftFault[],
): Promise<Preview> {
  const stored = id === undefined ? null : await webhookToPreview(db, id);
  if (stored) refuseAuditReceivers(viewer, [stored]);
  // values beyond their limits are not read any further
  if (given.length > 0) return { ...NOTHING_EVALUATED, faults: [...given], webhook: null };
  const { webhook, faults } =
    stored && !draft ? { webhook: stored, faults: [] } : draftOf(stored, draft ?? {}, viewer, policy);
  if (faults.length > 0) return { ...NOTHING_EVALUATED, faults, webhook: null };
  if (!sample) return { ...NOTHING_EVALUATED, faults, webhook };
  return { faults, webhook, ...(await evaluated(db, viewer, webhook, sample, userName)) };
}

async function evaluated(
  db: Db,
  viewer: Viewer,
  webhook: WebhookRow,
  sample: Sample,
  userName: string | null,
): Promise<Omit<Preview, 'faults' | 'webhook'>> {
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
  const faults = faultsOf({ ...given, user: null, idempotencyKey: null, causedBy: null }, ['sample', 'given']);
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
  if (!event) throw inputError(['sample', 'eventId'], 'NOT_FOUND', 'There is no business event with this id.');
  const payload = event.isErased ? null : (await payloadsById(db, [event.payloadId])).get(event.payloadId);
  if (!payload?.body)
    throw inputError(['sample', 'eventId'], 'CONFLICT', 'The data of this business event was erased.');
  const user = (await usersById(db, [event.userId])).get(event.userId);
  const { contentType } = payload;
  const body = documentBytes(event, payload.body);
  const document = documentJson(body, contentType);
  return { ...event, body, document, contentType, user: { name: user?.name ?? '', fullName: user?.fullName ?? null } };
}
