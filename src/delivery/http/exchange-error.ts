import { SendError, systemCode } from '../send-error';
import { tlsError } from './connect-error';

/** How far an exchange has come; a deadline says something else in each. */
export type Stage = 'queued' | 'connecting' | 'sent' | 'answering';

/** The sentence for an exchange that began and broke off. */
export function exchangeError(error: Error, host: string): SendError {
  if (error instanceof SendError) return error;
  const code = systemCode(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return headersTooLarge(host);
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return tlsError(error, host);
  if (code.startsWith('ERR_OSSL')) return certificateUnusable(code);
  return new SendError('RESET', `${host} ${UNASKED[error.message] ?? BREAKS[code] ?? parserFault(error, code)}.`);
}

/**
 * @param waitedMs of `timeoutMs`, for a connection: all of it where none became free, and where one did when it was too late
 *   to connect, the partner is not to blame
 */
export function timeoutError(stage: Stage, host: string, timeoutMs: number, waitedMs: number): SendError {
  const within = `within ${timeoutMs / 1000} s`;
  const waitedMost = waitedMs > timeoutMs / 2;
  if (stage === 'queued' || (stage === 'connecting' && waitedMost)) {
    const why = `all connections to ${host} were busy with earlier deliveries, and none became free ${within}`;
    return new SendError('NOT_SENT', `Nothing was sent: ${why}.`);
  }
  const waited = waitedMost ? `, of which ${(waitedMs / 1000).toFixed(1)} s passed until a connection was free` : '';
  return new SendError('TIMEOUT', `${host} ${UNFINISHED[stage]} ${within}${waited}.`);
}

export function tooManyInterimAnswers(host: string): SendError {
  return new SendError('RESET', `${host} sent interim answers (1xx) without end, so its answer was not waited for.`);
}

export function bodyTooLarge(host: string, limitBytes: number): SendError {
  return new SendError('RESPONSE_TOO_LARGE', `${host} answered with a body of more than ${limitBytes} bytes.`);
}

/** Its body and headers were not, so it was everything else. */
export function answerTooLong(host: string, limitBytes: number): SendError {
  return new SendError('RESPONSE_TOO_LARGE', `${host} answered with more than ${limitBytes} bytes on the wire.`);
}

export function statusError(host: string, status: number): SendError {
  return new SendError('HTTP_STATUS', `${host} answered ${status}${statusNote(status)}.`);
}

// it was checked when it was saved, but what OpenSSL accepts changes with its version and its settings
function certificateUnusable(code: string): SendError {
  return new SendError(
    'NOT_SENT',
    `Nothing was sent: the client certificate of this webhook cannot be used (${code}).`,
  );
}

function headersTooLarge(host: string): SendError {
  return new SendError('RESPONSE_TOO_LARGE', `${host} answered with more headers than are read.`);
}

function statusNote(status: number): string {
  if (REDIRECTS.has(status)) return ', a redirect; redirects are not followed: give the webhook the final URL';
  if (status === 410) return ' (gone): it wants no more deliveries';
  return '; only 2xx is success';
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

const CLOSED = 'closed the connection before its answer was complete';

// undici refuses both, and says no more than this
const UNASKED: { readonly [message: string]: string } = {
  'bad response': 'answered 100 (Continue), for which nobody had asked',
  'bad upgrade': 'wanted to change to another protocol (101), for which nobody had asked',
};

const BREAKS: { readonly [code: string]: string } = {
  ECONNRESET: 'reset the connection before its answer was complete',
  EPIPE: 'closed the connection before it had read the whole request',
  UND_ERR_SOCKET: CLOSED,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'announced another length (Content-Length) than the body that it sent',
};

function parserFault(error: Error, code: string): string {
  if (error.name === 'HTTPParserError')
    return `answered with something that is not HTTP/1.1: ${error.message} (${code})`;
  return `broke off the exchange: ${error.message} (${code || error.name})`;
}

const UNFINISHED: { readonly [stage in Exclude<Stage, 'queued'>]: string } = {
  connecting: 'could not be reached',
  sent: 'did not answer',
  answering: 'began to answer but did not finish',
};
