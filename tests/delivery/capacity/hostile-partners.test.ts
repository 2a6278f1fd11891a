import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { growthDuring } from '../../support/live-memory';
import { closeAll, httpPartner, localSender, post, rawPartner } from '../partner';

afterEach(closeAll);

const KIB = 1024;
const MIB = 1024 * KIB;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Writes the same bytes for as long as the connection stands. */
function flood(socket: Socket, bytes: string): void {
  const block = Buffer.from(bytes.repeat(Math.ceil((64 * KIB) / bytes.length)), 'latin1');
  const more = () => {
    while (!socket.destroyed && socket.write(block));
    if (!socket.destroyed) socket.once('drain', () => setImmediate(more));
  };
  more();
}

test('an endless sequence of interim responses ends before the deadline', async () => {
  const partner = await rawPartner((socket) => flood(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'));
  const result = await post(localSender(), partner.url);
  expect(result).toMatchObject({ errorCode: 'RESET', responseStatus: null });
  expect(result.error).toContain('more interim responses (1xx) than are read');
});

test.each([
  ['100 that was not requested', `HTTP/1.1 100 Continue\r\n\r\n${OK}`, 'answered 100 (Continue)'],
  [
    '101 that was not requested',
    'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
    'answered 101 (Switching Protocols)',
  ],
])('%s is RESET, with a sentence of its own', async (_what, answer, sentence) => {
  const partner = await rawPartner((socket) => socket.write(answer));
  const result = await post(localSender(), partner.url);
  expect(result).toMatchObject({ errorCode: 'RESET', responseStatus: null });
  expect(result.error).toContain(sentence);
});

test('a body of 1 GiB is read up to 1 MiB, in bounded memory, by many at once', async () => {
  let written = 0;
  const partner = await rawPartner((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${1024 * MIB}\r\n\r\n`);
    flood(socket, 'x'.repeat(64 * KIB));
    socket.on('close', () => {
      written += socket.bytesWritten;
    });
  });
  const sender = localSender();
  const { result, grownBy } = await growthDuring(300 * MIB, () =>
    Promise.all(Array.from({ length: 25 }, () => post(sender, partner.url))),
  );
  for (const each of result) {
    expect(each).toMatchObject({ errorCode: 'RESPONSE_TOO_LARGE', responseStatus: 200, responseTruncated: true });
    expect(each.responseBody).toHaveLength(64 * KIB);
    expect(each.responseBytes).toBeLessThan(MIB + 128 * KIB);
  }
  expect(written).toBeLessThan(25 * 16 * MIB);
  expect(grownBy).toBeLessThan(300 * MIB);
});

test('of a long compressed body the beginning is decoded, and the whole is counted', async () => {
  const noise = Buffer.from(Array.from({ length: 500 * KIB }, (_, n) => (n * 2654435761) >>> 24));
  const text = Buffer.concat([Buffer.from('it begins so'), noise]);
  const stored = gzipSync(text, { level: 0 });
  const partner = await httpPartner((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(stored),
  );
  const result = await post(localSender(), partner.url);
  expect(result).toMatchObject({ errorCode: null, responseTruncated: true });
  expect(result.responseBody!.equals(text.subarray(0, 64 * KIB))).toBe(true);
  expect(result.responseBytes).toBe(stored.length);
});

test.each([
  ['a status line', 'HTTP/1.1 200 ', 'y', 'RESPONSE_TOO_LARGE', null],
  ['the name of a header', 'HTTP/1.1 200 OK\r\n', 'y', 'RESPONSE_TOO_LARGE', null],
  ['many headers', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n', 'RESPONSE_TOO_LARGE', null],
  [
    'the extension of a chunk',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=',
    'y',
    'RESPONSE_TOO_LARGE',
    200,
  ],
  [
    'trailers',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n',
    'a: b\r\n',
    'RESPONSE_TOO_LARGE',
    200,
  ],
  ['empty lines before the answer', '', '\r\n', 'RESPONSE_TOO_LARGE', null],
  [
    'chunks of one byte',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    '1\r\nx\r\n',
    'RESPONSE_TOO_LARGE',
    200,
  ],
])('%s without end is broken off, in bounded memory', async (_what, begin, bytes, errorCode, responseStatus) => {
  const partner = await rawPartner((socket) => {
    socket.write(begin);
    flood(socket, bytes);
  });
  const sender = localSender();
  const { result, grownBy } = await growthDuring(150 * MIB, () => post(sender, partner.url));
  expect(result).toMatchObject({ errorCode, responseStatus });
  expect(result.error).toMatch(/^127\.0\.0\.1:\d+ .*\.$/);
  expect(grownBy).toBeLessThan(150 * MIB);
});

const chunked = '2\r\nok\r\n0\r\n\r\n';
test.each<[string, string, string | null, number | null]>([
  [
    'Content-Length and Transfer-Encoding',
    `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
    'RESET',
    null,
  ],
  ['Content-Length twice, the same', 'Content-Length: 2\r\nContent-Length: 2\r\n\r\nok', 'RESET', null],
  ['a Content-Length that is a list', 'Content-Length: 2, 2\r\n\r\nok', 'RESET', null],
  ['a Content-Length below zero', 'Content-Length: -2\r\n\r\nok', 'RESET', null],
  ['a Content-Length with a sign', 'Content-Length: +2\r\n\r\nok', 'RESET', null],
  ['a Content-Length beyond all numbers', `Content-Length: ${'9'.repeat(40)}\r\n\r\nok`, 'RESET', null],
  ['a Transfer-Encoding that we do not know', 'Transfer-Encoding: xchunked\r\n\r\nok', null, 200],
  ['chunked twice', `Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`, null, 200],
  ['a chunk beyond all numbers', `Transfer-Encoding: chunked\r\n\r\n${'F'.repeat(20)}\r\nok`, 'RESET', 200],
  ['a chunk without its line break', 'Transfer-Encoding: chunked\r\n\r\n2\r\nokoops', 'RESET', 200],
  ['white space before the colon', 'Content-Length : 2\r\n\r\nok', 'RESET', null],
  ['a header that is folded', 'X-Old: a\r\n b\r\nContent-Length: 2\r\n\r\nok', 'RESET', null],
  ['a header without a name', ': x\r\nContent-Length: 2\r\n\r\nok', 'RESET', null],
  ['no header at all', '\r\nok', null, 200],
])('an answer with %s', async (_what, rest, errorCode, responseStatus) => {
  const partner = await rawPartner((socket) => socket.end(Buffer.from(`HTTP/1.1 200 OK\r\n${rest}`, 'latin1')));
  const result = await post(localSender(), partner.url);
  expect(result).toMatchObject({ errorCode, responseStatus });
  if (errorCode !== null) expect(result.error).toMatch(/^127\.0\.0\.1:\d+ .*\.$/);
});

test.each<[string, string, string, number | null]>([
  ['HTTP/0.9', '<html>hello</html>', 'RESET', null],
  ['HTTP/3.7 in its status line', 'HTTP/3.7 200 OK\r\nContent-Length: 2\r\n\r\nok', 'RESET', null],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok', 'RESET', null],
  ['a status that is no number', 'HTTP/1.1 abc OK\r\n\r\n', 'RESET', null],
  ['status 999', 'HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok', 'HTTP_STATUS', 999],
  ['304 with a body', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok', 'HTTP_STATUS', 304],
])('%s', async (_what, answer, errorCode, responseStatus) => {
  const partner = await rawPartner((socket) => socket.end(answer));
  expect(await post(localSender(), partner.url)).toMatchObject({ errorCode, responseStatus });
});

test('trailers are read over, and the connection is used again', async () => {
  const partner = await httpPartner((_request, response) => {
    response.writeHead(200, { trailer: 'x-sum' });
    response.write('ok');
    response.addTrailers({ 'x-sum': 'abc' });
    response.end();
  });
  const sender = localSender();
  for (let n = 0; n < 3; n += 1) expect((await post(sender, partner.url)).errorCode).toBeNull();
  expect(partner.sockets.size).toBe(1);
});

test('bytes that are no UTF-8 are kept as they came', async () => {
  const body = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0xf0, 0x9f]);
  const head = Buffer.from(
    `HTTP/1.1 200 \xff\xfe\r\nX-Odd: \xe4\xff\r\nContent-Length: ${body.length}\r\n\r\n`,
    'latin1',
  );
  const partner = await rawPartner((socket) => socket.end(Buffer.concat([head, body])));
  const result = await post(localSender(), partner.url);
  expect(result).toMatchObject({ errorCode: null, responseBody: body });
  expect(result.responseHeaders).toContainEqual(['X-Odd', '\xe4\xff']);
});

test('a partner that reads the request a little at a time runs into the deadline, in bounded memory', async () => {
  let accepted: Socket | undefined;
  const server = createServer((socket) => {
    accepted = socket.pause().on('error', () => {});
    const sip = setInterval(() => socket.read(512), 10);
    socket.on('close', () => clearInterval(sip));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  const result = await post(localSender(), `http://127.0.0.1:${port}`, {
    body: Buffer.alloc(32 * MIB),
    timeoutMs: 300,
  });
  accepted?.destroy();
  server.close();
  expect(result).toMatchObject({ errorCode: 'TIMEOUT', responseStatus: null });
});

test('an answer that comes before the request was read counts, or the reset that follows it', async () => {
  const partner = await rawPartner((socket) => {
    socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
    setTimeout(() => socket.destroy(), 20);
  });
  const result = await post(localSender(), partner.url, { body: Buffer.alloc(8 * MIB) });
  expect(['HTTP_STATUS', 'RESET']).toContain(result.errorCode);
});

test('a redirect is never followed, to wherever it leads', async () => {
  let calls = 0;
  const partner = await httpPartner((request, response) => {
    calls += 1;
    const places = ['http://169.254.169.254/latest/', 'file:///etc/passwd', '//10.0.0.1/', '/again', '\x01'];
    response.writeHead(307, { location: places[Number(request.url!.slice(1))]!.replace('\x01', '') }).end();
  });
  const sender = localSender();
  for (let n = 0; n < 5; n += 1) {
    const result = await post(sender, `${partner.url}/${n}`);
    expect(result).toMatchObject({ errorCode: 'HTTP_STATUS', responseStatus: 307 });
    expect(result.error).toContain('redirects are not followed');
  }
  expect(calls).toBe(5);
});
