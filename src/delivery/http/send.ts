// Sends one attempt: after it is signed, before its outcome is decided and settled.
import { readTargetUrl, type TargetPolicy } from '../../webhooks/request/target-url';
import { flattenHeaders } from '../outgoing-headers';
import { SendError, type SendErrorCode } from '../send-error';
import type { ClientCertificate } from './client-certificate';
import { createConnectionPool } from './connection-pool';
import { type Exchanged, type ExchangeRequest, exchange } from './exchange';
import { bodyTooLarge, statusError } from './exchange-error';
import { guardedConnector } from './guarded-connect';
import { type Lookup, lookupAddresses } from './guarded-lookup';
import type { BodyLimits, ResponseBody } from './response-body';

export type { SendErrorCode } from '../send-error';

export interface OutgoingRequest {
  method: string;
  url: string;
  headers: [string, string][];
  body: Buffer | null;
  /** From the wait for a connection to the last byte of the answer. */
  timeoutMs: number;
  /** Shown to a partner that asks for one. */
  certificate?: ClientCertificate | null;
}

export interface SendLimits extends BodyLimits {
  readonly responseHeaderBytes: number;
}

export interface SenderOptions extends Partial<SendLimits> {
  readonly responseBytesOnWire?: number;
  readonly connectionsPerOrigin?: number;
  readonly keepAliveMs?: number;
  readonly connectionMaxAgeMs?: number;
  /** Asked once per connection; the machine's resolver unless a test answers instead. */
  readonly lookup?: Lookup;
  /** PEM of the authorities to trust instead of Node's (which NODE_EXTRA_CA_CERTS extends). */
  readonly ca?: string;
}

export interface SendResult {
  /** Null when no answer began. With an error code as well, the answer was cut off. */
  responseStatus: number | null;
  /** In wire order, names as received, values as Latin-1. */
  responseHeaders: [string, string][] | null;
  /** Decompressed where that is possible; empty, not null, for an answer without a body. */
  responseBody: Buffer | null;
  /** How much was read, of which `responseBody` is the beginning. */
  responseBytes: number;
  /** The first `Retry-After` of the answer, as received; null where there is none. */
  retryAfter: string | null;
  /** Whether `responseBody` is less than what the partner sent or meant to send. */
  responseTruncated: boolean;
  errorCode: SendErrorCode | null;
  /** A sentence for a support agent: no secrets, nothing out of the answer's content. */
  error: string | null;
  /** The address that was dialled, also when the connection is an old one or never stood. */
  remoteAddress: string | null;
  durationMs: number;
}

export interface Sender {
  /** Never rejects: a failed delivery is a value. */
  send(request: OutgoingRequest): Promise<SendResult>;
  /** Lets what is under way finish (its deadline bounds that), then closes every connection. */
  stop(): Promise<void>;
}

// All that a worker has on the wire at once: who may have how much of it is decided per webhook (room.ts), and one slow
// webhook must not take the connections from another at the same host.
const CONNECTIONS_PER_ORIGIN = 1_024;

// 4 s, because common servers close an idle connection after 5 s (Node, Apache), whether they say so or not.
const DEFAULTS = {
  responseBytesKept: 64 * 1024,
  responseBytesRead: 1024 * 1024,
  responseHeaderBytes: 32 * 1024,
  // a body of 1 MiB in chunks of one byte is 6 MiB
  responseBytesOnWire: 16 * 1024 * 1024,
  connectionsPerOrigin: CONNECTIONS_PER_ORIGIN,
  keepAliveMs: 4000,
  connectionMaxAgeMs: 5 * 60_000,
  lookup: lookupAddresses,
};

export function createSender(policy: TargetPolicy, options: SenderOptions = {}): Sender {
  const settings = { ...DEFAULTS, ...options };
  const connector = guardedConnector({ policy, lookup: settings.lookup, ca: settings.ca });
  const pool = createConnectionPool({ ...settings, connector });
  const underWay = new Set<Promise<SendResult>>();
  let stopped = false;

  async function sendOne(request: OutgoingRequest): Promise<SendResult> {
    const startedAt = performance.now();
    const prepared = stopped
      ? new SendError('NOT_SENT', 'Nothing was sent: sending has stopped.')
      : prepare(request, policy);
    if (prepared instanceof SendError) return unsent(prepared);
    const exchanged = await exchange(pool, prepared, settings);
    const durationMs = Math.round(performance.now() - startedAt);
    return resultOf(exchanged, (await exchanged.body?.finish()) ?? null, prepared.url.host, durationMs, settings);
  }

  return {
    send: (request) => {
      const sending = sendOne(request);
      underWay.add(sending);
      return sending.finally(() => underWay.delete(sending));
    },
    stop: async () => {
      stopped = true;
      await Promise.all(underWay);
      pool.stop();
    },
  };
}

// Checked again at every send: the URL may have been saved under another policy, or come out of a template.
function prepare(request: OutgoingRequest, policy: TargetPolicy): ExchangeRequest | SendError {
  const url = readTargetUrl(request.url, policy);
  if (typeof url === 'string') return new SendError('BLOCKED_ADDRESS', `Nothing was sent. ${url}`);
  const headers = flattenHeaders(request.headers);
  return headers instanceof SendError
    ? headers
    : { ...request, url, headers, certificate: request.certificate ?? null };
}

/** The result of an attempt that never left: `why` is the rest of a sentence. */
export function notSent(why: string): SendResult {
  return unsent(new SendError('NOT_SENT', `Nothing was sent: ${why}.`));
}

/** Likewise, where more is known. */
export function unsent(failure: SendError, durationMs = 0): SendResult {
  const nothing = { status: null, headers: null, body: null, remoteAddress: null };
  return resultOf({ ...nothing, failure }, null, '', durationMs, DEFAULTS);
}

function resultOf(
  exchanged: Exchanged,
  body: ResponseBody | null,
  host: string,
  durationMs: number,
  limits: BodyLimits,
): SendResult {
  const failure = exchanged.failure ?? answerFailure(exchanged.status, body, host, limits);
  return {
    responseStatus: exchanged.status,
    responseHeaders: exchanged.headers,
    responseBody: body?.kept ?? null,
    responseBytes: body?.bytes ?? 0,
    retryAfter: exchanged.headers?.find(([name]) => name.toLowerCase() === 'retry-after')?.[1] ?? null,
    responseTruncated: body !== null && (exchanged.failure !== null || body.kept.length < body.bytes),
    errorCode: failure?.errorCode ?? null,
    error: failure?.message ?? null,
    remoteAddress: exchanged.remoteAddress,
    durationMs,
  };
}

function answerFailure(
  status: number | null,
  body: ResponseBody | null,
  host: string,
  limits: BodyLimits,
): SendError | null {
  if (body?.tooLarge) return bodyTooLarge(host, limits.responseBytesRead);
  return status === null || (status >= 200 && status < 300) ? null : statusError(host, status);
}
