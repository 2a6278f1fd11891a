import { Socket } from 'node:net';

/**
 * A socket that is destroyed after `silenceMs` without traffic. When a firewall drops the connection or the host loses
 * its power, a statement gets no answer, and PostgreSQL, which stops it after `statement_timeout`, cannot report that.
 */
export function socketWithTimeout(silenceMs: number): Socket {
  const socket = new Socket();
  // isDatabaseUnavailable of database-errors.ts recognises this text, which is that of pg for lost connections
  socket.setTimeout(silenceMs, () =>
    socket.destroy(new Error(`Connection terminated: silent for ${socket.timeout} ms`)),
  );
  return socket;
}
