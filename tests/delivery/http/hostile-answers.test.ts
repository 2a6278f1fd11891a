import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { growthDuring } from '../../support/live-memory';
import { closeAll, httpPartner, localSender, post, rawPartner } from '../partner';

afterEach(closeAll);

const KIB = 1024;
const MIB = 1024 * KIB;

function encodedPartner(encoding: string, body: Buffer, status = 200) {
  return httpPartner((_request, response) => response.writeHead(status, { 'content-encoding': encoding }).end(body));
}

const compressWithLargestWindow = (body: Buffer) =>
  brotliCompressSync(body, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });

test('a body that drips ends at the deadline, and what came is kept', async () => {
  const partner = await httpPartner((_request, response) => {
    const drip = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(drip));
  });
  const result = await post(localSender(), partner.url, { timeoutMs: 2_000 });
  expect(result).toMatchObject({ errorCode: 'TIMEOUT', responseStatus: 200, responseTruncated: true });
  expect(result.error).toContain('began to answer but did not finish within 2 s');
  expect(result.responseBody!.toString()).toMatch(/^x+$/);
});

test('headers that drip end at the deadline', async () => {
  const partner = await rawPartner((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const drip = setInterval(() => socket.write('x'), 10);
    socket.on('close', () => clearInterval(drip));
  });
  expect(await post(localSender(), partner.url, { timeoutMs: 150 })).toMatchObject({
    errorCode: 'TIMEOUT',
    responseStatus: null,
  });
});

test('a body between what is kept and what is read is a success, with its whole length', async () => {
  const partner = await httpPartner((request, response) => response.end('x'.repeat(Number(request.url!.slice(1)))));
  const sender = localSender();
  const sizes = [64 * KIB, 64 * KIB + 1, MIB, MIB + 1];
  const results = await Promise.all(sizes.map((size) => post(sender, `${partner.url}/${size}`)));
  expect(results.map((result) => result.errorCode)).toEqual([null, null, null, 'RESPONSE_TOO_LARGE']);
  expect(results.map((result) => result.responseTruncated)).toEqual([false, true, true, true]);
  expect(results.map((result) => result.responseBody!.length)).toEqual(Array(4).fill(64 * KIB));
  expect(results.map((result) => result.responseBytes).slice(0, 3)).toEqual(sizes.slice(0, 3));
});

test.each([
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
])('a body that came as %s without having been asked for is decompressed', async (encoding, compress) => {
  const partner = await encodedPartner(encoding, compress(Buffer.from('hello '.repeat(1000))));
  const result = await post(localSender(), partner.url);
  expect(result).toMatchObject({ errorCode: null, responseBytes: 6000, responseTruncated: false });
  expect(result.responseBody!.toString()).toBe('hello '.repeat(1000));
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', compressWithLargestWindow],
])('a %s bomb of 20 MB stops at 1 MiB', async (encoding, compress) => {
  const partner = await encodedPartner(encoding, compress(Buffer.alloc(20 * 1000 * 1000)));
  const sender = localSender();
  const { result: results, grownBy } = await growthDuring(150 * MIB, () =>
    Promise.all(Array.from({ length: 20 }, () => post(sender, partner.url))),
  );
  for (const result of results) {
    expect(result).toMatchObject({ errorCode: 'RESPONSE_TOO_LARGE', responseStatus: 200, responseTruncated: true });
    expect(result.responseBody!.equals(Buffer.alloc(64 * KIB))).toBe(true);
    expect(result.responseBytes).toBeLessThanOrEqual(MIB + 64 * KIB);
  }
  expect(grownBy).toBeLessThan(150 * MIB);
});

test.each([
  ['zstd', Buffer.from('raw bytes')],
  ['constructor', Buffer.from('raw bytes')],
  ['__proto__', Buffer.from('raw bytes')],
  ['gzip', Buffer.from('not gzip at all')],
  ['br', Buffer.from('not brotli at all')],
  ['gzip, gzip', gzipSync(gzipSync('x'))],
  ['gzip', Buffer.concat([gzipSync('x').subarray(0, -8), Buffer.alloc(8)])],
])(
  'a 2xx with content-encoding %j that cannot be undone stays a success, its bytes as received',
  async (encoding, bytes) => {
    const partner = await encodedPartner(encoding, bytes);
    const result = await post(localSender(), partner.url);
    expect(result).toMatchObject({ errorCode: null, responseBody: bytes, responseBytes: bytes.length });
  },
);

test('a compressed body that is cut off is decompressed as far as it goes', async () => {
  const partner = await encodedPartner('gzip', gzipSync('a'.repeat(5000) + Math.random()).subarray(0, -12));
  const result = await post(localSender(), partner.url);
  expect(result.errorCode).toBeNull();
  expect(result.responseBody!.toString()).toMatch(/^a{4000}/);
});

test('10 MB of headers are too large', async () => {
  const partner = await rawPartner((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    for (let n = 0; n < 10; n += 1) socket.write(`x-${n}: ${'y'.repeat(MIB)}\r\n`);
    socket.write('content-length: 0\r\n\r\n');
  });
  const result = await post(localSender(), partner.url);
  expect(result).toMatchObject({ errorCode: 'RESPONSE_TOO_LARGE', responseStatus: null });
  expect(result.error).toContain('more headers than are read: 32 KiB.');
});

