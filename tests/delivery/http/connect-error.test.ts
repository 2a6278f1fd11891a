import { connectError } from '../../../src/delivery/http/connect-error';

const failure = (code: string) => Object.assign(new Error(`connect ${code} 203.0.113.7:443`), { code });

test.each(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])(
  'what this machine lacks (%s) is NOT_SENT, and is not said of the partner',
  (code) => {
    const { errorCode, message } = connectError(failure(code), 'partner.example', false);
    expect(errorCode).toBe('NOT_SENT');
    expect(message).toMatch(/^No connection to partner\.example was opened: this (machine|process) has no /);
  },
);

test('of several addresses, the last error counts', () => {
  const several = Object.assign(new AggregateError([failure('ECONNREFUSED'), failure('EMFILE')]), { code: 'EMFILE' });
  expect(connectError(several, 'partner.example', false).errorCode).toBe('NOT_SENT');
});
