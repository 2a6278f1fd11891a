import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { SendError } from '../send-error';
import type { Connect } from './guarded-connect';

/** One connection to one origin, used by one exchange at a time. The client dials again when the partner closed it. */
export interface Connection {
  readonly client: Client;
  /** The address that was dialled last, from the first attempt on. */
  address: string | null;
  /** When the socket that stands now was opened (performance.now()). */
  openedAt: number;
  /** Counts from here for the next exchange. */
  restartCount(): void;
  /** Bytes that came since then, also those that are no part of an answer. */
  received(): number;
  /** @param why what the exchange on it ends with, where it has not ended */
  destroy(why?: SendError): void;
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
  let dialled: Socket | null = null;
  let receivedBefore = 0;
  const client = new Client(origin, {
    connect: (dial, callback) =>
      connectTo(dial, callback, (socket) => {
        dialled = socket;
        receivedBefore = 0;
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
    restartCount: () => {
      receivedBefore = dialled?.bytesRead ?? 0;
    },
    received: () => (dialled?.bytesRead ?? 0) - receivedBefore,
    destroy: (why) => {
      client.destroy(why ?? null);
      // A client that is destroyed while it connects would leave the kernel's SYNs running for two minutes.
      dialled?.destroy();
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
