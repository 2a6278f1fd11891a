import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Connector } from '../../../src/delivery/http/connect';
import { connectError } from '../../../src/delivery/http/connect-error';
import {
  createConnectionPool,
  DEFAULT_CONNECTION_OPTIONS,
  DEFAULT_POOL_OPTIONS,
  openConnection,
} from '../../../src/delivery/http/connection-pool';
import { DIRECT } from '../../../src/delivery/http/connection-settings';
import { guardedLookup } from '../../../src/delivery/http/guarded-connect';
import { proxyConnectError } from '../../../src/delivery/http/proxied-connect';
import { SendError } from '../../../src/delivery/send-error';
import { closeAll, httpPartner, localSender, post } from '../partner';

test.each([
  ['for its age', undefined, 'ClientDestroyedError: The client is destroyed'],
  ['after a failure', new SendError('RESET', 'It was reset.'), 'SendError: It was reset.'],
])(
  'a connection is closed %s with an error that names no place: the source map is not read for it',
  (_why, error, stack) => {
    const connection = openConnection('http://127.0.0.1:9', () => undefined, DEFAULT_CONNECTION_OPTIONS);
    const destroy = jest.spyOn(connection.client, 'destroy');
    connection.destroy(error);
    const [given] = destroy.mock.calls[0] as unknown as [Error | null];
    expect(given?.stack).toBe(stack);
  },
);

test('an origin without connections is forgotten: there may be one for each customer of a partner', () => {
  const connector = jest.fn<ReturnType<Connector>, Parameters<Connector>>(() => () => undefined);
  const pool = createConnectionPool({ ...DEFAULT_POOL_OPTIONS, connector });
  const lease = () => pool.lease('http://127.0.0.1:9', DIRECT, () => undefined);
  const [first, second] = [lease(), lease()];
  expect(connector).toHaveBeenCalledTimes(1);
  first.discard();
  lease().discard();
  expect(connector).toHaveBeenCalledTimes(1);
  second.discard();
  lease().discard();
  expect(connector).toHaveBeenCalledTimes(2);
  pool.stop();
});

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

// A partner closes idle connections. A request that is written to one that it has closed is lost.

afterEach(closeAll);

/** As in a process that is busy: no timer ends meanwhile. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test.each([
  ['the own limit', 100, '', 200, 2],
  ['the limit of the partner, less two seconds', 60_000, 'timeout=3, max=100', 1_200, 2],
  ['neither limit', 100, 'timeout=30', 200, 1],
  ['neither limit, because the partner names none', 60_000, 'max=5', 200, 1],
])(
  'a connection that was idle beyond %s carries no further request, however late the timers are',
  async (_what, keepAliveMs, header, idleMs, connections) => {
    const partner = await httpPartner((_request, response) => {
      response.writeHead(200, { 'keep-alive': header }).end();
    });
    const sender = localSender({ keepAliveMs });
    expect((await post(sender, partner.url)).errorCode).toBeNull();
    block(idleMs);
    expect((await post(sender, partner.url)).errorCode).toBeNull();
    expect(partner.sockets.size).toBe(connections);
  },
);

// A process without file descriptors, in which getaddrinfo says that each name does not exist.

test('an attempt that could not leave says nothing of the partner, whatever was missing first', async () => {
  const script = join(__dirname, 'without-descriptors.mjs');
  const command = 'ulimit -n 200 && exec "$0" "$1"';
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, script]);
  expect(stdout.trim()).toBe('NOT_SENT NOT_SENT NOT_SENT');
});
