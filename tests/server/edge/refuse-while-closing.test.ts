import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { refuseWhileClosing } from '../../../src/server/edge/closing';
import { waitFor } from '../../support/wait-for';

test('a connection whose answer had begun before the server closes ends with this answer', async () => {
  // longer than the test
  const server = fastify({ keepAliveTimeout: 600_000 });
  refuseWhileClosing(server);
  const begun = Promise.withResolvers<ServerResponse>();
  server.get('/', (_request, reply) => {
    reply.hijack();
    // no longer with the header that ends the connection
    reply.raw.writeHead(200).write('the beginning');
    begun.resolve(reply.raw);
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const answered = new Promise<IncomingMessage>((resolve) => get({ port, agent, host: '127.0.0.1' }, resolve));
  const answer = (await begun.promise) && (await answered);
  const closed = server.close();
  await waitFor('it to close', () => !server.server.listening);
  (await begun.promise).end();
  answer.resume();
  await closed;
  agent.destroy();
});
