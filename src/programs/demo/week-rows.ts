// The rows of a planned week, as the product would have written them. Digests, leaves, decisions and the feed are left to triggers.
import { createSecretKey } from 'node:crypto';
import { v7 } from 'uuid';
import { signatureHeaders } from '../../delivery/authentication/sign';
import { connectError } from '../../delivery/http/connect-error';
import { timeoutError } from '../../delivery/http/exchange-error';
import { DEFAULT_BODY_LIMITS } from '../../delivery/http/response';
import { responseFailure } from '../../delivery/http/response-status';
import type { SendError } from '../../delivery/send-error';
import { envelopeOf } from '../../events/data/envelope';
import { toNodeId } from '../../values/ids';
import type { Row, Rows } from './week.store';
import { TIMEOUT_MS, type Trouble } from './week-partners';
import type { PlannedAttempt, PlannedDelivery, PlannedEvent } from './week-plan';

export function noRows(): Rows {
  return {
    payloads: [],
    business_events: [],
    deliveries: [],
    finished_deliveries: [],
    open_deliveries: [],
    delivery_jobs: [],
    webhook_request_logs: [],
    incoming_ids: [],
  };
}

/** What a webhook was agreed with. */
export interface Agreed {
  webhookId: string;
  secretId: string;
  /** `whsec_...`, or the text of the key. */
  secret: string;
  /** INCOMING: the user of its calls. */
  userId: string;
}

export interface Parties {
  /** By the name of the partner. */
  outgoing: ReadonlyMap<string, Agreed>;
  /** The ids of the people. */
  people: readonly string[];
  /** The business system that publishes. */
  publisher: { userId: string; apiKeyId: string };
}

export const idAt = (ms: number) => v7({ msecs: ms });
export const timeAt = (ms: number) => new Date(ms).toISOString();
export const bytes = (content: Buffer | string) => `\\x${Buffer.from(content).toString('hex')}`;

export function payloadRow(id: string, body: Buffer): Row {
  return { id, body: bytes(body), byte_length: body.length, content_type: 'application/json' };
}

/** An event that the business system has published, with what was owed for it. */
export function addEvent(rows: Rows, planned: PlannedEvent, parties: Parties): void {
  const { documentType, name, createdMs } = planned;
  const id = idAt(createdMs);
  const payloadId = idAt(createdMs);
  const createdAt = new Date(createdMs);
  const body = envelopeOf({ documentType, event: 'on_submit', createdAt }, planned.document);
  const what = { document_type: documentType, event: 'on_submit', reference_document: name };
  const userId = parties.people[planned.person] as string;
  rows.payloads.push(payloadRow(payloadId, body));
  rows.business_events.push({
    id,
    ...what,
    payload_id: payloadId,
    enveloped: true,
    user_id: userId,
    published_by: parties.publisher.userId,
    api_key_id: parties.publisher.apiKeyId,
    remote_address: '127.0.0.1',
    idempotency_key: null,
    request_id: null,
    created_at: timeAt(createdMs),
    fanned_out_at: timeAt(createdMs + 4),
    wanted_by: planned.deliveries.length,
  });
  for (const delivery of planned.deliveries) {
    addDelivery(
      rows,
      delivery,
      { ...what, business_event_id: id, user_id: userId },
      { createdMs, payloadId, body },
      parties,
    );
  }
}

interface Content {
  createdMs: number;
  payloadId: string;
  body: Buffer;
}

function addDelivery(rows: Rows, planned: PlannedDelivery, names: Row, content: Content, { outgoing }: Parties): void {
  const { partner, isWanted, attempts, nextMs } = planned;
  const agreed = outgoing.get(partner.name) as Agreed;
  const id = idAt(content.createdMs + 4);
  const last = attempts.at(-1);
  const status = statusOf(planned);
  const endMs = last ? last.startedMs + last.durationMs : content.createdMs + 4;
  const finishedAt = nextMs === null ? timeAt(endMs) : null;
  const sent = { method: 'POST', url: partner.url, headers: JSON.stringify(HEADERS), payload_id: content.payloadId };
  const unsent = { method: null, url: null, headers: null, payload_id: null };
  const jobId = nextMs === null ? null : idAt(endMs);
  const state = { id, webhook_id: agreed.webhookId, document_type: names.document_type, status };
  const open = { held: false, waits_for: null, next_attempt_at: nextMs === null ? null : timeAt(nextMs) };
  rows.deliveries.push({
    ...names,
    ...state,
    ...open,
    finished_at: finishedAt,
    ...(isWanted ? sent : unsent),
    created_at: timeAt(content.createdMs + 4),
    skip_reason: isWanted ? null : 'CONDITION_FALSE',
    skip_message: isWanted ? null : `The condition is false: ${partner.condition}`,
    attempts: attempts.length,
    job_id: jobId,
    delivered_at: status === 'DELIVERED' ? finishedAt : null,
  });
  if (jobId === null) rows.finished_deliveries.push({ ...state, finished_at: finishedAt });
  else {
    rows.open_deliveries.push({ ...state, ...open });
    rows.delivery_jobs.push({ id: jobId, delivery_id: id, due_at: open.next_attempt_at });
  }
  for (const [index, attempt] of attempts.entries()) {
    const request = { ...names, ...sent, webhook_id: agreed.webhookId, delivery_id: id, attempt_number: index + 1 };
    rows.webhook_request_logs.push({ ...request, ...attemptRow(planned, attempt, id, content.body, agreed) });
  }
}

