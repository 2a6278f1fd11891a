// Content encodings are taken off, and cost no more than they may.
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { HeaderPairs } from '../../src/values/text';
import { decodeContent, MAX_DECODED_BYTES } from '../../src/verification/decode-content';
import { growthDuring } from '../support/live-memory';

const BODY = Buffer.from('{"type":"invoice.paid"}\n'.repeat(50));
const ENCODERS: readonly [string, (body: Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
];
const headersOf = (...values: string[]): HeaderPairs => values.map((value) => ['Content-Encoding', value]);
const decoded = (encoding: string, body: Buffer) => decodeContent(headersOf(encoding), body);
const malformed = (message: string) => ({ code: 'MALFORMED', message: expect.stringContaining(message) });

test.each([[], [''], ['identity'], ['Identity'], [' , identity,']])('there is none in %j', async (...values) => {
  expect(await decodeContent(headersOf(...values), BODY)).toBeNull();
  expect(await decodeContent([['Content-Type', 'gzip']], BODY)).toBeNull();
});

describe.each(ENCODERS)('%s', (encoding, encode) => {
  test('is taken off, in any case', async () => {
    expect(await decoded(encoding, encode(BODY))).toEqual({ body: BODY });
    expect(await decoded(` ${encoding.toUpperCase()} `, encode(BODY))).toEqual({ body: BODY });
    expect(await decoded(encoding, encode(Buffer.alloc(0)))).toEqual({ body: Buffer.alloc(0) });
    expect(await decoded(encoding, Buffer.alloc(0))).toEqual({ body: Buffer.alloc(0) });
  });

  test('that is cut off, continued or none is malformed', async () => {
    const encoded = encode(BODY);
    const parts = [
      encoded.subarray(0, -1),
      encoded.subarray(0, 10),
      encoded.subarray(0, 1),
      Buffer.concat([encoded, BODY]),
    ];
    for (const body of [...parts, BODY, Buffer.alloc(1_000), Buffer.alloc(1_000, 0xff)]) {
      expect(await decoded(encoding, body)).toEqual(malformed(`not ${encoding}`));
    }
  });

  test('may be as large as the limit, and not by a byte more', async () => {
    const largest = await decoded(encoding, encode(Buffer.alloc(MAX_DECODED_BYTES)));
    expect((largest as { body: Buffer }).body.equals(Buffer.alloc(MAX_DECODED_BYTES))).toBe(true);
    const tooLarge = {
      code: 'TOO_LARGE',
      message: `The body is more than ${MAX_DECODED_BYTES} bytes once it is decoded.`,
    };
    expect(await decoded(encoding, encode(Buffer.alloc(MAX_DECODED_BYTES + 1)))).toEqual(tooLarge);
  });
});

test('two on top of each other are taken off in their order, in one header or two', async () => {
  const body = brotliCompressSync(gzipSync(BODY));
  expect(await decodeContent(headersOf('gzip, br'), body)).toEqual({ body: BODY });
  expect(await decodeContent(headersOf('gzip', 'br'), body)).toEqual({ body: BODY });
  expect(await decodeContent(headersOf('br, gzip'), body)).toEqual(malformed('not gzip'));
  expect(await decodeContent(headersOf('identity, gzip, identity, br'), body)).toEqual({ body: BODY });
});

test.each([
  ['three', 'gzip, gzip, gzip', 'has 3 content encodings; at most 2'],
  ['a thousand', Array(1_000).fill('gzip').join(), 'has 1000 content encodings'],
  ['an unknown one', 'lzma', '"lzma" is not known; gzip, x-gzip, deflate, br, zstd are'],
  ['one after one that is known', 'gzip, aes128gcm', '"aes128gcm"'],
  ['compress', 'compress', '"compress"'],
  ['a property of every object', 'constructor', '"constructor"'],
  ['another', '__proto__', '"__proto__"'],
  ['a long text', 'x'.repeat(10_000), '"xxx'],
])('%s is malformed', async (_what, encodings, message) => {
  const refusal = await decodeContent(headersOf(encodings), gzipSync(BODY));
  expect(refusal).toEqual(malformed(message));
  expect((refusal as { message: string }).message.length).toBeLessThan(200);
});

describe('a bomb', () => {
  const MIB = 1024 * 1024;
  const zeros = Buffer.alloc(100 * MIB);
  const gzipped = gzipSync(zeros);

  test.each([
    ['gzip', gzipped],
    ['br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['zstd', zstdCompressSync(zeros)],
    ['gzip, gzip', gzipSync(gzipped)],
    ['gzip, br', brotliCompressSync(gzipped)],
  ])('of %s is stopped at the limit', async (encodings, body) => {
    expect(await decoded(encodings, body)).toMatchObject({ code: 'TOO_LARGE' });
  });

  test('costs no more memory when it comes a hundred times at once', async () => {
    const { result: refusals, grownBy } = await growthDuring(100 * MIB, () =>
      Promise.all(Array.from({ length: 100 }, () => decoded('gzip', gzipped))),
    );
    expect(grownBy).toBeLessThan(100 * MIB);
    expect(refusals).toEqual(Array(100).fill(expect.objectContaining({ code: 'TOO_LARGE' })));
  });

  test('of zstd with a window of 128 MiB is not given the room', async () => {
    const body = zstdCompressSync(Buffer.alloc(200 * MIB), { params: { [constants.ZSTD_c_windowLog]: 27 } });
    expect(await decoded('zstd', body)).toEqual(malformed('not zstd'));
  });
});
