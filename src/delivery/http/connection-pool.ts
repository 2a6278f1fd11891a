import type { Socket } from 'node:net';
import { type buildConnector, Client, errors } from 'undici';
import type { SendError } from '../send-error';
import { type Connect, type Connector, type Dialling, type DialTimes, startDialTimes } from './connect';
import { type ConnectionSettings, connectionKey } from './connection-settings';
import { responseTooLong } from './exchange-error';

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

interface ConnectionOptions {
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

export interface PoolOptions extends ConnectionOptions {
  readonly connector: Connector;
  readonly connectionsPerOrigin: number;
  /** Without a maximum age, steady traffic would keep a connection, and an old DNS answer, without limit. */
  readonly connectionMaxAgeMs: number;
  /** The maximum size of one response on the wire, including padding such as chunk extensions. */
  readonly responseBytesOnWire: number;
}

export const DEFAULT_POOL_OPTIONS: Omit<PoolOptions, 'connector'> = {
  ...DEFAULT_CONNECTION_OPTIONS,
  // All that a worker sends at once: capacity/worker-capacity.ts divides it among webhooks, and one slow webhook must
  // not take the connections of another at the same host.
  connectionsPerOrigin: 1_024,
  connectionMaxAgeMs: 5 * 60_000,
  // a body of 1 MiB in chunks of one byte is 6 MiB
  responseBytesOnWire: 16 * 1024 * 1024,
};

/** An entry in an origin's pool: it waits for a connection, or holds one. */
export interface Lease {
  /** Returns the connection to the pool. */
  release(): void;
  /** Leaves the queue, or closes the connection. */
  discard(): void;
}

export type UseConnection = (connection: Connection, lease: Lease) => void;

export interface ConnectionPool {
  /** Calls `use` as soon as a connection is free: before it returns, if one is free now. */
  lease(origin: string, settings: ConnectionSettings, use: UseConnection): Lease;
  stop(): void;
}

interface OriginPool {
  readonly host: string;
  readonly open: () => Connection;
  readonly options: PoolOptions;
  readonly forget: () => void;
  readonly idle: Connection[];
  readonly busy: Set<Connection>;
  readonly waiting: Set<Waiting>;
}

interface Waiting extends Lease {
  connection: Connection | null;
  readonly use: UseConnection;
}

/**
 * A bounded pool of persistent connections for each origin, client certificate, proxy and list of authorities: a connection
 * that was authenticated by one certificate must not be used with another, or with none. Origins share nothing, so one that is down delays only its
 * own requests. undici's Pool is not used: it does not expose which socket carried a request (the log records its
 * address), and a dispatch cannot leave its queue at the deadline.
 */
export function createConnectionPool(options: PoolOptions): ConnectionPool {
  const origins = new Map<string, OriginPool>();
  // Bodies and headers are counted as they arrive. The parser discards the rest (status lines, chunk extensions, empty
  // lines) without a callback, so this checks the bytes of the socket.
  let watch: NodeJS.Timeout | null = null;
  const stopWatching = () => {
    if (watch) clearInterval(watch);
    watch = null;
  };
  const watchFloods = () => {
    let isUsed = false;
    for (const pool of origins.values()) {
      endFloods(pool);
      isUsed ||= pool.busy.size + pool.waiting.size > 0;
    }
    // an idle process is not woken for it
    if (!isUsed) stopWatching();
  };
  const poolOf = (origin: string, settings: ConnectionSettings): OriginPool => {
    const key = connectionKey(origin, settings);
    const known = origins.get(key);
    if (known !== undefined) return known;
    const pool = createOriginPool(origin, settings, options, () => {
      origins.delete(key);
      if (origins.size === 0) stopWatching();
    });
    origins.set(key, pool);
    return pool;
  };
  return {
    lease: (origin, settings, use) => {
      watch ??= setInterval(watchFloods, FLOOD_CHECK_MS).unref();
      return joinQueue(poolOf(origin, settings), use);
    },
    stop: () => {
      stopWatching();
      for (const pool of origins.values()) {
        for (const connection of [...pool.idle, ...pool.busy]) connection.destroy();
      }
      origins.clear();
    },
  };
}

const FLOOD_CHECK_MS = 250;

function endFloods({ host, busy, options }: OriginPool): void {
  for (const connection of busy) {
    if (connection.received() <= options.responseBytesOnWire) continue;
    connection.destroy(responseTooLong(host, options.responseBytesOnWire));
  }
}

function createOriginPool(
  origin: string,
  settings: ConnectionSettings,
  options: PoolOptions,
  forget: () => void,
): OriginPool {
  const connect = options.connector(settings);
  const pool: OriginPool = {
    host: new URL(origin).host,
    open: () => {
      const connection = openConnection(origin, connect, options);
      connection.client.on('disconnect', () => dropIdle(pool, connection));
      return connection;
    },
    options,
    forget,
    idle: [],
    busy: new Set(),
    waiting: new Set(),
  };
  return pool;
}

function joinQueue(pool: OriginPool, use: UseConnection): Lease {
  const waiting: Waiting = {
    connection: null,
    use,
    release: () => release(pool, waiting),
    discard: () => discard(pool, waiting),
  };
  pool.waiting.add(waiting);
  serve(pool);
  return waiting;
}

// The most recently used connection is taken first, so that connections above the need become idle and close.
function serve(pool: OriginPool): void {
  for (const waiting of pool.waiting) {
    if (pool.idle.length === 0 && pool.busy.size >= pool.options.connectionsPerOrigin) return;
    pool.waiting.delete(waiting);
    const connection = takeIdle(pool) ?? pool.open();
    pool.busy.add(connection);
    waiting.connection = connection;
    connection.restartCount();
    waiting.use(connection, waiting);
  }
}

function takeIdle(pool: OriginPool): Connection | undefined {
  while (true) {
    const connection = pool.idle.pop();
    if (!connection?.isIdleTooLong()) return connection;
    connection.destroy();
  }
}

function release(pool: OriginPool, { connection }: Waiting): void {
  if (connection === null || !pool.busy.delete(connection)) return;
  connection.becameIdle();
  pool.idle.push(connection);
  if (performance.now() - connection.openedAt > pool.options.connectionMaxAgeMs) dropIdle(pool, connection);
  serve(pool);
}

function discard(pool: OriginPool, waiting: Waiting): void {
  pool.waiting.delete(waiting);
  const { connection } = waiting;
  if (connection === null || !pool.busy.delete(connection)) return;
  close(pool, connection);
  // Deferred: when many deadlines expire together, each would open a connection for the next one, which expires too.
  setImmediate(serve, pool);
}

function dropIdle(pool: OriginPool, connection: Connection): void {
  const index = pool.idle.indexOf(connection);
  if (index === -1) return;
  pool.idle.splice(index, 1);
  close(pool, connection);
}

function close(pool: OriginPool, connection: Connection): void {
  connection.destroy();
  if (pool.idle.length + pool.busy.size + pool.waiting.size === 0) pool.forget();
}
