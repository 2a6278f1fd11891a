// What a delivery will be: decided once, when its event is fanned out, and never again.
import { setImmediate } from 'node:timers/promises';
import type { OutboxEvent } from '../../events/business-event.store';
import { documentJson } from '../../events/document-json';
import { newPayload, type Payload } from '../../events/payload.store';
import { readHeaderPairs } from '../../header-pairs';
import { toNodeId } from '../../ids';
import { requestHeadersById } from '../../request-log/request-log.store';
import type { Db } from '../../sql/db';
import { type EventWords, type Subject, subjectOf, type UserWords } from '../../templating/subject';
import type { Undecided } from '../../templating/time-limit';
import { usersById } from '../../users/user.store';
import { type PlannedRequest, planRequest, type RequestPlan } from '../../webhooks/request/request-plan';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { keepTransaction } from '../queue/transaction.store';
import { defaultBody, eventType } from './default-body';
import { decideAll, decided, type Evaluation, isUndecided, renderAll, type Skip } from './evaluate';
import { passedHeaders } from './passed-headers';

/** An event, and a webhook that asks for events like it. */
export interface Wanted {
  event: OutboxEvent;
  webhook: WebhookRow;
}

/** A request as every attempt will send it, but for signature and credentials. */
export interface RenderedRequest {
  method: string;
  url: string;
  headers: [string, string][];
  payloadId: string;
  /** To be stored; null: its body is that of the event, which is. */
  payload: Payload | null;
}

/** What is sent, or why nothing is. */
export type Rendered = RenderedRequest | Skip;

type Planned = Wanted & { plan: RequestPlan };

/** Like `freezeDecided`, for a caller that leaves nothing for later. @throws AppError if one cannot be decided now */
export async function renderRequests(db: Db, wanted: readonly Wanted[]): Promise<Rendered[]> {
  const frozen = await freezeDecided(db, wanted);
  for (;;) {
    const open = [...frozen.keys()].filter((index) => isUndecided(frozen[index]));
    if (open.length === 0) return frozen as Rendered[];
    const again = await freezeDecided(
      db,
      open.map((index) => wanted[index] as Wanted),
    );
    if (again.every(isUndecided)) again.forEach(decided);
    for (const [place, index] of open.entries()) frozen[index] = again[place] as Rendered | Undecided;
  }
}

/**
 * @returns one for each, in the order given. Equal bodies of one event share a payload: it is stored once. Of one webhook,
 * no request stands after an event that is undecided
 */
export async function freezeDecided(db: Db, wanted: readonly Wanted[]): Promise<(Rendered | Undecided)[]> {
  const plans = new Map<WebhookRow, RequestPlan>();
  const planned = wanted.map(({ event, webhook }): Planned => {
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
    const payload = webhook.bodyFormat === 'ORIGINAL' ? null : payloadFor(payloads, event, request);
    const headers = withPassed(request, event, webhook, received);
    return { method: webhook.method, url: request.url, headers, payloadId: payload?.id ?? event.payloadId, payload };
  });
}

/** The payloads that are not stored yet, each once. */
export function newPayloadsOf(frozen: readonly (Rendered | Undecided)[]): Payload[] {
  const payloads = frozen.map((each) => ('payload' in each ? each.payload : null));
  return [...new Set(payloads.filter((payload) => payload !== null))];
}

type Received = ReadonlyMap<string, { headers: string | null }>;

// Of the calls that events came as, where a webhook passes headers on.
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

const ERASED: Skip = {
  skipReason: 'TEMPLATE_ERROR',
  skipMessage: 'The data of the event was erased before the event became a delivery.',
};

type Answer = PlannedRequest | Skip | Undecided | null;

async function requestsFor(db: Db, planned: readonly Planned[]): Promise<Answer[]> {
  const requests: Answer[] = planned.map(({ event, plan }) => (event.body === null ? ERASED : plan.fixed));
  const open = [...planned.keys()].filter((index) => requests[index] !== ERASED && needsDocument(planned[index]));
  if (open.length === 0) return requests;
  const pause = pauseIn(db);
  const evaluations = await evaluationsOf(
    db,
    open.map((index) => planned[index] as Planned),
  );
  const skips = await decideAll(evaluations, pause);
  const rendering = [...open.keys()].filter((at) => skips[at] === null && evaluations[at]?.plan.fixed === null);
  const rendered = await renderAll(
    rendering.map((at) => evaluations[at] as Evaluation),
    pause,
  );
  open.forEach((index, at) => {
    requests[index] = skips[at] ?? requests[index] ?? null;
  });
  rendering.forEach((at, position) => {
    requests[open[at] as number] = rendered[position] as Answer;
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

/** What conditions and templates know as `event`. */
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

function payloadFor(
  payloads: Map<string, Payload>,
  event: OutboxEvent,
  { body, contentType }: PlannedRequest,
): Payload {
  const key = `${event.id} ${contentType}\n${body ?? ''}`;
  const known = payloads.get(key);
  if (known) return known;
  const bytes = body === null ? defaultBody(event, documentOf(event)) : Buffer.from(body);
  const payload = newPayload(bytes, contentType as string);
  payloads.set(key, payload);
  return payload;
}

function documentOf({ body, contentType }: OutboxEvent): Buffer {
  return documentJson(body as Buffer, contentType);
}

const SIGN_OF_LIFE_MS = 10_000;

// Very many slow conditions take minutes, and the server ends a transaction in which nothing happens for one.
function pauseIn(db: Db): () => Promise<void> {
  let last = performance.now();
  return async () => {
    await setImmediate();
    if (performance.now() - last < SIGN_OF_LIFE_MS) return;
    last = performance.now();
    await keepTransaction(db);
  };
}
