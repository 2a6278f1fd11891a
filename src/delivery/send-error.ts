/**
 * Why an exchange failed. The codes are stored in the log and must not change. HTTP_STATUS: the response was not 2xx.
 * NOT_SENT: the cause is on our side. PROXY: the proxy of the webhook did not connect to the partner. AUTHENTICATION: there was no access token, so nothing was sent.
 */
export const SEND_ERROR_CODES = [
  'DNS',
  'CONNECT',
  'TLS',
  'TIMEOUT',
  'RESET',
  'BLOCKED_ADDRESS',
  'RESPONSE_TOO_LARGE',
  'HTTP_STATUS',
  'AUTHENTICATION',
  'PROXY',
  'NOT_SENT',
] as const;
export type SendErrorCode = (typeof SEND_ERROR_CODES)[number];

/** Passed through undici, which accepts only errors; `send` converts it to a value. */
export class SendError extends Error {
  constructor(
    readonly errorCode: SendErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'SendError';
    // Node reads the stack of each error with which a socket is closed: see `Answer` in `errors.ts`
    this.stack = String(this);
  }
}

/** A code such as `ECONNREFUSED`: of the last address, if several were tried. Empty if there is none. */
export function systemCode(error: object): string {
  const several = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const last: unknown = several.at(-1) ?? error;
  return textOf(last, 'code');
}

/** A text property of any error; empty if it has none. */
export function textOf(error: unknown, property: string): string {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, property) : undefined;
  return typeof value === 'string' ? value : '';
}
