import { createServer } from 'node:net';
import type { ProxyServer } from '../../../src/delivery/http/connection-settings';
import { createSender } from '../../../src/delivery/http/send';
import { parseNetworks } from '../../../src/values/networks';
import { waitFor } from '../../support/wait-for';
import { type ConnectProxy, type ConnectProxyOptions, connectProxy } from '../connect-proxy';
import { closeAll, httpPartner, httpsPartner, localSender, type Partner, pem, post, rawPartner } from '../partner';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await closeAll();
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function startProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const started = await connectProxy(options);
  stops.push(started.stop);
  return started;
}

let ids = 0;
const through = (url: string, more: Partial<ProxyServer> = {}): { proxy: ProxyServer } => {
  ids += 1;
  return { proxy: { id: `proxy-${ids}`, url, username: null, password: '', ...more } };
};
const named = (partner: Partner) => `https://partner.test:${partner.port}/`;
const trusting = () => localSender({ ca: pem('ca'), lookup: async () => ['127.0.0.1'] });

test('an https target is reached through the proxy by its checked address, and keeps its name in SNI and Host', async () => {
  let seen: unknown[] = [];
  const partner = await httpsPartner('valid', (request, response) => {
    seen = [request.headers.host, 'servername' in request.socket && request.socket.servername];
    response.end('ok');
  });
  const proxy = await startProxy();
  const result = await post(trusting(), named(partner), through(proxy.url));
  expect(result).toMatchObject({ errorCode: null, responseStatus: 200, remoteAddress: '127.0.0.1' });
  expect(seen).toEqual([`partner.test:${partner.port}`, 'partner.test']);
  expect(proxy.targets).toEqual([`127.0.0.1:${partner.port}`]);
});

test('an http target is reached through a tunnel too, and its body arrives', async () => {
  const bodies: string[] = [];
  const partner = await httpPartner((request, response) => {
    request.on('data', (chunk) => bodies.push(String(chunk)));
    request.on('end', () => response.end('ok'));
  });
  const proxy = await startProxy();
  const result = await post(localSender(), partner.url, { ...through(proxy.url), body: Buffer.from('{"n":1}') });
  expect(result).toMatchObject({ errorCode: null });
  expect([bodies, proxy.targets]).toEqual([['{"n":1}'], [`127.0.0.1:${partner.port}`]]);
});

test('a proxy over https is checked by its certificate', async () => {
  const partner = await httpsPartner('valid');
  const proxy = await startProxy({ certificate: 'valid' });
  expect(await post(trusting(), named(partner), through(proxy.url))).toMatchObject({ errorCode: null });
  const wrong = await startProxy({ certificate: 'other-host' });
  const result = await post(trusting(), named(partner), through(wrong.url));
  expect(result.errorCode).toBe('PROXY');
  expect(result.error).toMatch(
    /^The proxy of this webhook cannot be used: The certificate of 127\.0\.0\.1 was issued for another host/,
  );
  expect(wrong.targets).toEqual([]);
});

test('requests share a tunnel with the same proxy, and never with another one or without', async () => {
  const partner = await httpPartner((_request, response) => response.end('ok'));
  const proxy = await startProxy();
  const sender = localSender();
  const one = through(proxy.url);
  for (let n = 0; n < 3; n += 1) await post(sender, partner.url, one);
  expect(proxy.targets).toHaveLength(1);
  await post(sender, partner.url, through(proxy.url));
  expect(proxy.targets).toHaveLength(2);
  await post(sender, partner.url);
  expect(proxy.targets).toHaveLength(2);
  expect(partner.sockets.size).toBe(3);
});