function statusOf({ isWanted, attempts, nextMs }: PlannedDelivery): string {
  if (!isWanted) return 'SKIPPED';
  if (nextMs !== null) return attempts.length === 0 ? 'PENDING' : 'RETRYING';
  return attempts.at(-1)?.trouble === null ? 'DELIVERED' : 'EXHAUSTED';
}

/** Those of each request to a webhook without headers of its own. */
const HEADERS: [string, string][] = [
  ['content-type', 'application/json'],
  ['user-agent', 'Hookledger'],
];

function attemptRow(
  { partner }: PlannedDelivery,
  attempt: PlannedAttempt,
  id: string,
  body: Buffer,
  agreed: Agreed,
): Row {
  const { startedMs, durationMs, trouble } = attempt;
  const key = createSecretKey(Buffer.from(agreed.secret.replace(/^whsec_/, ''), 'base64'));
  const keys = [{ id: agreed.secretId, scheme: 'V1' as const, key }];
  const signature = signatureHeaders(toNodeId('Delivery', id), Math.floor(startedMs / 1_000), body, keys);
  const error = errorOf(trouble, new URL(partner.url).host);
  return {
    id: idAt(startedMs),
    direction: 'OUTGOING',
    duplicate: false,
    headers: JSON.stringify([...HEADERS, ...signature]),
    secret_id: agreed.secretId,
    started_at: timeAt(startedMs),
    status: trouble === null ? 'SUCCEEDED' : 'FAILED',
    finished_at: timeAt(startedMs + durationMs),
    duration_ms: durationMs,
    ...answerTo(trouble, id),
    error: error?.message ?? null,
    error_code: error?.errorCode ?? null,
    remote_address: trouble?.kind === 'REFUSED_CONNECTION' ? null : partner.address,
    ...timingOf(attempt),
  };
}

/** In the words of the product. */
function errorOf(trouble: Trouble, host: string): SendError | null {
  if (trouble === null) return null;
  if (trouble.kind === 'STATUS') return responseFailure(trouble.status, null, host, DEFAULT_BODY_LIMITS);
  if (trouble.kind === 'TIMEOUT') {
    return timeoutError('sent', { host, unreached: null, timeoutMs: TIMEOUT_MS, waitedMs: 0 });
  }
  return connectError(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), host, false);
}

function answerTo(trouble: Trouble, deliveryId: string): Row {
  if (trouble !== null && trouble.kind !== 'STATUS') {
    return {
      response_status: null,
      response_headers: null,
      response_body: null,
      response_bytes: null,
      response_truncated: null,
    };
  }
  const receipt = deliveryId.slice(-12);
  const body = trouble === null ? `{"ok":true,"receipt":"${receipt}"}` : trouble.answer;
  return {
    response_status: trouble?.status ?? 200,
    response_headers: JSON.stringify([
      ['content-type', 'application/json'],
      ['server', 'nginx'],
      ['content-length', String(Buffer.byteLength(body))],
    ]),
    response_body: bytes(body),
    response_bytes: Buffer.byteLength(body),
    response_truncated: false,
  };
}

/** Of a new connection; a connection that was refused has its times up to that. */
function timingOf({ durationMs, trouble }: PlannedAttempt): Row {
  if (trouble?.kind === 'REFUSED_CONNECTION') return { dns_ms: 1, connect_ms: null, tls_ms: null, first_byte_ms: null };
  const part = (share: number) => Math.max(1, Math.round(Math.min(durationMs, 400) * share));
  const answered = trouble?.kind === 'TIMEOUT' ? null : Math.max(1, durationMs - part(0.4));
  return { dns_ms: part(0.03), connect_ms: part(0.12), tls_ms: part(0.22), first_byte_ms: answered };
}
