import type { ClientCertificate } from './client-certificate';
import { type Connection, type ConnectionOptions, openConnection } from './connection';
import { answerTooLong } from './exchange-error';
import type { Connector } from './guarded-connect';

export interface PoolOptions extends ConnectionOptions {
  readonly connector: Connector;
  readonly connectionsPerOrigin: number;
  /** A steady stream would keep a connection, and with it an old DNS answer, for ever. */
  readonly connectionMaxAgeMs: number;
  /** Of one answer; what is over it, such as padding without end, is not worth a core. */
  readonly responseBytesOnWire: number;
}

/** A place in an origin's pool: waiting for a connection, or holding one. */
export interface Lease {
  /** Gives the connection back for the next exchange. */
  release(): void;
  /** Leaves the queue, or closes the connection that was held. */
  discard(): void;
}

export type UseConnection = (connection: Connection, lease: Lease) => void;

export interface ConnectionPool {
  /** Calls `use` as soon as a connection is free: at once, before it returns, where the origin has room. */
  lease(origin: string, certificate: ClientCertificate | null, use: UseConnection): Lease;
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
 * Connections per origin and client certificate, kept alive and bounded: what a partner allowed to one certificate is not
 * for another one, and not for none. Origins share nothing, so a dead one holds up only itself. undici's own Pool is not
 * used: it neither tells which socket carried a request (its address belongs in the log) nor lets a plain dispatch leave
 * its queue at the deadline.
 */
export function createConnectionPool(options: PoolOptions): ConnectionPool {
  const origins = new Map<string, OriginPool>();
  // Bodies and headers are counted as they come. The parser swallows the rest (status lines, chunk extensions, empty lines)
  // without a word, as fast as it is sent: that is found here.
  const watch = setInterval(() => {
    for (const pool of origins.values()) endFloods(pool);
  }, FLOOD_CHECK_MS).unref();
  const poolOf = (origin: string, certificate: ClientCertificate | null): OriginPool => {
    const key = certificate === null ? origin : `${origin} as ${certificate.id}`;
    const known = origins.get(key);
    if (known !== undefined) return known;
    const pool = createOriginPool(origin, certificate, options, () => origins.delete(key));
    origins.set(key, pool);
    return pool;
  };
  return {
    lease: (origin, certificate, use) => joinQueue(poolOf(origin, certificate), use),
    stop: () => {
      clearInterval(watch);
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
    connection.destroy(answerTooLong(host, options.responseBytesOnWire));
  }
}

function createOriginPool(
  origin: string,
  certificate: ClientCertificate | null,
  options: PoolOptions,
  forget: () => void,
): OriginPool {
  const connect = options.connector(certificate);
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

// The connection used last is taken first, so that those not needed any more grow old and close.
function serve(pool: OriginPool): void {
  for (const waiting of pool.waiting) {
    if (pool.idle.length === 0 && pool.busy.size >= pool.options.connectionsPerOrigin) return;
    pool.waiting.delete(waiting);
    const connection = pool.idle.pop() ?? pool.open();
    pool.busy.add(connection);
    waiting.connection = connection;
    connection.restartCount();
    waiting.use(connection, waiting);
  }
}

function release(pool: OriginPool, { connection }: Waiting): void {
  if (connection === null || !pool.busy.delete(connection)) return;
  pool.idle.push(connection);
  if (performance.now() - connection.openedAt > pool.options.connectionMaxAgeMs) dropIdle(pool, connection);
  serve(pool);
}

function discard(pool: OriginPool, waiting: Waiting): void {
  pool.waiting.delete(waiting);
  const { connection } = waiting;
  if (connection === null || !pool.busy.delete(connection)) return;
  close(pool, connection);
  // Not at once: when many deadlines fall together, each would dial for the next one, whose turn to end has come too.
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
