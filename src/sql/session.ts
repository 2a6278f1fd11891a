// How every session with the database is opened, whichever library opens it.
import { Client, type ClientConfig } from 'pg';
import { socketWithTimeout } from './socket-timeout';

/** How long a session that is closed may take to say goodbye. */
const GOODBYE_MS = 1_000;

export interface SessionOptions {
  /** `application_name` is "hookledger <name>". */
  name: string;
  /** Settings of the session, beside those that all have. */
  settings?: Record<string, string>;
  /** For one statement; 0: no limit. */
  statementTimeoutMs?: number;
  /** Statements are sent without waiting for the answers to those before. */
  pipeline?: boolean;
}

/**
 * Compiling a statement takes longer than any of ours runs. PostgreSQL decides by estimated cost, to which
 * `enable_seqscan = off` adds 10,000,000,000 where a plan has no choice.
 */
const FOR_ALL = { jit: 'off' };

/** Postgres stops a statement first, and says so: only where it cannot, the connection is given up. */
const MORE_SILENCE_MS = 5_000;

/** @returns what `pg` takes, for a pool or for a client; the address is added by the caller */
export function sessionConfig(options: SessionOptions) {
  const { name, settings = {}, statementTimeoutMs = 0, pipeline = false } = options;
  return {
    Client: SafeClient,
    application_name: `hookledger ${name}`,
    pipeline,
    keepAlive: true,
    ...(statementTimeoutMs > 0 && {
      statement_timeout: statementTimeoutMs,
      stream: () => socketWithTimeout(statementTimeoutMs + MORE_SILENCE_MS),
    }),
    options: Object.entries({ ...FOR_ALL, ...settings })
      .map(([key, value]) => `-c ${key}=${value}`)
      .join(' '),
  };
}

/**
 * A client whose loss never ends the process. A server that is being shut down may accept a connection and end it in one
 * packet: pg-pool has taken its listener away by then, whoever asked for the connection has not added one yet, and an
 * `error` event without a listener is an uncaught exception. Statements fail with the same error, so nothing is hidden.
 */
export class SafeClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
    // with it and the process's number anybody may cancel our statements; pg-pool hangs the client on errors that are logged
    Object.defineProperty(this, 'secretKey', { enumerable: false });
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | undefined {
    const { stream } = (this as unknown as { connection: { stream: { destroy(): void } } }).connection;
    // a server that has gone silent does not close its side
    const timer = setTimeout(() => stream.destroy(), GOODBYE_MS).unref();
    this.once('end', () => clearTimeout(timer));
    if (callback) return void super.end(callback);
    return super.end();
  }
}
