import type { Socket } from 'node:net';
import { type buildConnector, Client, errors } from 'undici';
import type { SendError } from '../send-error';
import { type Connect, type Dialling, type DialTimes, startDialTimes } from './connect';

/** One connection to one origin, used by one exchange at a time. The client reconnects after the partner closed it. */
export interface Connection {
  readonly client: Client;
  /** The address of the last connection attempt; null before the first. */
  address: string | null;
  /** What has not happened yet while it is connecting, such as "The proxy p could not be reached"; null: nothing special. */
  waitsFor: string | null;
  /** The times of the last connection attempt; null before the first. */
  dialled: DialTimes | null;
  /** When the current socket was connected (performance.now()). */
  openedAt: number;
  /** @param header the Keep-Alive header of the response that has begun */
  noteKeepAlive(header: string | undefined): void;
  /** An exchange has ended. */
  becameIdle(): void;
  /** Whether the partner may have closed it by now, although the socket does not say so yet. */
  isIdleTooLong(): boolean;
  /** Resets `received`, for the next exchange. */
  restartCount(): void;
  /** Bytes received since `restartCount`, including those that are not part of a response. */
  received(): number;
  /** @param why the error of an exchange that is still running on it */
  destroy(why?: SendError): void;
}

export interface ConnectionOptions {
  /** How long an idle connection is kept, unless the partner's Keep-Alive header gives a shorter time. */
  readonly keepAliveMs: number;
  /** A response with larger headers fails. */
  readonly responseHeaderBytes: number;
}

export const DEFAULT_CONNECTION_OPTIONS: ConnectionOptions = {
  // common servers close an idle connection after 5 s (Node, Apache), whether they announce it or not
  keepAliveMs: 4000,
  responseHeaderBytes: 32 * 1024,
};

// Subtracted from the time in a partner's "Keep-Alive: timeout=5", so that we close first: a request written while the
// partner's FIN is on its way is lost, and a POST must not be repeated without knowing whether it arrived.
const KEEP_ALIVE_MARGIN_MS = 2000;
const KEEP_ALIVE_MAX_MS = 30_000;

export function openConnection(origin: string, connectTo: Connect, options: ConnectionOptions): Connection {
  let dialled: Socket | null = null;
  let receivedBefore = 0;
  let keptMs = options.keepAliveMs;
  let idleSince = 0;
  let destroyed = false;
  const dialling: Dialling = {
    socket(socket) {
      // an encrypted socket ends with the one below it
      if (destroyed) socket.destroy();
      dialled = socket;
      receivedBefore = 0;
      noteAddress(connection, socket);
    },
    address(ip) {
      connection.address = ip;
    },
    resolved() {
      noteResolved(connection);
    },
    connected() {
      noteConnected(connection);
    },
    waitsFor(what) {
      connection.waitsFor = what;
    },
  };
  const client = new Client(origin, {
    connect: (dial, callback) => {
      connection.address = null;
      connection.waitsFor = null;
      const times = startDialTimes();
      connection.dialled = times;
      const noted: buildConnector.Callback = (...result) => {
        if (result[0] === null && dial.protocol === 'https:') times.encryptedAt = performance.now();
        callback(...result);
      };
      connectTo(dial, noted, dialling);
    },
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: options.keepAliveMs,
    keepAliveMaxTimeout: Math.max(options.keepAliveMs, KEEP_ALIVE_MAX_MS),
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
    maxHeaderSize: options.responseHeaderBytes,
    headersTimeout: 0, // the exchange has its own deadline; these two do not end a slow but steady response
    bodyTimeout: 0,
  });
  const connection: Connection = {
    client,
    address: null,
    waitsFor: null,
    dialled: null,
    openedAt: 0,
    noteKeepAlive(header) {
      const announced = /timeout=(\d+)/.exec(header ?? '');
      keptMs = announced
        ? Math.min(Number(announced[1]) * 1_000 - KEEP_ALIVE_MARGIN_MS, KEEP_ALIVE_MAX_MS)
        : options.keepAliveMs;
    },
    becameIdle() {
      idleSince = performance.now();
    },
    // the timers of the client are late when the process is busy
    isIdleTooLong: () => performance.now() - idleSince > keptMs,
    restartCount: () => {
      receivedBefore = dialled?.bytesRead ?? 0;
    },
    received: () => (dialled?.bytesRead ?? 0) - receivedBefore,
    destroy: (why) => {
      destroyed = true;
      client.destroy(why ?? withoutPlace(new errors.ClientDestroyedError()));
      // Destroying a client that is connecting leaves the kernel sending SYNs for two minutes.
      dialled?.destroy();
    },
  };
  return connection;
}

/** Node reads the stack of each error with which a socket is closed: see `Answer` in `errors.ts`. */
function withoutPlace(error: Error): Error {
  error.stack = String(error);
  return error;
}

function noteAddress(connection: Connection, socket: Socket): void {
  socket.on('connectionAttempt', (ip: string) => {
    connection.address = ip;
  });
  socket.on('lookup', (error: Error | null) => {
    if (!error) noteResolved(connection);
  });
  socket.once('connect', () => {
    connection.address = socket.remoteAddress ?? connection.address;
    connection.openedAt = performance.now();
    noteConnected(connection);
  });
}

/** Once for all addresses of a name, and not again for the name of a proxy. */
function noteResolved({ dialled }: Connection): void {
  if (dialled !== null) dialled.resolvedAt ??= performance.now();
}

/** Behind a proxy, when the tunnel is open and not when the proxy is connected to. */
function noteConnected({ dialled }: Connection): void {
  if (dialled !== null) dialled.connectedAt = performance.now();
}
