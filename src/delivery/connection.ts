import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Connect } from './guarded-connect';

/** One connection to one origin, used by one exchange at a time. The client dials again when the partner closed it. */
export interface Connection {
  readonly client: Client;
  /** The address that was dialled last, from the first attempt on. */
  address: string | null;
  /** When the socket that stands now was opened (performance.now()). */
  openedAt: number;
  destroy(): void;
}

export interface ConnectionOptions {
  /** How long an idle connection is kept, unless the partner's Keep-Alive header names less. */
  readonly keepAliveMs: number;
  readonly responseHeaderBytes: number;
}

// Taken off the time that a partner's "Keep-Alive: timeout=5" promises, so that we close before it does: a request
// written while the partner's FIN is on its way is lost, and a POST may not be repeated blindly.
const KEEP_ALIVE_MARGIN_MS = 2000;

export function openConnection(origin: string, connectTo: Connect, options: ConnectionOptions): Connection {
  let dialling: Socket | null = null;
  const client = new Client(origin, {
    connect: (dial, callback) =>
      connectTo(dial, callback, (socket) => {
        dialling = socket;
        noteAddress(connection, socket);
      }),
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: options.keepAliveMs,
    keepAliveMaxTimeout: Math.max(options.keepAliveMs, 30_000),
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
    maxHeaderSize: options.responseHeaderBytes,
    headersTimeout: 0, // the deadline of the exchange is the only clock: these two do not end a drip
    bodyTimeout: 0,
  });
  const connection: Connection = {
    client,
    address: null,
    openedAt: 0,
    destroy: () => {
      client.destroy();
      // A client that is destroyed while it connects would leave the kernel's SYNs running for two minutes.
      dialling?.destroy();
    },
  };
  return connection;
}

function noteAddress(connection: Connection, socket: Socket): void {
  connection.address = null;
  socket.on('connectionAttempt', (ip: string) => {
    connection.address = ip;
  });
  socket.once('connect', () => {
    connection.address = socket.remoteAddress ?? connection.address;
    connection.openedAt = performance.now();
  });
}
