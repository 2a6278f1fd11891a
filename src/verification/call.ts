import type { HeaderPairs } from '../header-pairs';

/** One call of a partner, as it was received. It is not verified. */
export interface IncomingCall {
  readonly method: string;
  /** The complete URL as the partner called it, including token and query, because some providers sign it. */
  readonly url: string;
  /** The headers in wire order, with repetitions. */
  readonly headers: HeaderPairs;
  /** The exact bytes of the body as received. */
  readonly body: Buffer;
  /** The client certificate that a trusted proxy passed on; null: none. */
  readonly certificate: ClientCertificate | null;
}

export interface ClientCertificate {
  /** The SHA-256 hash of its DER form, 32 bytes. */
  readonly fingerprint: Buffer;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
}

/** All values of a header, in order. The name is compared without case. */
export function headerValues(call: Pick<IncomingCall, 'headers'>, name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const [each, value] of call.headers) {
    // the length first: a call has many headers, and several are looked up
    if (each.length === wanted.length && each.toLowerCase() === wanted) values.push(value);
  }
  return values;
}

/** All decoded values of a query parameter. */
export function queryValues(call: Pick<IncomingCall, 'url'>, name: string): string[] {
  const at = call.url.indexOf('?');
  return at < 0 ? [] : new URLSearchParams(call.url.slice(at)).getAll(name);
}