const ANSWERS: [
  string,
  string,
  { errorCode: string | null; responseStatus: number | null; body?: string; error?: string },
][] = [
  [
    'a Content-Length that is too long, then the end',
    'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort',
    { errorCode: 'RESET', responseStatus: 200, body: 'short' },
  ],
  [
    'a Content-Length that is too short',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\noklonger',
    { errorCode: null, responseStatus: 200, body: 'ok' },
  ],
  [
    'two different Content-Lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok',
    { errorCode: 'RESET', responseStatus: null },
  ],
  [
    'a second answer behind the first',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n',
    { errorCode: null, responseStatus: 200, body: 'ok' },
  ],
  [
    'chunks that end early',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel',
    { errorCode: 'RESET', responseStatus: 200, body: 'hel' },
  ],
  [
    'a bad chunk size',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello',
    { errorCode: 'RESET', responseStatus: 200, error: 'not HTTP/1.1' },
  ],
  [
    '102 and 103 before the answer',
    'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    { errorCode: null, responseStatus: 200, body: 'ok' },
  ],
  [
    'a thousand times 103',
    `${'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(1000)}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    { errorCode: null, responseStatus: 200, body: 'ok' },
  ],
  ['only a 103', 'HTTP/1.1 103 Early Hints\r\n\r\n', { errorCode: 'RESET', responseStatus: null }],
  [
    'HTTP/1.0 up to the end of the connection',
    'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold',
    { errorCode: null, responseStatus: 200, body: 'old' },
  ],
  ['HTTP/1.0 with 500', 'HTTP/1.0 500 Oops\r\n\r\nold', { errorCode: 'HTTP_STATUS', responseStatus: 500, body: 'old' }],
  [
    '204 with a body',
    'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody',
    { errorCode: null, responseStatus: 204, body: '' },
  ],
  ['a status below 100', 'HTTP/1.1 050 Odd\r\nContent-Length: 0\r\n\r\n', { errorCode: 'RESET', responseStatus: null }],
  [
    'something that is not HTTP',
    'SSH-2.0-OpenSSH_9.0\r\n',
    { errorCode: 'RESET', responseStatus: null, error: 'RTSP/ or ICE/) (HTTPParserError).' },
  ],
  ['HTTP/2 frames', '\0\0\x12\x04\0\0\0\0\0', { errorCode: 'RESET', responseStatus: null }],
  [
    'a header with a line break inside',
    'HTTP/1.1 200 OK\r\nx: a\rb\r\n\r\n',
    { errorCode: 'RESET', responseStatus: null },
  ],
  ['a header with NUL', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n', { errorCode: 'RESET', responseStatus: null }],
  [
    'nothing, and closes',
    '',
    { errorCode: 'RESET', responseStatus: null, error: 'closed the connection before its answer was complete' },
  ],
];

test.each(ANSWERS)('a partner that answers with %s', async (_what, answer, { body, error, ...expected }) => {
  const partner = await rawPartner((socket) => socket.end(Buffer.from(answer, 'latin1')));
  const result = await post(localSender(), partner.url);
  expect(result).toMatchObject(expected);
  if (body !== undefined) expect(result.responseBody!.toString()).toBe(body);
  expect(result.responseTruncated).toBe(result.errorCode === 'RESET' && result.responseStatus !== null);
  if (error !== undefined) expect(result.error).toContain(error);
});

test('a reset in the middle of the body is RESET, with what had come', async () => {
  const partner = await rawPartner((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', async () => {
      // a reset discards what was not read: the reader is in this process, and reads in one of these turns
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
      socket.resetAndDestroy();
    });
  });
  const result = await post(localSender(), partner.url);
  expect(result).toMatchObject({
    errorCode: 'RESET',
    responseStatus: 200,
    responseBody: Buffer.from('half'),
    responseTruncated: true,
  });
  expect(result.error).toContain('reset the connection');
});

test.each([
  [200, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  [204, 'HTTP/1.1 204 No Content\r\n\r\n'],
])('a forged answer behind one with %i is not taken for the next delivery', async (status, answer) => {
  let served = 0;
  const server = await rawPartner((socket) => {
    served += 1;
    const forged = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged';
    socket.write(served === 1 ? `${answer}${forged}` : 'HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
  });
  const sender = localSender({ connectionsPerOrigin: 1 });
  const [first, second] = await Promise.all([post(sender, server.url), post(sender, server.url)]);
  expect([first.responseStatus, second.responseStatus]).toEqual([status, 500]);
});

test('header values are given back byte for byte', async () => {
  const partner = await rawPartner((socket) =>
    socket.end(Buffer.from('HTTP/1.1 200 OK\r\nX-Odd:  ü \r\nset-cookie: a\r\nSet-Cookie: b\r\n\r\n', 'utf8')),
  );
  const { responseHeaders } = await post(localSender(), partner.url);
  expect(responseHeaders).toEqual([
    ['X-Odd', Buffer.from('ü').toString('latin1')],
    ['set-cookie', 'a'],
    ['Set-Cookie', 'b'],
  ]);
});
