import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** Makes the stream that decodes a body; the first bytes tell the two things apart that are called "deflate". */
export type MakeDecoder = (body: Buffer) => Transform;

/** Null for none, for one that we do not know, and for several on top of each other (a bomb's favourite form). */
export function decoderFor(contentEncoding: string | undefined): MakeDecoder | null {
  return DECODERS[contentEncoding?.trim().toLowerCase() ?? ''] ?? null;
}

/**
 * Writes `body` through a decoder, each piece to `add`, until `add` says enough or the end. False when the bytes are
 * not what their encoding says. zlib hands out at most 64 KiB at a time, so a bomb costs no more than that.
 */
export async function drain(makeDecoder: MakeDecoder, body: Buffer, add: (chunk: Buffer) => boolean): Promise<boolean> {
  if (decoding >= DECODERS_AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  else decoding += 1;
  const intact = await decode(makeDecoder(body), body, add);
  const next = waiting.shift();
  if (next) next();
  else decoding -= 1;
  return intact;
}

// More at once would not be faster than there are cores, and would hold up to 16 MiB each while they wait.
const DECODERS_AT_ONCE = 4;
const waiting: (() => void)[] = [];
let decoding = 0;

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

// An answer that was cut off is decoded as far as it goes, instead of being "corrupt" for want of its last bytes.
const ZLIB = { chunkSize: 64 * 1024, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { chunkSize: 64 * 1024, finishFlush: constants.BROTLI_OPERATION_FLUSH };

const gunzip: MakeDecoder = () => createGunzip(ZLIB);

const DECODERS: { readonly [encoding: string]: MakeDecoder | undefined } = {
  gzip: gunzip,
  'x-gzip': gunzip,
  br: () => createBrotliDecompress(BROTLI),
  // RFC 9110 means zlib by it, some servers mean bare deflate. zlib's first byte ends in 8.
  deflate: (body) => ((body[0]! & 0x0f) === 8 ? createInflate(ZLIB) : createInflateRaw(ZLIB)),
};
