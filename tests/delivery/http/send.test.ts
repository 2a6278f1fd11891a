import type { IncomingMessage } from 'node:http';
import { unusedPort } from '../../support/program';
import { waitFor } from '../../support/wait-for';
import { closeAll, httpPartner, localSender, post, rawPartner } from '../partner';

afterEach(closeAll);

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('method, path, headers in order with repeats, and the exact bytes reach the partner', async () => {
  const seen: { line: string; rawHeaders: string[]; body: Buffer }[] = [];
  const partner = await httpPartner(async (request, response) => {
    seen.push({
      line: `${request.method} ${request.url}`,
      rawHeaders: request.rawHeaders,
      body: await bodyOf(request),
    });
    response.writeHead(
      202,
      'Fine',
      [
        ['X-One', 'a'],
        ['x-two', 'b'],
        ['X-ONE', 'c'],
      ].flat(),
    );
    response.end('thank you');
  });
  const body = Buffer.from([0, 255, 10, 13, 128]);
  const headers: [string, string][] = [
    ['Webhook-Id', 'msg_1'],
    ['x-b', '2'],
    ['X-A', '1'],
    ['x-b', 'ü'],
  ];
  const result = await post(localSender(), `${partner.url}/a/b?c=%20d&e`, { method: 'PUT', headers, body });

  expect(seen[0]!.line).toBe('PUT /a/b?c=%20d&e');
  expect(seen[0]!.body).toEqual(body);
  expect(seen[0]!.rawHeaders).toEqual([
    'host',
    `127.0.0.1:${partner.port}`,
    'connection',
    'keep-alive',
    ...headers.flat(),
    'content-length',
    '5',
  ]);
  expect(result).toMatchObject({ responseStatus: 202, errorCode: null, error: null, remoteAddress: '127.0.0.1' });
  expect(result).toMatchObject({ responseBody: Buffer.from('thank you'), responseBytes: 9, responseTruncated: false });
  expect(result.responseHeaders!.slice(0, 3)).toEqual([
    ['X-One', 'a'],
    ['x-two', 'b'],
    ['X-ONE', 'c'],
  ]);
});

test('a request without a body says so', async () => {
  const partner = await httpPartner((request, response) => response.end(`${request.headers['content-length']}`));
  const sender = localSender();
  expect((await post(sender, partner.url, { body: null })).responseBody!.toString()).toBe('0');
  expect((await post(sender, partner.url, { body: null, method: 'DELETE' })).responseStatus).toBe(200);
});

test.each([200, 201, 202, 206, 299])('%i is a success', async (status) => {
  const partner = await httpPartner((_request, response) => response.writeHead(status).end());
  expect(await post(localSender(), partner.url)).toMatchObject({
    responseStatus: status,
    errorCode: null,
    responseBytes: 0,
  });
});

test.each([300, 302, 307, 308, 400, 404, 410, 429, 500, 503, 599])(
  '%i is a failure with the answer kept',
  async (status) => {
    let calls = 0;
    const partner = await httpPartner((_request, response) => {
      calls += 1;
      response.writeHead(status, { location: `/elsewhere?token=secret`, 'retry-after': '7' }).end('no');
    });
    const result = await post(localSender(), partner.url);
    expect(result).toMatchObject({ responseStatus: status, errorCode: 'HTTP_STATUS', responseBody: Buffer.from('no') });
    expect(result.error).toMatch(`127.0.0.1:${partner.port} answered ${status}`);
    expect(result.error).not.toContain('secret');
    expect(result.responseHeaders).toContainEqual(['retry-after', '7']);
    expect(result.retryAfter).toBe('7');
    expect(calls).toBe(1);
  },
);

test('the first Retry-After is given as it came, whatever it says; null without one', async () => {
  const partner = await httpPartner((request, response) => {
    if (request.url === '/none') response.writeHead(429);
    else response.writeHead(429, ['Retry-AFTER', 'Wed, 21 Oct 2015 07:28:00 GMT', 'retry-after', '5']);
    response.end();
  });
  const sender = localSender();
  expect((await post(sender, partner.url)).retryAfter).toBe('Wed, 21 Oct 2015 07:28:00 GMT');
  expect((await post(sender, `${partner.url}/none`)).retryAfter).toBeNull();
  expect((await post(sender, 'http://127.0.0.1:9/')).retryAfter).toBeNull();
});

