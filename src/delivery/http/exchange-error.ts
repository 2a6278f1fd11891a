import { SendError, systemCode } from '../send-error';
import { tlsError } from './connect-error';

/** How far an exchange has come. The message of a timeout depends on it. */
export type Stage = 'queued' | 'connecting' | 'sent' | 'answering';

/** The error of an exchange that began and failed. */
export function exchangeError(error: Error, host: string): SendError {
  if (error instanceof SendError) return error;
  const code = systemCode(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return headersTooLarge(host);
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return tlsError(error, host);
  if (code.startsWith('ERR_OSSL')) return certificateUnusable(code);
  return new SendError('RESET', `${host} ${UNREQUESTED[error.message] ?? BREAKS[code] ?? parserFault(error, code)}.`);
}

export interface TimeoutFacts {
  host: string;
  /** What had not happened while connecting, such as "The proxy p could not be reached"; null: the host was not reached. */
  unreached: string | null;
  timeoutMs: number;
  /**
   * The part of `timeoutMs` spent waiting for a connection. If it is most of it and nothing was sent, the partner did not
   * cause the timeout.
   */
  waitedMs: number;
}

export function timeoutError(stage: Stage, { host, unreached, timeoutMs, waitedMs }: TimeoutFacts): SendError {
  const within = `within ${timeoutMs / 1000} s`;
  const waitedMost = waitedMs > timeoutMs / 2;
  if (stage === 'queued' || (stage === 'connecting' && waitedMost)) {
    const why = `all connections to ${host} were busy with earlier deliveries, and none became free ${within}`;
    return new SendError('NOT_SENT', `Nothing was sent: ${why}.`);
  }
  const waited = waitedMost ? `, of which ${(waitedMs / 1000).toFixed(1)} s passed until a connection was free` : '';
  const unfinished = stage === 'connecting' && unreached !== null ? unreached : `${host} ${UNFINISHED[stage]}`;
  return new SendError('TIMEOUT', `${unfinished} ${within}${waited}.`);
}

export function tooManyInterimResponses(host: string): SendError {
  return new SendError('RESET', `${host} sent more interim responses (1xx) than are read, and no final one.`);
}

export function bodyTooLarge(host: string, limitBytes: number): SendError {
  return new SendError('RESPONSE_TOO_LARGE', `${host} answered with a body of more than ${limitBytes} bytes.`);
}

/** Bodies and headers have limits of their own: this is about status lines, chunk extensions and empty lines. */
export function responseTooLong(host: string, limitBytes: number): SendError {
  return new SendError('RESPONSE_TOO_LARGE', `${host} answered with more than ${limitBytes} bytes on the wire.`);
}

// It was checked when it was saved, but what OpenSSL accepts depends on its version and settings.
export function certificateUnusable(code: string): SendError {
  return new SendError(
    'NOT_SENT',
    `Nothing was sent: the client certificate of this webhook cannot be used (${code}).`,
  );
}

function headersTooLarge(host: string): SendError {
  return new SendError('RESPONSE_TOO_LARGE', `${host} answered with more headers than are read: 32 KiB.`);
}

const CLOSED = 'closed the connection before its answer was complete';

// undici rejects both, and identifies them by the message alone
const UNREQUESTED: { readonly [message: string]: string } = {
  'bad response': 'answered 100 (Continue), which was not requested',
  'bad upgrade': 'answered 101 (Switching Protocols), which was not requested',
};

const BREAKS: { readonly [code: string]: string } = {
  ECONNRESET: 'reset the connection before its answer was complete',
  EPIPE: 'closed the connection before it had read the whole request',
  UND_ERR_SOCKET: CLOSED,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent a body of another length than its Content-Length',
};

function parserFault(error: Error, code: string): string {
  if (error.name === 'HTTPParserError')
    return `sent an answer that is not HTTP/1.1: ${error.message.replace(/ \(\)$/, '')} (${code || error.name})`;
  return `broke off the exchange: ${error.message} (${code || error.name})`;
}

const UNFINISHED: { readonly [stage in Exclude<Stage, 'queued'>]: string } = {
  connecting: 'could not be reached',
  sent: 'did not answer',
  answering: 'began to answer but did not finish',
};
