import { Socket } from 'node:net';

/**
 * A connection to the database that ends itself when nothing has passed for so long. A network that fails without a
 * word (a firewall that forgot us, a host that lost its power) never answers a statement, and Postgres, which would
 * stop it after its `statement_timeout`, cannot tell us.
 */
export function watchedSocket(silenceMs: number): Socket {
  const socket = new Socket();
  // worded as pg's own errors of lost connections are: src/sql/unavailable.ts knows them by it
  socket.setTimeout(silenceMs, () => socket.destroy(new Error(`Connection terminated: silent for ${silenceMs} ms`)));
  return socket;
}
