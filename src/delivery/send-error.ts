/**
 * Why an exchange failed: stable, kept in the log. HTTP_STATUS is an answer that was not 2xx; NOT_SENT is on our side, and
 * says nothing about the partner; AUTHENTICATION: no access token, so nothing was sent either.
 */
export type SendErrorCode =
  | 'DNS'
  | 'CONNECT'
  | 'TLS'
  | 'TIMEOUT'
  | 'RESET'
  | 'BLOCKED_ADDRESS'
  | 'RESPONSE_TOO_LARGE'
  | 'HTTP_STATUS'
  | 'AUTHENTICATION'
  | 'NOT_SENT';

/** Travels through undici, which only carries errors; `send` turns it into a value. The message is the sentence. */
export class SendError extends Error {
  constructor(
    readonly errorCode: SendErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'SendError';
  }
}

/** `ECONNREFUSED`, `UND_ERR_SOCKET` ...: of the last address tried, where several were. Empty when there is none. */
export function systemCode(error: object): string {
  const several = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const last: unknown = several.at(-1) ?? error;
  return textOf(last, 'code');
}

/** A text property of an error that came from elsewhere. */
export function textOf(error: unknown, property: string): string {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, property) : undefined;
  return typeof value === 'string' ? value : '';
}
