import { decoderFor, drain } from './decompress-body';

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
  /** All that was read, after decompression; of a long compressed body at least so much. */
  readonly bytes: number;
  readonly tooLarge: boolean;
}

/** Takes an answer's bytes as they come; never holds more than `responseBytesRead`. */
export interface BodyCollector {
  /** False when that was too much: there is no point in reading on. */
  add(chunk: Buffer): boolean;
  finish(): Promise<ResponseBody> | ResponseBody;
}

// Held until the end, because a decoder costs more: up to 16 MiB for brotli, for as long as a partner lets it drip. What
// comes behind is counted, but not decoded. A worker has a thousand answers at once.
const ENCODED_BYTES_HELD = 256 * 1024;

/**
 * We send no accept-encoding, but some partners compress anyway. A content-encoding that we do not know, and bytes
 * that are not what it says, are kept as received: the partner took the delivery, only its answer is odd, and a 2xx
 * must not be repeated for that.
 */
export function collectBody(contentEncoding: string | undefined, limits: BodyLimits): BodyCollector {
  const makeDecoder = decoderFor(contentEncoding);
  const raw = gather(makeDecoder === null ? limits.responseBytesKept : ENCODED_BYTES_HELD, limits);
  return {
    add: raw.add,
    finish: async () => {
      const received = raw.body();
      if (makeDecoder === null || received.bytes === 0) return received;
      const decoded = gather(limits.responseBytesKept, limits);
      const intact = await drain(makeDecoder, received.kept, decoded.add);
      const body = intact ? decoded.body() : { ...received, kept: received.kept.subarray(0, limits.responseBytesKept) };
      const isWhole = received.kept.length === received.bytes;
      const bytes = isWhole ? body.bytes : Math.max(body.bytes, received.bytes);
      return { ...body, bytes, tooLarge: body.tooLarge || received.tooLarge };
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
