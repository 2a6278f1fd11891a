import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { connectProxy } from '../connect-proxy';
import { closeAll, httpPartner, httpsPartner, localSender, type Partner, pem, post, rawPartner } from '../partner';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await closeAll();
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const WAIT_MS = 60;

/** Waits, and notes how long it was. */
function waits() {
  const waited: number[] = [];
  const wait = async () => {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    waited.push(Math.round(performance.now() - start));
  };
  return { waited, wait };
}

const answerAfter =
  (wait: () => Promise<unknown>): RequestListener =>
  async (request, response) => {
    request.resume();
    await wait();
    response.end('ok');
  };

const named = (port: number) => `https://partner.test:${port}/`;

test('a partner over TLS: each part is measured, and on the same connection only the first byte', async () => {
  const [partnerWaits, lookup] = [waits(), waits()];
  const partner = await httpsPartner('valid', answerAfter(partnerWaits.wait));
  const sender = localSender({
    ca: pem('ca'),
    lookup: async () => {
      await lookup.wait();
      return ['127.0.0.1'];
    },
  });
  const first = await post(sender, named(partner.port));
  expect(first).toMatchObject({ errorCode: null, connectMs: expect.any(Number), tlsMs: expect.any(Number) });
  expect(first.dnsMs).toBeGreaterThanOrEqual(lookup.waited[0] as number);
  expect(first.firstByteMs).toBeGreaterThanOrEqual(partnerWaits.waited[0] as number);
  const parts = [first.dnsMs, first.connectMs, first.tlsMs, first.firstByteMs].reduce<number>(
    (sum, ms) => sum + (ms ?? 0),
    0,
  );
  // each of them is rounded
  expect(parts).toBeLessThanOrEqual(first.durationMs + 4);

  const second = await post(sender, named(partner.port));
  expect(partner.sockets.size).toBe(1);
  expect(second).toMatchObject({ errorCode: null, dnsMs: null, connectMs: null, tlsMs: null });
  expect(second.firstByteMs).toBeGreaterThanOrEqual(partnerWaits.waited[1] as number);
});

test('a handshake that the partner delays is the part of TLS', async () => {
  const partner = await httpsPartner('valid', (_request, response) => response.end('ok'));
  const { waited, wait } = waits();
  const port = await tunnelTo(partner, wait);
  const result = await post(localSender({ ca: pem('ca'), lookup: async () => ['127.0.0.1'] }), named(port));
  expect(result.errorCode).toBeNull();
  expect(result.tlsMs).toBeGreaterThanOrEqual(waited[0] as number);
});

test('a proxy that connects late is in the part of the connection', async () => {
  const partner = await httpsPartner('valid', (_request, response) => response.end('ok'));
  let waited = 0;
  const proxy = await connectProxy({
    answer: () => {
      const start = performance.now();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
      waited = Math.round(performance.now() - start);
      return 200;
    },
  });
  stops.push(proxy.stop);
  const sender = localSender({ ca: pem('ca'), lookup: async () => ['127.0.0.1'] });
  const through = { proxy: { id: 'late', url: proxy.url, username: null, password: '' } };
  const result = await post(sender, named(partner.port), through);
  expect(result).toMatchObject({ errorCode: null, dnsMs: expect.any(Number), tlsMs: expect.any(Number) });
  expect(result.connectMs).toBeGreaterThanOrEqual(waited);
  expect(await post(sender, named(partner.port), through)).toMatchObject({ dnsMs: null, connectMs: null, tlsMs: null });
});

test('an address over http: no name and no handshake to measure', async () => {
  const partner = await httpPartner((_request, response) => response.end('ok'));
  const result = await post(localSender(), partner.url);
  expect(result).toMatchObject({ dnsMs: null, connectMs: expect.any(Number), tlsMs: null });
  expect(result.firstByteMs).toEqual(expect.any(Number));
});

test('of a request that fails, the parts that ended', async () => {
  const silent = await rawPartner((socket) => socket.destroy());
  expect(await post(localSender(), silent.url)).toMatchObject({
    errorCode: 'RESET',
    connectMs: expect.any(Number),
    firstByteMs: null,
  });

  // an answer that began, and broke off before its headers were complete
  const broken = await rawPartner((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'));
  const begun = await post(localSender(), broken.url);
  expect(begun).toMatchObject({ errorCode: 'RESET', responseStatus: null, firstByteMs: expect.any(Number) });

  const untrusted = await httpsPartner('self-signed');
  const sender = localSender({ ca: pem('ca'), lookup: async () => ['127.0.0.1'] });
  expect(await post(sender, named(untrusted.port))).toMatchObject({
    errorCode: 'TLS',
    dnsMs: expect.any(Number),
    connectMs: expect.any(Number),
    tlsMs: null,
    firstByteMs: null,
  });

  const unknown = localSender({ lookup: () => Promise.reject(new Error('no such name')) });
  expect(await post(unknown, 'https://partner.test/')).toMatchObject({
    errorCode: 'DNS',
    dnsMs: null,
    connectMs: null,
    tlsMs: null,
    firstByteMs: null,
  });
});

/** A port that passes bytes on to a partner, after a wait that begins with the first of them. */
async function tunnelTo(partner: Partner, wait: () => Promise<unknown>): Promise<number> {
  const server = createServer(async (socket) => {
    socket.on('error', () => undefined);
    await once(socket, 'readable');
    await wait();
    const target = connect(partner.port, '127.0.0.1');
    target.on('error', () => undefined);
    socket.pipe(target).pipe(socket);
    stops.push(async () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => server.close());
  return (server.address() as AddressInfo).port;
}
