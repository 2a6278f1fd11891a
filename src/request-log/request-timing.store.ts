/** The parts of the duration of an outgoing request, in whole milliseconds. */
export interface RequestTiming {
  /** null here, and of the next two: the connection was reused, or this step was not needed or not finished. */
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  /** From the first byte of the request to the first byte of the response; null: no response began. */
  firstByteMs: number | null;
}

export const NOT_MEASURED: RequestTiming = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };

/** Its columns of the log. */
export const TIMING_COLUMNS = [
  ['dnsMs', 'dns_ms', 'integer'],
  ['connectMs', 'connect_ms', 'integer'],
  ['tlsMs', 'tls_ms', 'integer'],
  ['firstByteMs', 'first_byte_ms', 'integer'],
] as const;
