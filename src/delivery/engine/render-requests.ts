// Renders the request of a delivery: once, when its event is fanned out. All attempts send the same request.
import type { OutboxEvent } from '../../events/business-event.store';
import { documentBytes, documentJson, envelopeOfBytes, eventType } from '../../events/data/envelope';
import { newPayload, type Payload } from '../../events/payload.store';
import { requestHeadersById } from '../../request-log/request-log.store';
import type { Db } from '../../sql/db';
import type { Undecided } from '../../templating/time-limit';
import { type EventWords, type Subject, subjectOf, type UserWords } from '../../templating/variables';
import { usersById } from '../../users/user.store';
import { toNodeId } from '../../values/ids';
import { readHeaderPairs } from '../../values/text';
import { type PlannedRequest, planRequest, type RequestPlan } from '../../webhooks/request/request-plan';
import type { BodyFormat } from '../../webhooks/webhook.entity';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { passedHeaders } from './passed-headers';
import { conditionSkips } from './skip-reasons/condition';
import { decided, type Evaluation, isUndecided } from './skip-reasons/evaluation';
import type { Match, Skip } from './skip-reasons/skip';
import { bytesOf, DATA_ERASED, evaluateTemplates, MAX_RENDERED_AT_ONCE } from './skip-reasons/template-error';

/** A request as every attempt sends it, except for signature and credentials. */
export interface RenderedRequest {
  method: string;
  url: string;
  headers: [string, string][];
  payloadId: string;
  /** The payload to insert; null: the body is that of the event, which is stored. */
  payload: Payload | null;
}

/** A request, or why none is sent. */
export type Rendered = RenderedRequest | Skip;

type Planned = Match & { plan: RequestPlan };

/**
 * Like `renderDecided`, for a caller that cannot defer decisions.
 * @returns for the first ones, at least one: no more follow once their requests have `MAX_RENDERED_AT_ONCE` bytes
 * @throws AppError if one is undecided
 */
export async function renderRequests(db: Db, matches: readonly Match[]): Promise<Rendered[]> {
  let rendered = firstThatFit(await renderDecided(db, matches));
  for (;;) {
    const open = [...rendered.keys()].filter((index) => isUndecided(rendered[index]));
    if (open.length === 0) return rendered as Rendered[];
    const again = await renderDecided(
      db,
      open.map((index) => matches[index] as Match),
    );
    if (again.every(isUndecided)) again.forEach(decided);
    for (const [place, index] of open.entries()) rendered[index] = again[place] as Rendered | Undecided;
    rendered = firstThatFit(rendered);
  }
}

// Undecided ones among them took too long; those after them may be undecided because of their bytes.
function firstThatFit(rendered: (Rendered | Undecided)[]): (Rendered | Undecided)[] {
  let bytes = 0;
  const last = rendered.findIndex((each) => {
    if ('url' in each) bytes += bytesOf({ ...each, body: each.payload?.body ?? null });
    return bytes >= MAX_RENDERED_AT_ONCE;
  });
  return last === -1 ? rendered : rendered.slice(0, last + 1);
}

/**
 * Takes no locks, and must hold none: conditions and templates may take long.
 * @returns one for each, in this order. Equal bodies of one event share a payload. After an undecided event, the further
 * events of the same webhook are undecided too
 */
export async function renderDecided(db: Db, matches: readonly Match[]): Promise<(Rendered | Undecided)[]> {
  const plans = new Map<WebhookRow, RequestPlan>();
  const planned = matches.map(({ event, webhook }): Planned => {
    const plan = plans.get(webhook) ?? planRequest(webhook);
    plans.set(webhook, plan);
    return { event, webhook, plan };
  });
  const requests = await requestsFor(db, planned);
  const received = await receivedHeaders(db, planned);
  const payloads = new Map<string, Payload>();
  return planned.map(({ event, webhook }, index) => {
    const request = requests[index] as PlannedRequest | Skip | Undecided;
    if ('skipReason' in request || isUndecided(request)) return request;
    const payload = isOfEvent(event, webhook, request) ? null : payloadFor(payloads, event, webhook, request);
    const headers = withPassed(request, event, webhook, received);
    return { method: webhook.method, url: request.url, headers, payloadId: payload?.id ?? event.payloadId, payload };
  });
}

/** The payloads to insert, each once. */
export function newPayloadsOf(rendered: readonly (Rendered | Undecided)[]): Payload[] {
  const payloads = rendered.map((each) => ('payload' in each ? each.payload : null));
  return [...new Set(payloads.filter((payload) => payload !== null))];
}

type Received = ReadonlyMap<string, { headers: string | null }>;

