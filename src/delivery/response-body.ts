import { decoderFor, drain } from './decode-body';

/** How much of an answer is read and kept, in bytes. */
export interface BodyLimits {
  /** What the log keeps. */
  readonly responseBytesKept: number;
  /** Where reading stops, counted after decompression. */
  readonly responseBytesRead: number;
}

export interface ResponseBody {
  /** The first bytes, at most `responseBytesKept`. */
  readonly kept: Buffer;
  /** All that was read. */
  readonly bytes: number;
  readonly tooLarge: boolean;
}

/** Takes an answer's bytes as they come; never holds more than `responseBytesRead`. */
export interface BodyCollector {
  /** False when that was too much: there is no point in reading on. */
  add(chunk: Buffer): boolean;
  finish(): Promise<ResponseBody> | ResponseBody;
}

/**
 * We send no accept-encoding, but some partners compress anyway. A content-encoding that we do not know, and bytes
 * that are not what it says, are kept as received: the partner took the delivery, only its answer is odd, and a 2xx
 * must not be repeated for that.
 */
export function collectBody(contentEncoding: string | undefined, limits: BodyLimits): BodyCollector {
  const makeDecoder = decoderFor(contentEncoding);
  // Encoded bytes are held up to the read limit, because only the whole of them shows whether they can be decoded.
  const raw = gather(makeDecoder === null ? limits.responseBytesKept : limits.responseBytesRead, limits);
  return {
    add: raw.add,
    finish: async () => {
      const received = raw.body();
      if (makeDecoder === null || received.bytes === 0) return received;
      const decoded = gather(limits.responseBytesKept, limits);
      const intact = await drain(makeDecoder(received.kept), received.kept, decoded.add);
      const body = intact ? decoded.body() : { ...received, kept: received.kept.subarray(0, limits.responseBytesKept) };
      return { ...body, tooLarge: body.tooLarge || received.tooLarge };
    },
  };
}

interface Gathering {
  add(chunk: Buffer): boolean;
  body(): ResponseBody;
}

// Copied into one buffer: a partner that answers in chunks of one byte would otherwise cost a hundred times its size.
function gather(keep: number, { responseBytesRead }: BodyLimits): Gathering {
  let kept: Buffer = Buffer.alloc(0);
  let bytes = 0;
  return {
    add: (chunk) => {
      const end = Math.min(bytes + chunk.length, keep);
      if (end > kept.length) kept = grown(kept, Math.min(keep, Math.max(end, 2 * kept.length)));
      if (end > bytes) chunk.copy(kept, bytes, 0, end - bytes);
      bytes += chunk.length;
      return bytes <= responseBytesRead;
    },
    body: () => ({ kept: kept.subarray(0, bytes), bytes, tooLarge: bytes > responseBytesRead }),
  };
}

function grown(buffer: Buffer, size: number): Buffer {
  const larger = Buffer.allocUnsafe(size);
  buffer.copy(larger);
  return larger;
}
