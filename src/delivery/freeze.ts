// What a delivery will be: decided once, when its event is fanned out, and never again.
import { setImmediate } from 'node:timers/promises';
import type { OutboxEvent } from '../events/business-event.store';
import { newPayload, type Payload } from '../events/payload.store';
import { toNodeId } from '../ids';
import type { Db } from '../sql/db';
import { usersById } from '../users/user.store';
import { type PlannedRequest, planRequest, type RequestPlan } from '../webhooks/request-plan';
import { type EventWords, type Subject, subjectOf, type UserWords } from '../webhooks/subject';
import type { WebhookRow } from '../webhooks/webhook.store';
import { defaultBody, eventType } from './default-body';
import { decideAll, type Evaluation, renderAll, type Skip } from './evaluate';
import { keepTransaction } from './transaction.store';

/** An event, and a webhook that asks for events like it. */
export interface Wanted {
  event: OutboxEvent;
  webhook: WebhookRow;
}

/** A request as every attempt will send it, but for signature and credentials; or why there is none. */
export type Frozen = { method: string; url: string; headers: [string, string][]; payload: Payload } | Skip;

type Planned = Wanted & { plan: RequestPlan };

/** @returns one for each, in the order given. Equal bodies of one event share a payload: it is stored once. */
export async function freezeRequests(db: Db, wanted: readonly Wanted[]): Promise<Frozen[]> {
  const plans = new Map<WebhookRow, RequestPlan>();
  const planned = wanted.map(({ event, webhook }): Planned => {
    const plan = plans.get(webhook) ?? planRequest(webhook);
    plans.set(webhook, plan);
    return { event, webhook, plan };
  });
  const requests = await requestsFor(db, planned);
  const payloads = new Map<string, Payload>();
  return planned.map(({ event, webhook }, index) => {
    const request = requests[index] as PlannedRequest | Skip;
    if ('skipReason' in request) return request;
    const payload = payloadFor(payloads, event, event.body as Buffer, request);
    return { method: webhook.method, url: request.url, headers: request.headers, payload };
  });
}

const ERASED: Skip = {
  skipReason: 'TEMPLATE_ERROR',
  skipMessage: 'The data of the event was erased before the event became a delivery.',
};

async function requestsFor(db: Db, planned: readonly Planned[]): Promise<(PlannedRequest | Skip | null)[]> {
  const requests = planned.map(({ event, plan }) => (event.body === null ? ERASED : plan.fixed));
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
    requests[open[at] as number] = rendered[position] as PlannedRequest | Skip;
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
  return subjectOf(wordsOf(event), { name, fullName }, event.body as Buffer);
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
  document: Buffer,
  { body, contentType }: PlannedRequest,
): Payload {
  const key = `${event.id} ${contentType}\n${body ?? ''}`;
  const known = payloads.get(key);
  if (known) return known;
  const payload = newPayload(body === null ? defaultBody(event, document) : Buffer.from(body), contentType);
  payloads.set(key, payload);
  return payload;
}

const SIGN_OF_LIFE_MS = 10_000;

// Very many slow conditions take minutes, and the server ends a transaction in which nothing happens for one.
function pauseIn(db: Db): () => Promise<void> {
  let last = Date.now();
  return async () => {
    await setImmediate();
    if (Date.now() - last < SIGN_OF_LIFE_MS) return;
    last = Date.now();
    await keepTransaction(db);
  };
}
