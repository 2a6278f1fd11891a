// The content encoding of a call's body, taken off with a limit: a bomb must not cost more than an honest body.
import { promisify } from 'node:util';
import { brotliDecompress, constants, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { quoted } from '../errors';
import type { HeaderPairs } from '../header-pairs';
import { headerValues } from './call';
import { isRefusal, malformed, type Refusal } from './claim';

/** As much as a body may have that comes without one. */
export const MAX_DECODED_BYTES = 1024 * 1024;
const MAX_ENCODINGS = 2;
// RFC 9659, section 3: windows above 8 MiB need not be taken. Node would make room for 128.
const ZSTD_WINDOW_LOG = 23;
// More at once would not be faster than there are threads, and each holds up to the limit while it waits.
const DECODERS_AT_ONCE = 4;

type Decode = (body: Buffer) => Promise<Buffer>;

const LIMIT = { maxOutputLength: MAX_DECODED_BYTES };

/** RFC 9110, section 8.4.1, RFC 7932 and RFC 8878. */
const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: whole(promisify(gunzip)),
  'x-gzip': whole(promisify(gunzip)),
  deflate: (body) => (isZlib(body) ? whole(promisify(inflate)) : whole(promisify(inflateRaw)))(body),
  br: whole(promisify(brotliDecompress)),
  zstd: whole(promisify(zstdDecompress), { params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } }),
};

// zlib is content with the first part of a body; what comes behind its end would be kept, and decoded by nobody.
function whole<Options>(decode: (body: Buffer, options: Options) => Promise<Buffer>, extra: object = {}): Decode {
  return async (body) => {
    const result: unknown = await decode(body, { ...LIMIT, ...extra, info: true } as Options);
    const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
    if (engine.bytesWritten < body.length) throw new Error(`${body.length - engine.bytesWritten} bytes after the end`);
    return buffer;
  };
}

// The RFC means zlib by "deflate", some mean bare deflate. RFC 1950, section 2.2: the first two bytes tell.
function isZlib(body: Buffer): boolean {
  return body.length >= 2 && (body[0]! & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

/** null: it has none. TOO_LARGE, MALFORMED: it is not decoded. */
export async function decodeContent(headers: HeaderPairs, body: Buffer): Promise<{ body: Buffer } | Refusal | null> {
  const encodings = encodingsOf(headers);
  const unknown = encodings.find((encoding) => !Object.hasOwn(DECODERS, encoding));
  if (unknown !== undefined) {
    const known = Object.keys(DECODERS).join(', ');
    return malformed(`The content encoding ${quoted(unknown)} is not known; ${known} are.`);
  }
  if (encodings.length > MAX_ENCODINGS) {
    return malformed(`The body has ${encodings.length} content encodings; at most ${MAX_ENCODINGS} are taken off.`);
  }
  return encodings.length === 0 ? null : decodeAll(encodings, body);
}

function encodingsOf(headers: HeaderPairs): string[] {
  const listed = headerValues({ headers }, 'content-encoding').join(',').toLowerCase().split(',');
  return listed.map((encoding) => encoding.trim()).filter((encoding) => encoding !== '' && encoding !== 'identity');
}

// The last that was put on comes off first.
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
    return await DECODERS[encoding]!(body);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_BUFFER_TOO_LARGE') return malformed(`The body is not ${encoding}, as its content encoding says.`);
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