test('sends to one origin one after another share a connection, whose address each result names', async () => {
  const partner = await httpPartner((_request, response) => response.end('ok'));
  const sender = localSender();
  for (let n = 0; n < 50; n += 1) {
    expect(await post(sender, partner.url)).toMatchObject({ errorCode: null, remoteAddress: '127.0.0.1' });
  }
  expect(partner.sockets.size).toBe(1);
});

test('sends at the same time open no more connections than the bound', async () => {
  const partner = await httpPartner((_request, response) => setImmediate(() => response.end('ok')));
  const sender = localSender({ connectionsPerOrigin: 8 });
  const results = await Promise.all(Array.from({ length: 500 }, () => post(sender, partner.url)));
  expect(results.every((result) => result.errorCode === null)).toBe(true);
  expect(partner.sockets.size).toBe(8);
});

test('a connection that the partner closes after each answer is replaced', async () => {
  const partner = await httpPartner((_request, response) => response.writeHead(200, { connection: 'close' }).end('ok'));
  const sender = localSender({ connectionsPerOrigin: 2 });
  const results = await Promise.all(Array.from({ length: 40 }, () => post(sender, partner.url)));
  expect(results.map((result) => result.errorCode)).toEqual(Array(40).fill(null));
  expect(partner.sockets.size).toBe(40);
});

test('a connection is replaced when it has grown old, so that a new DNS answer is seen', async () => {
  const partner = await httpPartner((_request, response) => response.end('ok'));
  const sender = localSender({ connectionMaxAgeMs: 0 });
  for (let n = 0; n < 3; n += 1) expect((await post(sender, partner.url)).errorCode).toBeNull();
  expect(partner.sockets.size).toBe(3);
});

test('an idle connection that the partner closed is not used again', async () => {
  const partner = await httpPartner((_request, response) => response.end('ok'));
  const sender = localSender();
  for (let n = 0; n < 5; n += 1) {
    expect((await post(sender, partner.url)).errorCode).toBeNull();
    for (const socket of partner.sockets) socket.end();
    await waitFor('both ends', () => [...partner.sockets].every((socket) => socket.destroyed));
  }
  expect(partner.sockets.size).toBe(5);
});

test('a closed port is CONNECT', async () => {
  const result = await post(localSender(), `http://127.0.0.1:${await unusedPort()}/`);
  expect(result).toMatchObject({
    errorCode: 'CONNECT',
    responseStatus: null,
    responseBody: null,
    remoteAddress: '127.0.0.1',
  });
  expect(result.error).toBe('127.0.0.1 refused the connection: nothing listens on that port (ECONNREFUSED).');
});

test('a partner that never answers is TIMEOUT, at the time asked for', async () => {
  const partner = await rawPartner(() => {});
  const result = await post(localSender(), partner.url, { timeoutMs: 1_000 });
  expect(result).toMatchObject({
    errorCode: 'TIMEOUT',
    responseStatus: null,
    responseHeaders: null,
    remoteAddress: '127.0.0.1',
  });
  expect(result.error).toBe(`127.0.0.1:${partner.port} did not answer within 1 s.`);
  expect(result.durationMs).toBeGreaterThanOrEqual(999);
});

test('waiting for a free connection counts, and is not said to be the fault of the partner', async () => {
  const partner = await rawPartner(() => {});
  const sender = localSender({ connectionsPerOrigin: 1 });
  const [first, second] = await Promise.all([
    post(sender, partner.url, { timeoutMs: 2_000 }),
    post(sender, partner.url, { timeoutMs: 500 }),
  ]);
  expect(first.error).toContain('did not answer within 2 s');
  const why = `all connections to 127.0.0.1:${partner.port} were busy with earlier deliveries, and none became free within 0.5 s`;
  expect(second).toMatchObject({
    errorCode: 'NOT_SENT',
    error: `Nothing was sent: ${why}.`,
    responseStatus: null,
    remoteAddress: null,
  });
  expect(partner.sockets.size).toBe(1);
});

