import { connectError } from '../../../src/delivery/http/connect-error';
import { guardedLookup } from '../../../src/delivery/http/guarded-lookup';
import { proxyConnectError } from '../../../src/delivery/http/proxy-error';

const failure = (code: string) => Object.assign(new Error(`connect ${code} 203.0.113.7:443`), { code });

test.each(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])(
  'what this machine lacks (%s) is NOT_SENT, and is not said of the partner',
  (code) => {
    const { errorCode, message } = connectError(failure(code), 'partner.example', false);
    expect(errorCode).toBe('NOT_SENT');
    expect(message).toMatch(/^No connection to partner\.example was opened: this (machine|process) has no /);
  },
);

test('without file descriptors, a name that cannot be looked up is NOT_SENT, and so is a proxy that cannot be reached', async () => {
  // as getaddrinfo rejects then
  const look = guardedLookup({ allowedNetworks: [] }, () => Promise.reject(failure('EMFILE')));
  const error = await look('partner.example').catch((fault) => fault);
  expect(error).toMatchObject({
    errorCode: 'NOT_SENT',
    message: expect.stringMatching(
      /^The name partner\.example could not be resolved: this process has no file descriptors/,
    ),
  });
  expect(proxyConnectError(error).errorCode).toBe('NOT_SENT');
});

test('of several addresses, the last error counts', () => {
  const several = Object.assign(new AggregateError([failure('ECONNREFUSED'), failure('EMFILE')]), { code: 'EMFILE' });
  expect(connectError(several, 'partner.example', false).errorCode).toBe('NOT_SENT');
});
