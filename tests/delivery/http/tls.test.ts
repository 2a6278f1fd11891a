import { once } from 'node:events';
import tls from 'node:tls';
import { closeAll, httpPartner, httpsPartner, localSender, type Partner, pem, post, rawPartner } from '../partner';

afterEach(closeAll);

const trustingSender = () => localSender({ ca: pem('ca'), lookup: async () => ['127.0.0.1'] });
const named = (partner: Partner) => `https://partner.test:${partner.port}/`;

test('a partner with a valid certificate is reached by its name, sent as SNI', async () => {
  let servername: unknown;
  const partner = await httpsPartner('valid', (request, response) => {
    servername = 'servername' in request.socket && request.socket.servername;
    response.end('ok');
  });
  const sender = trustingSender();
  expect(await post(sender, named(partner))).toMatchObject({ errorCode: null, remoteAddress: '127.0.0.1' });
  expect(servername).toBe('partner.test');
});

test('an IP literal is checked against the addresses in the certificate', async () => {
  const sender = trustingSender();
  expect((await post(sender, (await httpsPartner('valid')).url)).errorCode).toBeNull();
  expect((await post(sender, (await httpsPartner('other-host')).url)).errorCode).toBe('TLS');
});

test.each([
  ['self-signed', 'The certificate of partner.test is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT).'],
  ['expired', 'The certificate of partner.test has expired (CERT_HAS_EXPIRED).'],
  ['other-host', 'The certificate of partner.test was issued for another host (ERR_TLS_CERT_ALTNAME_INVALID).'],
])('a certificate that is %s is refused, every time', async (certificate, sentence) => {
  let requests = 0;
  const partner = await httpsPartner(certificate, (_request, response) => {
    requests += 1;
    response.end();
  });
  const sender = trustingSender();
  for (let n = 0; n < 3; n += 1) {
    const result = await post(sender, named(partner));
    expect(result).toMatchObject({
      errorCode: 'TLS',
      responseStatus: null,
      error: sentence,
      remoteAddress: '127.0.0.1',
    });
  }
  expect(requests).toBe(0);
});

test('an unknown authority is refused, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
  const partner = await httpsPartner('valid');
  // `process.env` of a test is a copy, which Node does not read
  const { requireShared } = globalThis as unknown as { requireShared(module: 'node:process'): NodeJS.Process };
  const { env } = requireShared('node:process');
  env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    const result = await post(localSender({ lookup: async () => ['127.0.0.1'] }), named(partner));
    expect(result).toMatchObject({
      errorCode: 'TLS',
      error: expect.stringContaining('not signed by a trusted authority'),
    });
  } finally {
    delete env.NODE_TLS_REJECT_UNAUTHORIZED;
  }
});

describe('a partner that offers TLS 1.1 at most', () => {
  const ANY_CIPHER = 'DEFAULT@SECLEVEL=0';
  const oldPartner = () =>
    httpsPartner('valid', undefined, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: ANY_CIPHER });

  test.each([
    { authorities: null, ca: pem('ca') },
    { authorities: { id: 'own', certificates: [pem('ca')] }, ca: undefined },
  ])('is refused, whatever Node allows by default', async ({ authorities, ca }) => {
    const partner = await oldPartner();
    const sender = localSender({ ca, lookup: async () => ['127.0.0.1'] });
    const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls;
    // as with NODE_OPTIONS=--tls-min-v1.0
    Object.assign(tls, { DEFAULT_MIN_VERSION: 'TLSv1', DEFAULT_CIPHERS: ANY_CIPHER });
    try {
      expect(await post(sender, named(partner), { authorities })).toMatchObject({
        errorCode: 'TLS',
        responseStatus: null,
        error: expect.stringMatching(
          /^partner\.test offers no version of TLS from 1\.2 on, .*: .* enable TLS 1\.2 or 1\.3/,
        ),
      });
    } finally {
      Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS });
    }
  });

  test('does speak it with clients that accept it', async () => {
    const { port } = await oldPartner();
    const options = { minVersion: 'TLSv1', ciphers: ANY_CIPHER, ca: pem('ca'), servername: 'partner.test' } as const;
    const socket = tls.connect({ host: '127.0.0.1', port, ...options });
    await once(socket, 'secureConnect');
    expect(socket.getProtocol()).toBe('TLSv1.1');
    socket.destroy();
  });
});

test('a partner that speaks plain HTTP on a TLS port, or closes in the handshake, is TLS', async () => {
  const plain = await httpPartner((_request, response) => response.end());
  const result = await post(trustingSender(), named(plain));
  expect(result).toMatchObject({
    errorCode: 'TLS',
    error: expect.stringMatching(/^The TLS connection to partner\.test/),
  });
  const closing = await rawPartner((socket) => socket.end());
  expect((await post(trustingSender(), named(closing))).errorCode).toBe('TLS');
  const resetting = await rawPartner((socket) => socket.resetAndDestroy());
  expect((await post(trustingSender(), named(resetting))).errorCode).toBe('TLS');
});

test('a handshake that never ends runs into the deadline', async () => {
  const silent = await rawPartner(() => {});
  const result = await post(trustingSender(), named(silent), { timeoutMs: 1_000 });
  expect(result).toMatchObject({ errorCode: 'TIMEOUT', remoteAddress: '127.0.0.1' });
});

test('plain http to a TLS port is RESET or an answer, never a crash', async () => {
  const partner = await httpsPartner('valid');
  const result = await post(localSender(), partner.url.replace('https', 'http'));
  expect(result.errorCode).not.toBeNull();
});

test('connections are kept alive under TLS too', async () => {
  const partner = await httpsPartner('valid');
  const sender = trustingSender();
  for (let n = 0; n < 10; n += 1) expect((await post(sender, named(partner))).errorCode).toBeNull();
  expect(partner.sockets.size).toBe(1);
});
