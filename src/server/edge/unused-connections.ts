import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Connections without any request, which clients open in advance. Node counts them as busy and would wait for their
 * first request before it closes the server.
 */
export function closeUnusedConnections(server: FastifyInstance): void {
  const open = new Set<Socket>();
  let closing = false;
  server.server.on('connection', (socket: Socket) => {
    if (closing) return void socket.destroy();
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.addHook('preClose', async () => {
    closing = true;
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  });
}
