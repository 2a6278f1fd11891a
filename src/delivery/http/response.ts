import {
  type BodyLimits,
  COMPRESSED_BYTES_HELD,
  createBodyBuffer,
  decoderFor,
  decompress,
  type ResponseBody,
} from './decompress-body';

/** Header pairs in wire order, with repetitions, names as received. */
export type HeaderPairs = [string, string][];

/** As Latin-1, which HTTP specifies and which preserves every byte; decoding as UTF-8 would lose invalid sequences. */
export function headerPairs(raw: unknown): HeaderPairs {
  const parts = Array.isArray(raw)
    ? raw.map((part) => (Buffer.isBuffer(part) ? part.toString('latin1') : String(part)))
    : [];
  const pairs: HeaderPairs = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    // The parser keeps trailing white space, which is not part of the value (RFC 9112).
    pairs.push([parts[index] as string, (parts[index + 1] as string).replace(/[ \t]+$/, '')]);
  }
  return pairs;
}

/** All values of a header, joined as in RFC 9110. @param name in lower case */
export function headerValue(pairs: HeaderPairs, name: string): string | undefined {
  const values = pairs.filter(([key]) => key.length === name.length && key.toLowerCase() === name);
  return values.length === 0 ? undefined : values.map(([, value]) => value).join(', ');
}

/** How much of a response is read and kept unless the sender is given other limits. */
export const DEFAULT_BODY_LIMITS: BodyLimits = {
  responseBytesKept: 64 * 1024,
  responseBytesRead: 1024 * 1024,
};

/** Takes the bytes of a response as they arrive. Holds at most `responseBytesRead` of them. */
export interface BodyCollector {
  /** @returns false if the body is too large: reading on is pointless */
  add(chunk: Buffer): boolean;
  finish(): Promise<ResponseBody> | ResponseBody;
}

/**
 * We send no accept-encoding, but some partners compress anyway. A body whose content-encoding is unknown or does not
 * match its bytes is kept as received: the partner took the delivery, and a 2xx must not be repeated because the response
 * is malformed.
 */
export function collectBody(contentEncoding: string | undefined, limits: BodyLimits): BodyCollector {
  const makeDecoder = decoderFor(contentEncoding);
  const raw = createBodyBuffer(makeDecoder === null ? limits.responseBytesKept : COMPRESSED_BYTES_HELD, limits);
  return {
    add: raw.add,
    finish: async () => {
      const received = raw.body();
      return makeDecoder === null || received.bytes === 0 ? received : decompress(makeDecoder, received, limits);
    },
  };
}
