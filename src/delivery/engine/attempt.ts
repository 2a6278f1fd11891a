// An attempt of a delivery: its signed request, and the row that is opened for it.

import type { OpenRequest } from '../../request-log/open-close.store';
import type { Db } from '../../sql/db';
import type { Span } from '../../tracing/span';
import { startSpan } from '../../tracing/tracing';
import { newId, timeOfId, toNodeId } from '../../values/ids';
import { newSalt } from '../../values/random';
import type { Credentials } from '../authentication/decrypt-credentials';
import { type SigningSecrets, signatureHeaders } from '../authentication/sign';
import type { DueDelivery, DueWebhook } from '../delivery.store';

/** One attempt of a delivery, with an open request row. */
export interface Attempt {
  requestId: string;
  delivery: DueDelivery;
  webhook: DueWebhook;
  attemptNumber: number;
  startedAt: Date;
  /** The rendered headers and the signature. The headers of the credentials follow them. */
  headers: [string, string][];
  credentials: Credentials;
  secretId: string | null;
  /** Why nothing can be sent; null: it can. */
  fault: string | null;
  span: Span;
}

/**
 * Signs the next attempt of a delivery.
 * @param evidenceHead of `headFor`
 */
export function prepareAttempt(
  delivery: DueDelivery,
  webhook: DueWebhook,
  { keys, fault: noKeys }: SigningSecrets,
  credentials: Credentials,
  evidenceHead: string | null,
): Attempt {
  const requestId = newId();
  const startedAt = timeOfId(requestId);
  // an empty body is valid, and is signed
  const fault = delivery.body === null ? 'its payload was erased' : noKeys;
  const signature = signatureHeaders(
    toNodeId('Delivery', delivery.id),
    Math.floor(startedAt.getTime() / 1000),
    delivery.body ?? Buffer.alloc(0),
    keys,
  );
  const span = attemptSpan(delivery, requestId);
  return {
    requestId,
    delivery,
    webhook,
    attemptNumber: delivery.attempts + 1,
    startedAt,
    headers: [
      ...(JSON.parse(delivery.headers) as [string, string][]),
      ...headHeader(webhook, evidenceHead),
      ...traceHeader(webhook, span),
      ...(fault === null ? signature : []),
    ],
    credentials,
    secretId: keys[0]?.id ?? null,
    fault,
    span,
  };
}

function attemptSpan({ id, webhookId, method, attempts, traceparent }: DueDelivery, requestId: string): Span {
  const span = startSpan('attempt', traceparent, 'CLIENT');
  span.set(() => ({
    'http.request.method': method,
    'http.request.resend_count': attempts,
    'hookledger.delivery': toNodeId('Delivery', id),
    'hookledger.request': toNodeId('WebhookRequestLog', requestId),
    'hookledger.webhook': toNodeId('Webhook', webhookId),
  }));
  return span;
}

/** The newest head of the sealed log, as a header has it; null: nothing was sealed yet. */
export type ReadEvidenceHead = (db: Db) => Promise<string | null>;

/** The head for attempts to these webhooks. */
export async function headFor(
  db: Db,
  read: ReadEvidenceHead,
  webhooks: Iterable<Pick<DueWebhook, 'sendEvidenceHead'>>,
): Promise<string | null> {
  const isWanted = [...webhooks].some(({ sendEvidenceHead }) => sendEvidenceHead);
  return isWanted ? read(db) : null;
}

function headHeader({ sendEvidenceHead }: DueWebhook, head: string | null): [string, string][] {
  return sendEvidenceHead && head !== null ? [['hookledger-head', head]] : [];
}

function traceHeader({ sendTraceparent }: DueWebhook, { traceparent }: Span): [string, string][] {
  return sendTraceparent && traceparent !== null ? [['traceparent', traceparent]] : [];
}

/** Whether an attempt counts towards the max_concurrency of its webhook. */
export function takesSlot(attempt: Attempt): boolean {
  return attempt.webhook.maxConcurrency !== null;
}

export function slotOf({ webhook, requestId }: Attempt): { webhookId: string; requestId: string } {
  return { webhookId: webhook.id, requestId };
}

export function rowFor({ delivery, requestId, attemptNumber, startedAt, secretId, ...attempt }: Attempt): OpenRequest {
  return {
    id: requestId,
    deliveryId: delivery.id,
    attemptNumber,
    headers: JSON.stringify([...attempt.headers, ...attempt.credentials.recordedHeaders]),
    payloadId: delivery.payloadId,
    secretId,
    startedAt,
    contentSalt: newSalt(),
  };
}