describe('credentials of the proxy', () => {
  const basic = `Basic ${Buffer.from('us:pass-swordfish').toString('base64')}`;
  const guarded = () => startProxy({ answer: ({ headers }) => (headers['proxy-authorization'] === basic ? 200 : 407) });

  test('reach the proxy, and not the partner', async () => {
    let headers: unknown;
    const partner = await httpPartner((request, response) => {
      headers = request.rawHeaders;
      response.end('ok');
    });
    const proxy = await guarded();
    const given = through(proxy.url, { username: 'us', password: 'pass-swordfish' });
    expect(await post(localSender(), partner.url, given)).toMatchObject({ errorCode: null });
    expect(JSON.stringify(headers).toLowerCase()).not.toContain('proxy-auth');
  });

  test.each([
    ['missing', {}, /requires a user name and a password, and this webhook has none \(407\)\.$/],
    [
      'wrong',
      { username: 'us', password: 'wrong-swordfish' },
      /refused the user name or the password of this webhook \(407\)\.$/,
    ],
  ])('that are %s are named without being repeated', async (_what, more, sentence) => {
    const partner = await httpPartner((_request, response) => response.end('ok'));
    const proxy = await guarded();
    const result = await post(localSender(), partner.url, through(proxy.url, more));
    expect(result).toMatchObject({ errorCode: 'PROXY', responseStatus: null });
    expect(result.error).toMatch(sentence);
    expect(JSON.stringify(result)).not.toContain('swordfish');
  });
});