// The headers of the calls that events arrived in, for webhooks that pass headers on.
async function receivedHeaders(db: Db, planned: readonly Planned[]): Promise<Received> {
  const ids = planned.flatMap(({ event, webhook }) => (webhook.passHeaders.length > 0 ? (event.requestId ?? []) : []));
  return ids.length > 0 ? requestHeadersById(db, [...new Set(ids)]) : new Map();
}

function withPassed(
  { headers, contentType }: PlannedRequest,
  event: OutboxEvent,
  webhook: WebhookRow,
  received: Received,
): [string, string][] {
  const all = contentType === null && event.contentType !== '' ? [contentTypeOf(event), ...headers] : headers;
  const ofCall = event.requestId === null ? undefined : received.get(event.requestId);
  if (!ofCall) return all;
  const taken = new Set(all.map(([name]) => name.toLowerCase()));
  return [...all, ...passedHeaders(readHeaderPairs(ofCall.headers) ?? [], webhook.passHeaders, taken)];
}

function contentTypeOf(event: OutboxEvent): [string, string] {
  return ['content-type', event.contentType];
}

type Request = PlannedRequest | Skip | Undecided | null;

async function requestsFor(db: Db, planned: readonly Planned[]): Promise<Request[]> {
  const requests: Request[] = planned.map(({ event, plan }) => (event.body === null ? DATA_ERASED : plan.fixed));
  const open = [...planned.keys()].filter((index) => requests[index] !== DATA_ERASED && needsDocument(planned[index]));
  if (open.length === 0) return requests;
  const evaluations = await evaluationsOf(
    db,
    open.map((index) => planned[index] as Planned),
  );
  const skips = await conditionSkips(evaluations);
  const rendering = [...open.keys()].filter((at) => skips[at] === null && evaluations[at]?.plan.fixed === null);
  const rendered = await evaluateTemplates(rendering.map((at) => evaluations[at] as Evaluation));
  open.forEach((index, at) => {
    requests[index] = skips[at] ?? requests[index] ?? null;
  });
  rendering.forEach((at, position) => {
    requests[open[at] as number] = rendered[position] as Request;
  });
  return requests;
}

function needsDocument(planned: Planned | undefined): boolean {
  return planned !== undefined && (planned.webhook.condition !== null || planned.plan.fixed === null);
}

async function evaluationsOf(db: Db, planned: readonly Planned[]): Promise<Evaluation[]> {
  const asking = planned.filter(({ webhook, plan }) => plan.asksForUser || webhook.condition?.includes('user'));
  const userIds = [...new Set(asking.map(({ event }) => event.userId))];
  const users = userIds.length > 0 ? await usersById(db, userIds) : new Map<string, UserWords>();
  const subjects = new Map<string, Subject>();
  return planned.map(({ event, webhook, plan }) => {
    const subject = subjects.get(event.id) ?? subjectFor(event, users.get(event.userId));
    subjects.set(event.id, subject);
    return { webhook, plan, subject };
  });
}

function subjectFor(event: OutboxEvent, user: UserWords | undefined): Subject {
  const { name, fullName } = user ?? { name: '', fullName: null };
  return subjectOf(wordsOf(event), { name, fullName }, documentOf(event));
}

/** The variable `event` of conditions and templates. */
export function wordsOf(event: {
  id: string;
  documentType: string;
  event: string;
  referenceDocument: string;
  createdAt: Date;
}): EventWords {
  const { documentType, referenceDocument } = event;
  return {
    id: toNodeId('BusinessEvent', event.id),
    type: eventType(documentType, event.event),
    documentType,
    event: event.event,
    referenceDocument,
    createdAt: event.createdAt.toISOString(),
  };
}

/** Whether the body is the payload of the event. */
function isOfEvent(event: OutboxEvent, { bodyFormat }: WebhookRow, { body, contentType }: PlannedRequest): boolean {
  if (bodyFormat === 'ORIGINAL') return !event.enveloped;
  return body === null && event.enveloped && contentType === event.contentType;
}

function payloadFor(
  payloads: Map<string, Payload>,
  event: OutboxEvent,
  { bodyFormat }: WebhookRow,
  { body, contentType }: PlannedRequest,
): Payload {
  const type = contentType ?? event.contentType;
  const key = `${event.id} ${bodyFormat === 'ORIGINAL'} ${type}\n${body ?? ''}`;
  const known = payloads.get(key);
  if (known) return known;
  const payload = newPayload(body === null ? bodyOfEvent(event, bodyFormat) : Buffer.from(body), type);
  payloads.set(key, payload);
  return payload;
}

function bodyOfEvent(event: OutboxEvent, format: BodyFormat): Buffer {
  if (format === 'ORIGINAL') return documentBytes(event, event.body as Buffer);
  return envelopeOfBytes(event, documentOf(event));
}

function documentOf(event: OutboxEvent): Buffer {
  return documentJson(documentBytes(event, event.body as Buffer), event.contentType);
}
