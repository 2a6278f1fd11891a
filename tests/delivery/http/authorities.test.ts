import { connectProxy } from '../connect-proxy';
import { closeAll, httpsPartner, localSender, type Partner, pem, post } from '../partner';

afterEach(closeAll);

let ids = 0;
const trusting = (...names: string[]) => {
  ids += 1;
  return { authorities: { id: `authorities-${ids}`, certificates: names.map(pem) } };
};
const sender = (ca?: string) => localSender({ ...(ca && { ca: pem(ca) }), lookup: async () => ['127.0.0.1'] });
const named = (partner: Partner) => `https://partner.test:${partner.port}/`;

test('a partner whose certificate a listed authority has signed is trusted, by this webhook alone', async () => {
  const partner = await httpsPartner('valid');
  const one = sender();
  expect(await post(one, named(partner), trusting('ca'))).toMatchObject({ errorCode: null });
  expect(await post(one, named(partner), trusting('client-ca', 'ca'))).toMatchObject({ errorCode: null });
  expect((await post(one, named(partner))).errorCode).toBe('TLS');
  expect((await post(one, named(partner), trusting('client-ca'))).errorCode).toBe('TLS');
});

test('a connection is not used by a webhook with other authorities', async () => {
  const partner = await httpsPartner('valid');
  const one = sender();
  const settings = trusting('ca');
  await post(one, named(partner), settings);
  await post(one, named(partner), settings);
  expect(partner.sockets.size).toBe(1);
  await post(one, named(partner), trusting('ca'));
  expect(partner.sockets.size).toBe(2);
});

test('those that are trusted without the list stay trusted', async () => {
  const partner = await httpsPartner('valid');
  expect(await post(sender('ca'), named(partner), trusting('client-ca'))).toMatchObject({ errorCode: null });
});

test('a listed certificate of the server itself is trusted', async () => {
  const partner = await httpsPartner('self-signed');
  expect((await post(sender(), named(partner))).errorCode).toBe('TLS');
  expect(await post(sender(), named(partner), trusting('self-signed'))).toMatchObject({ errorCode: null });
});

test('so is one that an authority signed which is not listed', async () => {
  const partner = await httpsPartner('valid');
  expect(await post(sender(), named(partner), trusting('valid'))).toMatchObject({ errorCode: null });
});

test.each([
  ['expired', 'The certificate of partner.test has expired (CERT_HAS_EXPIRED).'],
  ['other-host', 'The certificate of partner.test was issued for another host (ERR_TLS_CERT_ALTNAME_INVALID).'],
])('a certificate that is %s is refused also if its authority is listed', async (certificate, error) => {
  const partner = await httpsPartner(certificate);
  expect(await post(sender(), named(partner), trusting('ca'))).toMatchObject({ errorCode: 'TLS', error });
});

test('a proxy over https is trusted by them too', async () => {
  const partner = await httpsPartner('valid');
  const through = await connectProxy({ certificate: 'valid' });
  const proxy = { id: 'proxy', url: through.url, username: null, password: '' };
  expect(await post(sender(), named(partner), { proxy, ...trusting('ca') })).toMatchObject({ errorCode: null });
  expect(await post(sender(), named(partner), { proxy })).toMatchObject({ errorCode: 'PROXY' });
  await through.stop();
});

test('the client certificate is presented with them', async () => {
  const options = { ca: pem('client-ca'), requestCert: true, rejectUnauthorized: true };
  const partner = await httpsPartner('valid', (_request, response) => response.end('ok'), options);
  const certificate = { id: 'client', certificate: pem('client'), privateKey: pem('client-key') };
  expect(await post(sender(), named(partner), { certificate, ...trusting('ca') })).toMatchObject({ errorCode: null });
});

test('a client certificate that OpenSSL refuses fails its own exchange', async () => {
  const partner = await httpsPartner('valid');
  const certificate = { id: 'weak', certificate: pem('client-weak'), privateKey: pem('client-weak-key') };
  const result = await post(sender(), named(partner), { certificate, ...trusting('ca') });
  expect(result).toMatchObject({ errorCode: 'NOT_SENT', error: expect.stringContaining('cannot be used') });
});