describe('a proxy that fails is named', () => {
  test.each([
    [502, 'could not connect to partner.test at 127.0.0.1:9 (502).'],
    [503, 'could not connect to partner.test at 127.0.0.1:9 (503).'],
    [403, 'refused to connect to partner.test at 127.0.0.1:9 (403).'],
    [302, 'refused to connect to partner.test at 127.0.0.1:9 (302).'],
  ])('with %d', async (status, sentence) => {
    const proxy = await startProxy({ answer: () => status });
    const result = await post(trusting(), 'https://partner.test:9/', through(proxy.url));
    expect(result).toMatchObject({ errorCode: 'PROXY', error: `The proxy ${new URL(proxy.url).host} ${sentence}` });
  });

  test.each([
    ['that is down', null, 'The proxy of this webhook cannot be used: 127.0.0.1 refused the connection'],
    ['that speaks no HTTP', 'SSH-2.0-x\r\n', 'sent an answer that is not HTTP/1.1'],
    [
      'that answers with large headers',
      `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      'answered with headers of more than 16 KiB (HPE_HEADER_OVERFLOW)',
    ],
    ['that answers halfway', 'HTTP/1.1 20', 'closed the connection before it answered CONNECT'],
    ['that hangs up', '', 'closed the connection before it answered CONNECT'],
  ])('%s', async (_what, answer, sentence) => {
    const silent = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(answer ?? ''));
    });
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, '127.0.0.1', () => resolve((silent.address() as { port: number }).port));
    });
    const close = () => new Promise((resolve) => silent.close(resolve));
    if (answer === null) await close();
    else stops.push(close);
    const result = await post(localSender(), 'http://127.0.0.1:9/', through(`http://127.0.0.1:${port}`));
    expect(result).toMatchObject({ errorCode: 'PROXY', error: expect.stringContaining(sentence) });
  });

  test('that sends data of its own into the tunnel', async () => {
    const partner = await httpPartner((_request, response) => response.end('ok'));
    const proxy = await startProxy({ early: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n' });
    const result = await post(localSender(), partner.url, through(proxy.url));
    expect(result).toMatchObject({ errorCode: 'PROXY', error: expect.stringContaining('sent data of its own') });
  });

  test('that stalls, and the connection to it is closed', async () => {
    const proxy = await startProxy({ answer: () => null });
    const result = await post(trusting(), 'https://partner.test:9/', { ...through(proxy.url), timeoutMs: 500 });
    const { host } = new URL(proxy.url);
    expect(result).toMatchObject({
      errorCode: 'TIMEOUT',
      error: `The proxy ${host} did not connect to partner.test within 0.5 s.`,
    });
    await waitFor('the connection to be closed', () => proxy.sockets.size === 0, 10_000);
  });

  test('that sends empty lines without an end in place of an answer', async () => {
    const endless = await rawPartner((socket) => {
      const send = () => {
        while (socket.write('\r\n'.repeat(1_000)));
      };
      socket.on('drain', send);
      send();
    });
    const result = await post(localSender(), 'http://127.0.0.1:9/', { ...through(endless.url), timeoutMs: 30_000 });
    expect(result).toMatchObject({
      errorCode: 'PROXY',
      error: `The proxy 127.0.0.1:${endless.port} sent more than 64 KiB without an answer to CONNECT.`,
    });
    await waitFor('the connection to be closed', () => [...endless.sockets].every(({ destroyed }) => destroyed));
  });

  test('whose name does not exist', async () => {
    const lookup = async (host: string) => {
      if (host === 'partner.test') return ['127.0.0.1'];
      throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    };
    const result = await post(localSender({ lookup }), 'http://partner.test/', through('http://proxy.test:3128'));
    expect(result).toMatchObject({
      errorCode: 'PROXY',
      error: 'The proxy of this webhook cannot be used: The name proxy.test does not exist (ENOTFOUND).',
    });
  });
});

test('a TLS handshake that stalls behind the proxy is the fault of the partner', async () => {
  const partner = await rawPartner(() => undefined);
  const proxy = await startProxy();
  const result = await post(trusting(), named(partner), { ...through(proxy.url), timeoutMs: 500 });
  const { host } = new URL(proxy.url);
  expect(result).toMatchObject({
    errorCode: 'TIMEOUT',
    error: `partner.test did not finish the TLS handshake through the proxy ${host} within 0.5 s.`,
  });
  await waitFor('the tunnel to be closed', () => proxy.sockets.size === 0, 10_000);
});

test('an endless answer through the proxy is limited as without', async () => {
  const partner = await rawPartner((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    const timer = setInterval(() => socket.write(`1;${'x'.repeat(2_000)}\r\ny\r\n`.repeat(50)), 1);
    socket.on('close', () => clearInterval(timer));
  });
  const proxy = await startProxy();
  const sender = localSender({ responseBytesOnWire: 1024 * 1024 });
  const result = await post(sender, partner.url, through(proxy.url));
  expect(result.errorCode).toBe('RESPONSE_TOO_LARGE');
});

describe('the address guard behind a proxy', () => {
  const guarded = (lookup: (host: string) => Promise<string[]>) => {
    const allowedNetworks = parseNetworks('127.0.0.0/8');
    const blockedNetworks = parseNetworks('127.0.0.2');
    const sender = createSender({ allowHttp: true, allowedNetworks, blockedNetworks }, { lookup });
    stops.push(sender.stop);
    return sender;
  };
  const addresses: Record<string, string[]> = {
    'inside.test': ['10.0.0.5'],
    'blocked.test': ['127.0.0.2'],
    'partly.test': ['127.0.0.1', '169.254.169.254'],
    'partner.test': ['127.0.0.1'],
  };
  const lookup = async (host: string) => addresses[host] ?? [];

  test.each([
    ['a name with a private address', 'http://inside.test/', /inside\.test resolves to 10\.0\.0\.5/],
    ['a blocked name', 'http://blocked.test/', /BLOCKED_TARGET_NETWORKS/],
    ['a name with one forbidden address', 'https://partly.test/', /169\.254\.169\.254/],
    ['a literal', 'http://127.0.0.2/', /BLOCKED_TARGET_NETWORKS/],
    ['a private literal', 'https://10.0.0.5/', /10\.0\.0\.5/],
  ])('refuses %s, and the proxy is not asked', async (_what, url, sentence) => {
    const proxy = await startProxy();
    const result = await post(guarded(lookup), url, through(proxy.url));
    expect(result.errorCode).toBe('BLOCKED_ADDRESS');
    expect(result.error).toMatch(sentence);
    expect([proxy.targets, proxy.sockets.size]).toEqual([[], 0]);
  });

  test('refuses a proxy at a blocked address, by literal and by name', async () => {
    const proxy = await startProxy({ host: '127.0.0.2' });
    const { port } = new URL(proxy.url);
    for (const url of [proxy.url, `http://blocked.test:${port}`]) {
      const result = await post(guarded(lookup), 'http://partner.test/', through(url));
      expect(result.errorCode).toBe('BLOCKED_ADDRESS');
      expect(result.error).toContain('The proxy of this webhook cannot be used');
    }
    expect([proxy.targets, proxy.sockets.size]).toEqual([[], 0]);
  });

  test('refuses a proxy at a port that is not called', async () => {
    const sender = createSender({ allowHttp: true, allowedNetworks: [], allowedPorts: new Set([443]) }, { lookup });
    stops.push(sender.stop);
    const result = await post(sender, 'https://partner.test/', through('http://proxy.test:3128'));
    expect(result).toMatchObject({ errorCode: 'BLOCKED_ADDRESS', error: expect.stringContaining('Port 3128') });
  });
});
