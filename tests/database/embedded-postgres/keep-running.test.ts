import { keepRunning } from '../../../src/database/embedded-postgres/keep-running';
import type { Server } from '../../../src/database/embedded-postgres/server';
import { waitFor } from '../../support/wait-for';

/** A server that ends when the test ends it. */
function fakeServer(port: number): Server & { end(): void; stopped: boolean } {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const server = {
    address: { port, socketFolder: '/run/hookledger' },
    ended,
    end,
    stopped: false,
    async stop() {
      server.stopped = true;
      end();
    },
  };
  return server;
}

const hasSpace = async () => true;

const soon = () => new Promise((resolve) => setImmediate(resolve));

test('a server that ends is started again at its address, three times within a minute and then no more', async () => {
  let minutes = 0;
  const servers = [fakeServer(5499)];
  const addresses: Server['address'][] = [];
  const errors: Error[] = [];
  const kept = keepRunning(servers[0] as Server, {
    hasSpace,
    now: () => minutes * 60_000,
    onGivenUp: (error) => errors.push(error),
    start: async (address) => {
      addresses.push(address);
      const server = fakeServer(address.port);
      servers.push(server);
      return server;
    },
  });
  const endIt = async () => {
    servers.at(-1)?.end();
    await soon();
  };
  for (let n = 0; n < 3; n += 1) await endIt();
  const sameAddress = { port: 5499, socketFolder: '/run/hookledger' };
  expect(addresses).toEqual([sameAddress, sameAddress, sameAddress]);
  minutes = 2;
  for (let n = 0; n < 3; n += 1) await endIt();
  expect(addresses).toHaveLength(6);
  expect(errors).toEqual([]);
  await endIt();
  expect(addresses).toHaveLength(6);
  expect(errors.map(({ message }) => message)).toEqual(['The embedded PostgreSQL ended 4 times within a minute.']);
  await kept.stop();
});

test('a server that was stopped is not started again', async () => {
  const server = fakeServer(5499);
  const kept = keepRunning(server, { hasSpace, start: () => Promise.reject(new Error('it was started again')) });
  await kept.stop();
  expect(server.stopped).toBe(true);
});

test('a server that starts while it is stopped is stopped too, and no loss is reported', async () => {
  const [first, second] = [fakeServer(5499), fakeServer(5499)];
  const { promise: starting, resolve: started } = Promise.withResolvers<Server>();
  const errors: Error[] = [];
  const kept = keepRunning(first, { hasSpace, start: () => starting, onGivenUp: (error) => errors.push(error) });
  first.end();
  await soon();
  const stopping = kept.stop();
  started(second);
  await stopping;
  expect({ stopped: second.stopped, errors }).toEqual({ stopped: true, errors: [] });
});

test('a server whose disk is full is started once it has space, also if the start fails, and however often', async () => {
  const servers = [fakeServer(5499)];
  const errors: Error[] = [];
  let isFull = false;
  let starts = 0;
  const kept = keepRunning(servers[0] as Server, {
    hasSpace: async () => !isFull,
    onFull() {
      isFull = false;
    },
    onGivenUp: (error) => errors.push(error),
    async start(address) {
      starts += 1;
      // every other start fills the disk
      isFull = starts % 2 === 1;
      if (isFull) throw new Error('No space left on device');
      const server = fakeServer(address.port);
      servers.push(server);
      return server;
    },
  });
  for (let n = 1; n <= 6; n += 1) {
    isFull = true;
    servers.at(-1)?.end();
    await waitFor('the server to be started', () => servers.length > n);
  }
  expect(errors).toEqual([]);
  await kept.stop();
});

test('a stop ends the wait for space', async () => {
  const server = fakeServer(5499);
  const start = () => Promise.reject(new Error('it was started again'));
  const kept = keepRunning(server, { hasSpace: async () => false, start });
  server.end();
  await soon();
  await kept.stop();
});
