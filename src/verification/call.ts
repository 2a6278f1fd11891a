import type { HeaderPairs } from '../header-pairs';

/** One call of a partner, as it arrived. Nothing in it is believed. */
export interface IncomingCall {
  readonly method: string;
  /** The whole address as the partner wrote it, token and query included: some sign it. */
  readonly url: string;
  /** In wire order, with repeats. */
  readonly headers: HeaderPairs;
  /** The exact bytes of the wire. */
  readonly body: Buffer;
  /** The certificate that a trusted proxy says the partner showed; null: none did. */
  readonly certificate: ClientCertificate | null;
}

export interface ClientCertificate {
  /** SHA-256 of its DER form, 32 bytes. */
  readonly fingerprint: Buffer;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
}

/** All values of a header, in order; upper and lower case mean the same. */
export function headerValues(call: Pick<IncomingCall, 'headers'>, name: string): string[] {
  const wanted = name.toLowerCase();
  return call.headers.filter(([each]) => each.toLowerCase() === wanted).map(([, value]) => value);
}

/** All values of a parameter of the query, decoded. */
export function queryValues(call: Pick<IncomingCall, 'url'>, name: string): string[] {
  const at = call.url.indexOf('?');
  return at < 0 ? [] : new URLSearchParams(call.url.slice(at)).getAll(name);
}
