import type { Dispatcher } from 'undici';
import type { SendError } from '../send-error';
import type { ClientCertificate } from './client-certificate';
import type { Connection } from './connection';
import type { ConnectionPool, Lease } from './connection-pool';
import { bodyTooLarge, exchangeError, type Stage, timeoutError, tooManyInterimAnswers } from './exchange-error';
import { type BodyCollector, type BodyLimits, collectBody } from './response-body';
import { type HeaderPairs, headerPairs, headerValue } from './response-headers';

export interface ExchangeRequest {
  readonly url: URL;
  readonly method: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: Buffer | null;
  readonly timeoutMs: number;
  readonly certificate: ClientCertificate | null;
}

export interface Exchanged {
  status: number | null;
  headers: HeaderPairs | null;
  body: BodyCollector | null;
  /** Null when the whole answer arrived, whatever it says. */
  failure: SendError | null;
  remoteAddress: string | null;
}

interface Running extends Exchanged {
  readonly request: ExchangeRequest;
  readonly limits: BodyLimits;
  readonly resolve: (exchanged: Exchanged) => void;
  stage: Stage;
  interimAnswers: number;
  /** By performance.now(); `leasedAt` is when there was a connection. */
  readonly startedAt: number;
  leasedAt: number;
  lease: Lease | null;
  connection: Connection | null;
  deadline: NodeJS.Timeout | null;
}

/** One request and its answer, or what went wrong, within `timeoutMs` from the wait for a connection on. Never rejects. */
export function exchange(pool: ConnectionPool, request: ExchangeRequest, limits: BodyLimits): Promise<Exchanged> {
  return new Promise((resolve) => {
    const running: Running = { ...NOTHING_YET, request, limits, resolve, startedAt: performance.now() };
    running.deadline = setTimeout(expire, request.timeoutMs, running);
    const { url, certificate } = request;
    running.lease = pool.lease(url.origin, certificate, (connection, lease) => start(running, connection, lease));
  });
}

const NOTHING_YET = {
  status: null,
  headers: null,
  body: null,
  failure: null,
  remoteAddress: null,
  stage: 'queued',
  interimAnswers: 0,
  leasedAt: 0,
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

// A partner may send any number of 1xx before its answer; reading them up to the deadline would cost a core.
const MAX_INTERIM_ANSWERS = 1000;

function handlerOf(running: Running): Dispatcher.DispatchHandler {
  const { host } = running.request.url;
  return {
    onRequestStart: () => {
      running.stage = 'sent';
    },
    onResponseStart: (controller, status) => {
      if (status >= 200) beginAnswer(running, status, headerPairs(controller.rawHeaders));
      else if (++running.interimAnswers > MAX_INTERIM_ANSWERS) settle(running, tooManyInterimAnswers(host));
    },
    onResponseData: (_controller, chunk) => {
      if (running.body?.add(chunk) === false) settle(running, bodyTooLarge(host, running.limits.responseBytesRead));
    },
    onResponseEnd: () => settle(running, null),
    onResponseError: (_controller, error) => settle(running, exchangeError(error, host)),
  };
}

function beginAnswer(running: Running, status: number, headers: HeaderPairs): void {
  running.stage = 'answering';
  running.status = status;
  running.headers = headers;
  running.body = collectBody(headerValue(headers, 'content-encoding'), running.limits);
}

function expire(running: Running): void {
  const { url, timeoutMs } = running.request;
  settle(running, timeoutError(running.stage, url.host, timeoutMs, running.leasedAt - running.startedAt));
}

// Whoever comes first decides: the end, an error, the deadline or the size. What undici says afterwards is ignored.
function settle(running: Running, failure: SendError | null): void {
  if (running.deadline === null) return;
  clearTimeout(running.deadline);
  running.deadline = null;
  running.failure = failure;
  running.remoteAddress = running.connection?.address ?? null;
  // A connection with half an answer on it can carry nothing else.
  if (failure === null) running.lease?.release();
  else running.lease?.discard();
  running.resolve(running);
}
