// Decodes the content encoding of the body of a call, with a limit: a decompression bomb must cost no more than other
// bodies.
import { promisify } from 'node:util';
import { brotliDecompress, constants, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { quoted } from '../errors/errors';
import type { HeaderPairs } from '../values/text';
import { headerValues } from './call';
import { isRefusal, malformed, type Refusal } from './claim';

/** Also the limit of a body without content encoding: see incoming/call-limits.ts. */
export const MAX_DECODED_BYTES = 1024 * 1024;
const MAX_ENCODINGS = 2;
// RFC 9659, section 3: windows above 8 MiB may be refused. Node would allocate up to 128 MiB.
const ZSTD_WINDOW_LOG = 23;
// More would not be faster than the number of threads, and each one holds up to the limit in memory while it waits.
const DECODERS_AT_ONCE = 4;

type Decode = (body: Buffer) => Promise<Buffer>;

const LIMIT = { maxOutputLength: MAX_DECODED_BYTES };

/** The encodings of RFC 9110, section 8.4.1, RFC 7932 and RFC 8878. */
const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: whole(promisify(gunzip)),
  'x-gzip': whole(promisify(gunzip)),
  deflate: (body) => (isZlib(body) ? whole(promisify(inflate)) : whole(promisify(inflateRaw)))(body),
  br: whole(promisify(brotliDecompress)),
  zstd: whole(promisify(zstdDecompress), { params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } }),
};

// zlib ignores bytes after the end of the stream. They would be recorded although they are never decoded.
function whole<Options>(decode: (body: Buffer, options: Options) => Promise<Buffer>, extra: object = {}): Decode {
  return async (body) => {
    const result: unknown = await decode(body, { ...LIMIT, ...extra, info: true } as Options);
    const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
    if (engine.bytesWritten < body.length) throw new Error(`${body.length - engine.bytesWritten} bytes after the end`);
    return buffer;
  };
}

// By "deflate" the RFC means zlib, but some clients send raw deflate. RFC 1950, section 2.2: the first two bytes
// distinguish them.
function isZlib(body: Buffer): boolean {
  return body.length >= 2 && (body.readUInt8(0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

/** The decoded body; null: it has no content encoding; a refusal with TOO_LARGE or MALFORMED: it cannot be decoded. */
export async function decodeContent(headers: HeaderPairs, body: Buffer): Promise<{ body: Buffer } | Refusal | null> {
  const encodings = encodingsOf(headers);
  const unknown = encodings.find((encoding) => !Object.hasOwn(DECODERS, encoding));
  if (unknown !== undefined) {
    const known = Object.keys(DECODERS).join(', ');
    return malformed(`The content encoding ${quoted(unknown)} is not known; ${known} are.`);
  }
  if (encodings.length > MAX_ENCODINGS) {
    return malformed(`The body has ${encodings.length} content encodings; at most ${MAX_ENCODINGS} are allowed.`);
  }
  return encodings.length === 0 ? null : decodeAll(encodings, body);
}

function encodingsOf(headers: HeaderPairs): string[] {
  const listed = headerValues({ headers }, 'content-encoding').join(',').toLowerCase().split(',');
  return listed.map((encoding) => encoding.trim()).filter((encoding) => encoding !== '' && encoding !== 'identity');
}

// The encoding that was applied last is decoded first.
async function decodeAll(encodings: readonly string[], body: Buffer): Promise<{ body: Buffer } | Refusal> {
  let decoded: Buffer | Refusal = body;
  for (const encoding of encodings.toReversed()) {
    decoded = await inTurn(() => decodeOne(encoding, decoded as Buffer));
    if (isRefusal(decoded)) return decoded;
  }
  return { body: decoded };
}

async function decodeOne(encoding: string, body: Buffer): Promise<Buffer | Refusal> {
  if (body.length === 0) return body;
  try {
    // an unknown encoding was refused before
    return await DECODERS[encoding]!(body);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_BUFFER_TOO_LARGE')
      return malformed(`The body is not ${encoding}, which is its content encoding.`);
    return { code: 'TOO_LARGE', message: `The body is more than ${MAX_DECODED_BYTES} bytes once it is decoded.` };
  }
}

const waiting: (() => void)[] = [];
let decoding = 0;

async function inTurn<T>(decode: () => Promise<T>): Promise<T> {
  if (decoding >= DECODERS_AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  else decoding += 1;
  try {
    return await decode();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else decoding -= 1;
  }
}
