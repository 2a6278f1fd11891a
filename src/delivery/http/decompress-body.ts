// Decompresses the body of a response (gzip, deflate, brotli), up to the limits of a body.
import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** Makes the stream that decodes a body. The first bytes distinguish the two formats that are called "deflate". */
export type MakeDecoder = (body: Buffer) => Transform;

/**
 * The compressed bytes that are held until the response is complete; further ones are counted, but not decoded. A decoder
 * that runs while a partner sends slowly would cost more: up to 16 MiB for brotli, for each of a thousand responses.
 */
export const COMPRESSED_BYTES_HELD = 256 * 1024;

/** Null for no encoding, for an unknown one, and for a list of several, which decompression bombs use. */
export function decoderFor(contentEncoding: string | undefined): MakeDecoder | null {
  return DECODERS.get(contentEncoding?.trim().toLowerCase() ?? '') ?? null;
}

/**
 * Decodes until `responseBytesRead` bytes came out, and keeps the first `responseBytesKept`. Bytes that do not match
 * their encoding stay as received.
 */
export async function decompress(
  makeDecoder: MakeDecoder,
  received: ResponseBody,
  limits: BodyLimits,
): Promise<ResponseBody> {
  const decoded = createBodyBuffer(limits.responseBytesKept, limits);
  const intact = await decodeInTurn(makeDecoder, received.kept, decoded.add);
  const body = intact ? decoded.body() : { ...received, kept: received.kept.subarray(0, limits.responseBytesKept) };
  const isWhole = received.kept.length === received.bytes;
  const bytes = isWhole ? body.bytes : Math.max(body.bytes, received.bytes);
  return { ...body, bytes, tooLarge: body.tooLarge || received.tooLarge };
}

// More decoders than cores are not faster, and each holds up to 16 MiB.
const MAX_DECODERS = 4;
const waiting: (() => void)[] = [];
let decoding = 0;

async function decodeInTurn(makeDecoder: MakeDecoder, body: Buffer, add: (chunk: Buffer) => boolean): Promise<boolean> {
  if (decoding >= MAX_DECODERS) await new Promise<void>((go) => waiting.push(go));
  else decoding += 1;
  try {
    return await decode(makeDecoder(body), body, add);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else decoding -= 1;
  }
}

// Stops when `add` returns false. zlib emits at most 64 KiB at a time, so a bomb costs no more than that. Resolves to
// false if the bytes do not match their encoding.
function decode(decoder: Transform, body: Buffer, add: (chunk: Buffer) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    decoder.on('data', (chunk: Buffer) => {
      if (add(chunk)) return;
      decoder.destroy();
      resolve(true);
    });
    decoder.once('end', () => resolve(true));
    decoder.once('error', () => resolve(false));
    decoder.end(body);
  });
}

// With these flags an incomplete body is decoded as far as it goes; by default zlib reports it as corrupt.
const ZLIB = { chunkSize: 64 * 1024, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { chunkSize: 64 * 1024, finishFlush: constants.BROTLI_OPERATION_FLUSH };

const gunzip: MakeDecoder = () => createGunzip(ZLIB);

const DECODERS: ReadonlyMap<string, MakeDecoder> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['br', () => createBrotliDecompress(BROTLI)],
  // RFC 9110 defines it as zlib; some servers send raw deflate. The low half of zlib's first byte is 8.
  ['deflate', (body) => (((body[0] ?? 0) & 0x0f) === 8 ? createInflate(ZLIB) : createInflateRaw(ZLIB))],
]);

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
