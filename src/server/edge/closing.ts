import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Refusal } from './http-errors';

/** By then another process, or the restarted one, answers. */
const RETRY_AFTER_S = 1;

/** How often connections are closed that became idle while the server closes. Node closes only those that were idle before. */
const CLOSE_IDLE_MS = 250;

/**
 * Refuses requests that arrive on a kept-alive connection while the server closes, as in a rolling restart. Clients
 * then send them again on another connection. Answers to earlier requests ask for the end of their connection too: the
 * server is closed when no connection is left, and an idle one would be kept for more than a minute.
 */
export function refuseWhileClosing(server: FastifyInstance): void {
  let closing = false;
  let isSaid = false;
  // their answers come in order: if an earlier answer ended the connection, the refusal would not be sent
  const withRefusal = new WeakSet<Socket>();
  server.addHook('preClose', async () => {
    closing = true;
    const timer = setInterval(() => server.server.closeIdleConnections(), CLOSE_IDLE_MS);
    server.server.once('close', () => clearInterval(timer));
  });
  server.addHook('onSend', (request, reply, _payload, done) => {
    if (closing && !withRefusal.has(request.raw.socket)) reply.header('connection', 'close');
    done();
  });
  server.addHook('onRequest', (request, reply, done) => {
    if (!closing) return done();
    withRefusal.add(request.raw.socket);
    reply.header('connection', 'close');
    if (!isSaid) server.log.info('requests that come while this process stops are refused as UNAVAILABLE');
    isSaid = true;
    const message = 'This process is stopping. Send it again, on another connection.';
    done(new Refusal('UNAVAILABLE', message, 503, undefined, RETRY_AFTER_S));
  });
}

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

/**
 * Beyond `most`, the oldest connection makes room for each new one: callers that send or read slowly take no more file descriptors and
 * memory than these, and keep nobody else out.
 */
export function closeOldestConnections(server: FastifyInstance, most: number): void {
  const open = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size <= most) return;
    const [oldest] = open;
    if (oldest === undefined) return;
    open.delete(oldest);
    oldest.destroy();
  });
}

/** A function that does the work at its first call, and nothing at others. */
export function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
