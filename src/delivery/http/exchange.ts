import type { Dispatcher } from 'undici';
import { NOT_MEASURED, type RequestTiming } from '../../request-log/request-log.store';
import type { SendError } from '../send-error';
import { dialTiming, msBetween } from './connect';
import type { Connection, ConnectionPool, Lease } from './connection-pool';
import type { ConnectionSettings } from './connection-settings';
import type { BodyLimits } from './decompress-body';
import { bodyTooLarge, exchangeError, type Stage, timeoutError, tooManyInterimResponses } from './exchange-error';
import { type BodyCollector, collectBody, type HeaderPairs, headerPairs, headerValue } from './response';

export interface ExchangeRequest extends ConnectionSettings {
  readonly url: URL;
  readonly method: string;
  /** Alternating names and values. */
  readonly headers: string[];
  readonly body: Buffer | null;
  readonly timeoutMs: number;
}

export interface Exchanged {
  status: number | null;
  headers: HeaderPairs | null;
  body: BodyCollector | null;
  /** Null when the complete response arrived, whatever its status. */
  failure: SendError | null;
  remoteAddress: string | null;
  timing: RequestTiming;
}

interface Running extends Exchanged {
  readonly request: ExchangeRequest;
  readonly limits: BodyLimits;
  readonly resolve: (exchanged: Exchanged) => void;
  stage: Stage;
  interimResponses: number;
  /** These four by performance.now(); a connection became available at `leasedAt`. */
  readonly startedAt: number;
  leasedAt: number;
  sentAt: number | null;
  firstByteAt: number | null;
  lease: Lease | null;
  connection: Connection | null;
  deadline: NodeJS.Timeout | null;
}

/** One request and its response or failure. `timeoutMs` includes the wait for a connection. Never rejects. */
export function exchange(pool: ConnectionPool, request: ExchangeRequest, limits: BodyLimits): Promise<Exchanged> {
  return new Promise((resolve) => {
    const running: Running = { ...INITIAL, request, limits, resolve, startedAt: performance.now() };
    running.deadline = setTimeout(expire, request.timeoutMs, running);
    running.lease = pool.lease(request.url.origin, request, (connection, lease) => start(running, connection, lease));
  });
}

const INITIAL = {
  status: null,
  headers: null,
  body: null,
  failure: null,
  remoteAddress: null,
  timing: NOT_MEASURED,
  stage: 'queued',
  interimResponses: 0,
  leasedAt: 0,
  sentAt: null,
  firstByteAt: null,
  lease: null,
  connection: null,
  deadline: null,
} satisfies Partial<Running>;

function start(running: Running, connection: Connection, lease: Lease): void {
  const { method, url, headers, body } = running.request;
  running.lease = lease;
  running.connection = connection;
  running.leasedAt = performance.now();
  running.stage = 'connecting';
  connection.client.dispatch({ method, path: url.pathname + url.search, headers, body }, handlerOf(running));
}

// A partner may send any number of 1xx before its response; reading them until the deadline would occupy a core.
const MAX_INTERIM_RESPONSES = 1000;

function handlerOf(running: Running): Dispatcher.DispatchHandler {
  const { host } = running.request.url;
  return {
    onRequestStart: () => {
      running.stage = 'sent';
      running.sentAt = performance.now();
    },
    onResponseStarted: () => {
      running.firstByteAt ??= performance.now();
    },
    onResponseStart: (controller, status) => {
      if (status >= 200) beginResponse(running, status, headerPairs(controller.rawHeaders));
      else if (++running.interimResponses > MAX_INTERIM_RESPONSES) finish(running, tooManyInterimResponses(host));
    },
    onResponseData: (_controller, chunk) => {
      if (running.body?.add(chunk) === false) finish(running, bodyTooLarge(host, running.limits.responseBytesRead));
    },
    onResponseEnd: () => finish(running, null),
    onResponseError: (_controller, error) => finish(running, exchangeError(error, host)),
  };
}

function beginResponse(running: Running, status: number, headers: HeaderPairs): void {
  running.stage = 'answering';
  running.status = status;
  running.headers = headers;
  running.connection?.noteKeepAlive(headerValue(headers, 'keep-alive'));
  running.body = collectBody(headerValue(headers, 'content-encoding'), running.limits);
}

function expire(running: Running): void {
  const { url, timeoutMs } = running.request;
  const waitedMs = running.leasedAt - running.startedAt;
  const unreached = running.connection?.waitsFor ?? null;
  finish(running, timeoutError(running.stage, { host: url.host, unreached, timeoutMs, waitedMs }));
}

// The first of end, error, deadline and size limit decides. Later callbacks of undici are ignored.
function finish(running: Running, failure: SendError | null): void {
  if (running.deadline === null) return;
  clearTimeout(running.deadline);
  running.deadline = null;
  running.failure = failure;
  running.remoteAddress = running.connection?.address ?? null;
  running.timing = timingOf(running);
  // A connection with an incomplete response cannot be used again.
  if (failure === null) running.lease?.release();
  else running.lease?.discard();
  running.resolve(running);
}

function timingOf({ connection, leasedAt, sentAt, firstByteAt }: Running): RequestTiming {
  const dialled = connection?.dialled ?? null;
  const isReused = dialled === null || dialled.startedAt < leasedAt;
  return { ...dialTiming(isReused ? null : dialled), firstByteMs: msBetween(sentAt, firstByteAt) };
}
