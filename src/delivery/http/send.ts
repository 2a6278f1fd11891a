// Sends one attempt, after it is signed and before its outcome is decided.
import { NOT_MEASURED, type RequestTiming } from '../../request-log/request-log.store';
import { readProxyUrl, readTargetUrl, type TargetPolicy } from '../../webhooks/request/target-url';
import { SendError, type SendErrorCode } from '../send-error';
import { createConnectionPool, DEFAULT_POOL_OPTIONS, type PoolOptions } from './connection-pool';
import { type ConnectionSettings, DIRECT } from './connection-settings';
import type { BodyLimits, ResponseBody } from './decompress-body';
import { type Lookup, lookupAddresses } from './dns-lookup';
import { type Exchanged, type ExchangeRequest, exchange } from './exchange';
import { guardedConnector } from './guarded-connect';
import { DEFAULT_BODY_LIMITS } from './response';
import { responseFailure } from './response-status';

export type { SendErrorCode } from '../send-error';

export interface OutgoingRequest extends Partial<ConnectionSettings> {
  method: string;
  url: string;
  headers: [string, string][];
  body: Buffer | null;
  /** From the wait for a connection to the last byte of the response. */
  timeoutMs: number;
}

export interface SenderOptions extends Partial<BodyLimits & Omit<PoolOptions, 'connector'>> {
  /** Called once per connection; default: the resolver of the machine. */
  readonly lookup?: Lookup;
  /** PEM of the authorities that replace Node's (which NODE_EXTRA_CA_CERTS extends). */
  readonly ca?: string;
}

export interface SendResult extends RequestTiming {
  /** Null: no response began. */
  responseStatus: number | null;
  /** In wire order, names as received, values as Latin-1. */
  responseHeaders: [string, string][] | null;
  /** Decompressed where possible; empty, not null, for a response without a body. */
  responseBody: Buffer | null;
  /** The number of bytes read, of which `responseBody` has the first. */
  responseBytes: number;
  /** The first `Retry-After` of the response, as received; null: none. */
  retryAfter: string | null;
  /** Whether `responseBody` is shorter than the body that the partner sent or began to send. */
  responseTruncated: boolean;
  errorCode: SendErrorCode | null;
  /** A sentence for a support agent, without secrets and without content of the response. */
  error: string | null;
  /** The address of the connection or of the last attempt to connect. */
  remoteAddress: string | null;
  durationMs: number;
}

export interface Sender {
  /** A failed delivery is a value. @throws Error for a fault of Hookledger itself */
  send(request: OutgoingRequest): Promise<SendResult>;
  /** Waits for running exchanges, each until its deadline at most, then closes all connections. */
  stop(): Promise<void>;
}

const DEFAULTS = { ...DEFAULT_BODY_LIMITS, ...DEFAULT_POOL_OPTIONS, lookup: lookupAddresses };

export function createSender(policy: TargetPolicy, options: SenderOptions = {}): Sender {
  const settings = { ...DEFAULTS, ...options };
  const connector = guardedConnector({ policy, lookup: settings.lookup, ca: settings.ca });
  const pool = createConnectionPool({ ...settings, connector });
  const running = new Set<Promise<void>>();
  let stopped = false;

  async function sendOne(request: OutgoingRequest): Promise<SendResult> {
    const startedAt = performance.now();
    const prepared = stopped
      ? new SendError('NOT_SENT', 'Nothing was sent: this process is stopping.')
      : prepare(request, policy);
    if (prepared instanceof SendError) return unsent(prepared);
    const exchanged = await exchange(pool, prepared, settings);
    const durationMs = Math.round(performance.now() - startedAt);
    return resultOf(exchanged, (await exchanged.body?.finish()) ?? null, prepared.url.host, durationMs, settings);
  }

  return {
    send: (request) => {
      const sending = sendOne(request);
      // without the result: V8 may keep what was in a set that lives long until it collects all garbage
      const end = () => void running.delete(ended);
      const ended: Promise<void> = sending.then(end, end);
      running.add(ended);
      return sending;
    },
    stop: async () => {
      stopped = true;
      await Promise.all(running);
      pool.stop();
    },
  };
}

// Checked at every send: the URL may have been saved under another policy, or come from a template.
function prepare(request: OutgoingRequest, policy: TargetPolicy): ExchangeRequest | SendError {
  const url = readTargetUrl(request.url, policy);
  if (typeof url === 'string') return new SendError('BLOCKED_ADDRESS', `Nothing was sent. ${url}`);
  const proxy = request.proxy ? readProxyUrl(request.proxy.url, policy) : null;
  if (typeof proxy === 'string') {
    return new SendError('BLOCKED_ADDRESS', `Nothing was sent. The proxy of this webhook cannot be used: ${proxy}`);
  }
  const headers = flattenHeaders(request.headers);
  return headers instanceof SendError ? headers : { ...DIRECT, ...request, url, headers };
}

/** The result of an attempt that was not sent. @param why the end of a sentence */
export function notSent(why: string): SendResult {
  return unsent(new SendError('NOT_SENT', `Nothing was sent: ${why}.`));
}

/** The result of an attempt that was not sent, with its error. */
export function unsent(failure: SendError, durationMs = 0): SendResult {
  const nothing = { status: null, headers: null, body: null, remoteAddress: null, timing: NOT_MEASURED };
  return resultOf({ ...nothing, failure }, null, '', durationMs, DEFAULTS);
}

function resultOf(
  exchanged: Exchanged,
  body: ResponseBody | null,
  host: string,
  durationMs: number,
  limits: BodyLimits,
): SendResult {
  const failure = exchanged.failure ?? responseFailure(exchanged.status, body, host, limits);
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
    ...exchanged.timing,
  };
}

/** Header pairs in undici's flat form, in order, with repetitions; or the error of a header that cannot be sent. */
function flattenHeaders(pairs: readonly (readonly [string, string])[]): string[] | SendError {
  const flat: string[] = [];
  for (const [name, value] of pairs) {
    const fault = framingFault(name, value);
    if (fault !== null) return new SendError('NOT_SENT', `Nothing was sent: ${fault}.`);
    flat.push(name, value);
  }
  return flat;
}

// What request-rules.ts refuses in settings is not repeated here, but what would break the request. Values are never
// quoted: they may be secrets.
function framingFault(name: string, value: string): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return `${JSON.stringify(name.slice(0, 100))} is not a header name`;
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    return `the value of the header ${name} contains a line break, a control character or one outside Latin-1`;
  }
  if (SET_BY_CLIENT.has(name.toLowerCase())) return `the header ${name} is set by the HTTP client and cannot be chosen`;
  return null;
}

// `host` would also be the name that the certificate of the partner is verified for.
const SET_BY_CLIENT = new Set([
  'host',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'expect',
  'te',
  'trailer',
]);