test('a silent origin with a long queue does not slow another', async () => {
  const silent = await rawPartner(() => {});
  const healthy = await httpPartner((_request, response) => response.end('ok'));
  const sender = localSender();
  // none of them ends before the partner goes away
  let ended = 0;
  for (let n = 0; n < 3000; n += 1) {
    void post(sender, silent.url, { timeoutMs: 600_000 }).then(() => {
      ended += 1;
    });
  }
  for (let n = 0; n < 20; n += 1) expect((await post(sender, healthy.url)).errorCode).toBeNull();
  expect(ended).toBe(0);
});

test('of those that a silent origin keeps waiting, the ones that never had a connection are not its fault', async () => {
  const silent = await rawPartner(() => {});
  const sender = localSender({ connectionsPerOrigin: 8 });
  const stuck = Array.from({ length: 200 }, () => post(sender, silent.url, { timeoutMs: 3_000 }));
  const codes = (await Promise.all(stuck)).map((result) => result.errorCode);
  expect(new Set(codes)).toEqual(new Set(['TIMEOUT', 'NOT_SENT']));
  expect(codes.filter((code) => code === 'TIMEOUT').length).toBeGreaterThanOrEqual(8);
  expect(silent.sockets.size).toBeGreaterThanOrEqual(8);
});

test.each([
  ['x\r\ny: 1', 'v', '"x\\r\\ny: 1" is not a header name'],
  ['', 'v', '"" is not a header name'],
  ['x y', 'v', '"x y" is not a header name'],
  ['x-a', 'secret\r\nx-evil: 1', 'the header x-a contains a line break'],
  ['x-a', 'secret\n', 'the header x-a contains a line break'],
  ['x-a', 'secret\u0000', 'the header x-a contains a line break'],
  ['x-a', 'secret €', 'outside Latin-1'],
  ['Host', 'evil.example', 'the header Host is set by the HTTP client'],
  ['transfer-encoding', 'chunked', 'is set by the HTTP client'],
])('the header %j: %j ends as an error that names it, and nothing is sent', async (name, value, sentence) => {
  const partner = await httpPartner((_request, response) => response.end());
  const result = await post(localSender(), partner.url, {
    headers: [
      ['ok', 'ok'],
      [name, value],
    ],
  });
  expect(result).toMatchObject({ errorCode: 'NOT_SENT', responseStatus: null });
  expect(result.error).toContain(sentence);
  expect(result.error).not.toContain('secret');
  expect(partner.sockets.size).toBe(0);
});

test('what undici itself refuses is a value too', async () => {
  const partner = await httpPartner((_request, response) => response.end());
  const sender = localSender();
  const headers: [string, string][] = [['content-length', '99']];
  expect((await post(sender, partner.url, { headers })).errorCode).toBe('RESET');
  expect((await post(sender, partner.url, { method: 'BAD METHOD' })).errorCode).toBe('RESET');
  expect((await post(sender, partner.url, { headers: [['content-length', '2']] })).errorCode).toBeNull();
});

test('a sender that stops lets what is under way finish and sends nothing more', async () => {
  const partner = await httpPartner((_request, response) => void setTimeout(() => response.end('ok'), 50));
  const sender = localSender();
  const underWay = post(sender, partner.url);
  const stopping = sender.stop();
  expect(await post(sender, partner.url)).toMatchObject({
    errorCode: 'NOT_SENT',
    error: 'Nothing was sent: this process is stopping.',
  });
  await stopping;
  expect(await underWay).toMatchObject({ errorCode: null, responseStatus: 200 });
  expect(partner.sockets.size).toBe(1);
});

test('a fault of Hookledger itself in one request rejects that one alone, and a stop does not fail for it', async () => {
  const partner = await httpPartner((_request, response) => response.end('ok'));
  const sender = localSender();
  const headers = null as unknown as [string, string][];
  await expect(post(sender, partner.url, { headers })).rejects.toThrow('not iterable');
  // jest fails a test during which a promise is rejected that nothing waits for
  await new Promise(setImmediate);
  expect(await post(sender, partner.url)).toMatchObject({ responseStatus: 200 });
  await sender.stop();
});
