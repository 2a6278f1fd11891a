// Which addresses and ports of a target a proxy is asked for.
import { createSender, type Sender } from '../../../src/delivery/http/send';
import { parseNetworks } from '../../../src/values/networks';
import { waitFor } from '../../support/wait-for';
import { type ConnectProxy, type ConnectProxyOptions, connectProxy } from '../connect-proxy';
import { closeAll, httpPartner, post } from '../partner';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await closeAll();
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function startProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const started = await connectProxy(options);
  stops.push(started.stop);
  return started;
}

function senderTo(addresses: string[]): Sender {
  const policy = { allowHttp: true, allowedNetworks: parseNetworks('127.0.0.0/8 ::1') };
  const sender = createSender(policy, { lookup: async () => addresses });
  stops.push(sender.stop);
  return sender;
}

const through = (url: string) => ({ proxy: { id: url, url, username: null, password: '' } });

test('the proxy is asked for the next address when it cannot reach one, not when it refuses one, IPv4 first', async () => {
  const partner = await httpPartner((_request, response) => response.end('ok'));
  const status = (url = '') => (url.endsWith(':9') ? 403 : url.startsWith('127.0.0.1:') ? 200 : 502);
  const proxy = await startProxy({ answer: ({ url }) => status(url) });
  const sender = senderTo(['::1', '127.0.0.3', '127.0.0.1']);
  const result = await post(sender, `http://partner.test:${partner.port}/`, through(proxy.url));
  expect(result).toMatchObject({ errorCode: null, remoteAddress: '127.0.0.1' });
  expect(proxy.targets).toEqual([`127.0.0.3:${partner.port}`, `127.0.0.1:${partner.port}`]);
  expect(await post(sender, 'http://partner.test:9/', through(proxy.url))).toMatchObject({ errorCode: 'PROXY' });
  expect(proxy.targets.slice(2)).toEqual(['127.0.0.3:9']);
});

test.each([
  ['http', 80],
  ['https', 443],
])(
  'a target over %s is asked for at port %d, without credentials, and a refusal ends the connection',
  async (scheme, port) => {
    const shown: unknown[] = [];
    const proxy = await startProxy({
      answer: ({ headers }) => {
        shown.push(headers['proxy-authorization']);
        return 403;
      },
    });
    const result = await post(senderTo(['127.0.0.1']), `${scheme}://partner.test/`, through(proxy.url));
    expect(result).toMatchObject({ errorCode: 'PROXY' });
    expect([proxy.targets, shown]).toEqual([[`127.0.0.1:${port}`], [undefined]]);
    await waitFor('the connection to be closed', () => proxy.sockets.size === 0, 10_000);
  },
);

test('a proxy at an IPv6 address is asked for four addresses of a target at most', async () => {
  const proxy = await startProxy({ host: '::1', answer: () => 502 });
  const addresses = [1, 2, 3, 4, 5, 6].map((n) => `127.0.0.${n}`);
  const result = await post(senderTo(addresses), 'http://partner.test:9/', through(proxy.url));
  expect(result).toMatchObject({ errorCode: 'PROXY' });
  expect(proxy.targets).toEqual(addresses.slice(0, 4).map((address) => `${address}:9`));
  await waitFor('the connections to be closed', () => proxy.sockets.size === 0, 10_000);
});
