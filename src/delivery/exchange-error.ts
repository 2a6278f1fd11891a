import { tlsError } from './connect-error';
import { SendError, systemCode } from './send-error';

/** How far an exchange has come; a deadline says something else in each. */
export type Stage = 'queued' | 'connecting' | 'sent' | 'answering';

/** The sentence for an exchange that began and broke off. */
export function exchangeError(error: Error, host: string): SendError {
  if (error instanceof SendError) return error;
  const code = systemCode(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return headersTooLarge(host);
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return tlsError(error, host);
  return new SendError('RESET', `${host} ${BREAKS[code] ?? parserFault(error, code)}.`);
}

export function timeoutError(stage: Stage, host: string, timeoutMs: number): SendError {
  return new SendError('TIMEOUT', `${host} ${UNFINISHED[stage]} within ${timeoutMs / 1000} s.`);
}

export function bodyTooLarge(host: string, limitBytes: number): SendError {
  return new SendError('RESPONSE_TOO_LARGE', `${host} answered with a body of more than ${limitBytes} bytes.`);
}

export function statusError(host: string, status: number): SendError {
  return new SendError('HTTP_STATUS', `${host} answered ${status}${statusNote(status)}.`);
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

const UNFINISHED: { readonly [stage in Stage]: string } = {
  queued: 'was busy with earlier deliveries: no connection to it became free',
  connecting: 'could not be reached',
  sent: 'did not answer',
  answering: 'began to answer but did not finish',
};
