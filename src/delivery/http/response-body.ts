import { type BodyLimits, createBodyBuffer, type ResponseBody } from './body-buffer';
import { COMPRESSED_BYTES_HELD, decoderFor, decompress } from './decompress-body';

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
