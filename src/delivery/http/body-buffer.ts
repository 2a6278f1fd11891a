/** How much of the body of a response is read and kept, in bytes. */
export interface BodyLimits {
  /** The log keeps this many bytes. */
  readonly responseBytesKept: number;
  /** Reading stops after this many bytes, counted after decompression. */
  readonly responseBytesRead: number;
}

export interface ResponseBody {
  /** The first bytes, at most `responseBytesKept`. */
  readonly kept: Buffer;
  /** The number of bytes read, after decompression. Of a long compressed body, a lower bound. */
  readonly bytes: number;
  readonly tooLarge: boolean;
}

export interface BodyBuffer {
  /** @returns false if more than `responseBytesRead` bytes were added: reading on is pointless */
  add(chunk: Buffer): boolean;
  body(): ResponseBody;
}

/**
 * Counts the bytes of a body and keeps the first ones. They are copied into one buffer: the chunks of a partner that
 * answers in chunks of one byte would take a hundred times its size.
 */
export function createBodyBuffer(bytesKept: number, { responseBytesRead }: BodyLimits): BodyBuffer {
  let kept: Buffer = Buffer.alloc(0);
  let bytes = 0;
  return {
    add: (chunk) => {
      const end = Math.min(bytes + chunk.length, bytesKept);
      if (end > kept.length) kept = grown(kept, Math.min(bytesKept, Math.max(end, 2 * kept.length)));
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
