// Answers that clients do not read are held within limits, and not for ever.
import { connect, type Socket } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { answerErrorsAsJson } from '../../../src/server/edge/http-errors';
import { createHeldAnswers } from '../../../src/server/graphql/graphql-route';
import { waitFor } from '../../support/wait-for';

const MIB = 1024 * 1024;
/** More than the buffers of a socket take. */
const TEXT = 'x'.repeat(24 * MIB);

let server: FastifyInstance;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

async function start(held: Parameters<typeof createHeldAnswers>[0]): Promise<number> {
  server = fastify({ forceCloseConnections: true });
  answerErrorsAsJson(server);
  const hold = createHeldAnswers(held);
  for (const [path, mayRefuse] of [
    ['/', true],
    ['/mutation', false],
  ] as const)
    server.get(path, async (request, reply) => {
      hold(request, reply, TEXT, mayRefuse);
      return TEXT;
    });
  await server.listen({ port: 0, host: '127.0.0.1' });
  return (server.server.address() as { port: number }).port;
}

/** A client that reads the beginning of its answer alone. */
async function startReading(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  return socket;
}

test('more than one caller may have is refused until answers are read', async () => {
  const port = await start({ inProcess: 100 * MIB, ofOneKey: 30 * MIB, mostMs: 300_000 });
  const first = await startReading(port);
  const refused = await fetch(`http://127.0.0.1:${port}/`);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] });
  expect((await (await fetch(`http://127.0.0.1:${port}/mutation`)).text()).length).toBe(TEXT.length);
  first.resume();
  await waitFor('the first answer to be read', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    return answer.status === 200 && (await answer.text()).length === TEXT.length;
  });
});

test('more than a process may have is refused until a client is gone', async () => {
  const port = await start({ inProcess: 30 * MIB, ofOneKey: 100 * MIB, mostMs: 300_000 });
  const first = await startReading(port);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(429);
  first.destroy();
  await waitFor('room', async () => (await fetch(`http://127.0.0.1:${port}/`)).status === 200);
});

test('a client that does not read is disconnected', async () => {
  const port = await start({ inProcess: 30 * MIB, ofOneKey: 30 * MIB, mostMs: 50 });
  const first = await startReading(port);
  const closed = new Promise<boolean>((resolve) => {
    first.once('error', () => resolve(true));
    first.once('close', () => resolve(true));
  });
  await waitFor('room', async () => (await fetch(`http://127.0.0.1:${port}/`)).status === 200);
  first.resume();
  expect(await closed).toBe(true);
  // not after the whole answer
  expect(first.bytesRead).toBeLessThan(TEXT.length);
});
