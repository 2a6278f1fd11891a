import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../../../src/delivery/http/connection-settings';
import { connectProxy } from '../connect-proxy';
import { closeAll, httpsPartner, localSender, pem, post } from '../partner';

afterEach(closeAll);

const sender = () => localSender({ ca: pem('ca') });

function certificateOf(name: string, key = 'client-key'): ClientCertificate {
  return { id: name, certificate: pem(name), privateKey: pem(key) };
}

const shownOn = (socket: Socket) => String((socket as TLSSocket).getPeerCertificate()?.subject?.CN ?? 'nobody');

/** Answers with the name in the certificate that it was shown; `nobody` without one. */
function doorkeeper(mustShow: boolean, headers: Record<string, string> = {}) {
  return httpsPartner(
    'valid',
    (request, response) => {
      response.writeHead(200, headers).end(shownOn(request.socket));
    },
    { ca: pem('client-ca'), requestCert: true, rejectUnauthorized: mustShow },
  );
}

test('a partner that asks for a client certificate gets it, with the authorities in between', async () => {
  const partner = await doorkeeper(true);
  const result = await post(sender(), partner.url, { certificate: certificateOf('client') });
  expect(result).toMatchObject({ errorCode: null, responseBody: Buffer.from('client') });
});

test.each<[string, ClientCertificate | null]>([
  ['none', null],
  ['one of an authority that it does not know', certificateOf('self-signed', 'key')],
  ['one that has expired', certificateOf('client-expired')],
])('a partner that requires a client certificate refuses %s', async (_what, certificate) => {
  const partner = await doorkeeper(true);
  const result = await post(sender(), partner.url, { certificate });
  expect(result).toMatchObject({ responseStatus: null, remoteAddress: '127.0.0.1' });
  expect(['TLS', 'RESET']).toContain(result.errorCode);
  expect(result.error).toMatch(/^127\.0\.0\.1:\d+ .*\.$/);
});

test.each(['keep-alive', 'close'])(
  'what was connected with one certificate is never used for another one or none (connection: %s)',
  async (connection) => {
    const partner = await doorkeeper(false, { connection });
    const one = sender();
    const [client, two] = [certificateOf('client'), certificateOf('client-two')];
    const order = [client, null, two, null, client, two, null, client];
    const seen = [];
    for (const certificate of order)
      seen.push((await post(one, partner.url, { certificate })).responseBody?.toString());
    expect(seen).toEqual(order.map((certificate) => certificate?.id ?? 'nobody'));
    expect(partner.sockets.size).toBe(connection === 'close' ? order.length : 3);
  },
);

test('webhooks with the same authorities show their own certificates', async () => {
  const partner = await doorkeeper(false, { connection: 'close' });
  const one = sender();
  const authorities = { id: 'same', certificates: [pem('client-ca')] };
  const order = [certificateOf('client'), null, certificateOf('client-two'), certificateOf('client')];
  const seen = [];
  for (const certificate of order)
    seen.push((await post(one, partner.url, { certificate, authorities })).responseBody?.toString());
  expect(seen).toEqual(['client', 'nobody', 'client-two', 'client']);
});

test('a certificate that was replaced is not used any more', async () => {
  const partner = await doorkeeper(true);
  const one = sender();
  await post(one, partner.url, { certificate: { ...certificateOf('client'), id: 'a' } });
  const result = await post(one, partner.url, { certificate: { ...certificateOf('client-two'), id: 'b' } });
  expect(result.responseBody?.toString()).toBe('client-two');
});

test('a certificate that cannot be used sends nothing, and harms no other request', async () => {
  const partner = await doorkeeper(false);
  const one = sender();
  const broken = [
    { id: 'no-pem', certificate: 'x', privateKey: 'y' },
    { id: 'not-its-key', certificate: pem('client'), privateKey: pem('key') },
  ];
  for (const certificate of broken) {
    const result = await post(one, partner.url, { certificate });
    expect(result).toMatchObject({ errorCode: 'NOT_SENT', responseStatus: null });
    expect(result.error).toMatch(/^Nothing was sent: the client certificate of this webhook cannot be used \(ERR_OSSL/);
  }
  expect((await post(one, partner.url)).responseBody?.toString()).toBe('nobody');
});

test('a certificate is shown to the partner, through the proxy, and not to the proxy', async () => {
  const partner = await doorkeeper(true);
  const shown: string[] = [];
  const proxy = await connectProxy({
    certificate: 'valid',
    answer: ({ socket }) => {
      shown.push(shownOn(socket));
      return 200;
    },
  });
  const through = { id: 'proxy', url: proxy.url, username: null, password: '' };
  const result = await post(sender(), partner.url, { certificate: certificateOf('client'), proxy: through });
  await proxy.stop();
  expect([result.errorCode, result.responseBody?.toString(), shown]).toEqual([null, 'client', ['nobody']]);
});
