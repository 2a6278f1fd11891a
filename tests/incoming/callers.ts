// Partners that call us: agreements with them, and calls that their own libraries sign.
import { createHash } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { uuidOf } from '../../src/values/ids';
import type { TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type RawAnswer, sendRaw } from '../support/raw-http';

// Its package.json says where it is to "import" alone, and jest asks for what can be required.
const OCTOKIT = '../../node_modules/@octokit/webhooks-methods/dist-node/index.js';
const { sign: signForGitHub } = require(OCTOKIT) as typeof import('@octokit/webhooks-methods');

/** An agreement, and what the partner received with it. */
export interface Agreed {
  id: string;
  address: string;
  token: string;
  /** null: somebody's own, or there is none. */
  secret: string | null;
}

/** @param input beside name and direction: any field of CreateWebhookInput */
export async function agree(app: TestApp, input: object = {}): Promise<Agreed> {
  const all = { name: 'Caller', direction: 'INCOMING', ...input };
  const made = await mutate(app, 'createWebhook', all, 'webhook { id } address token secret');
  if (made.userErrors.length > 0) throw new Error(JSON.stringify(made.userErrors));
  const { webhook, ...told } = made;
  return { id: webhook.id, ...told };
}

export type Headers = Record<string, string>;

let calls = 0;
/** Of a call that was not made before. */
export function newCallId(): string {
  calls += 1;
  return `msg_${Date.now()}_${calls}`;
}

/** As the library of Standard Webhooks signs. */
export function standardHeaders(
  secret: string,
  body: string | Buffer,
  { id = newCallId(), at = new Date() }: { id?: string; at?: Date } = {},
): Headers {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new StandardWebhook(secret).sign(id, at, asSigned(body)),
  };
}

/** As the library of Svix signs. */
export function svixHeaders(secret: string, body: string | Buffer, id = newCallId()): Headers {
  const at = new Date();
  return {
    'svix-id': id,
    'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
    'svix-signature': new SvixWebhook(secret).sign(id, at, asSigned(body)),
  };
}

/** As Octokit signs for GitHub. */
export async function githubHeaders(secret: string, body: string, event = 'push', id = newCallId()): Promise<Headers> {
  return {
    'X-GitHub-Event': event,
    'X-GitHub-Delivery': id,
    'X-Hub-Signature-256': await signForGitHub(secret, body),
  };
}

const stripe = new Stripe('sk_test_x');

/** As Stripe's own library signs. */
export function stripeHeaders(secret: string, payload: string, at = new Date()): Headers {
  const timestamp = Math.floor(at.getTime() / 1000);
  return { 'Stripe-Signature': stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }) };
}

// The libraries take text. Bytes that are no UTF-8 cannot be signed with them: such bodies go to other providers.
function asSigned(body: string | Buffer): string {
  const text = body.toString();
  if (!Buffer.from(text).equals(Buffer.from(body))) throw new Error('the library would sign other bytes');
  return text;
}

export const JSON_TYPE = { 'content-type': 'application/json' };

/** Calls an agreement of provider STANDARD_WEBHOOKS, signed. */
export function callStandard(
  { address, secret }: Agreed,
  body: string | Buffer,
  { headers = JSON_TYPE, id, at }: { headers?: Headers; id?: string; at?: Date } = {},
): Promise<RawAnswer> {
  return sendRaw(address, { headers: { ...headers, ...standardHeaders(secret as string, body, { id, at }) }, body });
}

/** Calls without any signature: for provider NONE, or to be refused. */
export function callUnsigned(
  { address }: Pick<Agreed, 'address'>,
  body: string | Buffer,
  headers: Headers = JSON_TYPE,
) {
  return sendRaw(address, { headers, body });
}

/** A row of the log as the table has it. */
export interface ReceivedRow {
  id: string;
  direction: string;
  status: string;
  errorCode: string | null;
  error: string | null;
  duplicate: boolean;
  documentType: string | null;
  event: string | null;
  referenceDocument: string | null;
  businessEventId: string | null;
  method: string;
  url: string;
  headers: [string, string][];
  responseStatus: number | null;
  responseHeaders: [string, string][] | null;
  responseBody: string | null;
  remoteAddress: string | null;
  durationMs: number | null;
  secretId: string | null;
  /** Decoded. */
  data: Buffer;
  dataType: string;
  dataBytes: number;
  /** As on the wire; null: the same. */
  wire: Buffer | null;
}

/** What was received under an agreement, oldest first. */
export async function receivedBy(app: TestApp, { id }: { id: string }): Promise<ReceivedRow[]> {
  const rows = await app.database.query<Record<keyof ReceivedRow, unknown>>(
    `select r.id, r.direction, r.status, r.error_code as "errorCode", r.error, r.duplicate,
       r.document_type as "documentType", r.event, r.reference_document as "referenceDocument",
       r.business_event_id as "businessEventId", r.method, r.url, r.headers::json as headers,
       r.response_status as "responseStatus", r.response_headers::json as "responseHeaders",
       convert_from(r.response_body, 'UTF8') as "responseBody", r.remote_address as "remoteAddress",
       r.duration_ms as "durationMs", r.secret_id as "secretId", p.body as data, p.content_type as "dataType",
       p.byte_length as "dataBytes", w.body as wire
     from webhook_request_logs r left join payloads p on p.id = r.payload_id left join payloads w on w.id = r.wire_payload_id
     where r.webhook_id = $1 order by r.id`,
    [uuidOf('Webhook', id)],
  );
  return rows as unknown as ReceivedRow[];
}

/** The latest of them. */
export async function lastReceived(app: TestApp, agreed: { id: string }): Promise<ReceivedRow> {
  const row = (await receivedBy(app, agreed)).at(-1);
  if (!row) throw new Error('nothing was received');
  return row;
}

export interface EventRow {
  id: string;
  documentType: string;
  event: string;
  referenceDocument: string;
  requestId: string;
  causedBy: string | null;
  directedTo: string[] | null;
  data: Buffer;
  dataType: string;
}

/** The events that calls of an agreement became, oldest first. */
export function eventsOf(app: TestApp, { id }: { id: string }): Promise<EventRow[]> {
  return app.database.query<EventRow>(
    `select e.id, e.document_type as "documentType", e.event, e.reference_document as "referenceDocument",
       e.request_id as "requestId", e.caused_by as "causedBy", e.directed_to as "directedTo", p.body as data,
       p.content_type as "dataType"
     from business_events e join webhook_request_logs r on r.id = e.request_id join payloads p on p.id = e.payload_id
     where r.webhook_id = $1 order by e.id`,
    [uuidOf('Webhook', id)],
  );
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
