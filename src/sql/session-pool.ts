// A connection pool that says so when all of its connections are in use, and makes do with those that the database accepts.
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { isConnectionRefused, PoolFull } from './database-errors';

type Connected = (error: Error | undefined, client: PoolClient | undefined, done: (release?: unknown) => void) => void;

/** The text of pg-pool, which has no code for it. It is the same while connections cannot be opened. */
const NONE_WAS_FREE = 'timeout exceeded when trying to connect';

/** A pool that was refused a connection asks for it again after this time, if callers wait. */
const ASK_AGAIN_MS = 100;

/** All pools of this process that may have connections. */
const pools = new Set<SessionPool>();

/**
 * While the database accepts no more connections, callers wait for those that the pool has, as if these were its maximum, and
 * other pools of the same database close a connection that they do not use.
 */
export class SessionPool extends Pool {
  /** Names the setting that has the number of connections, for the error while all are in use; null: none has. */
  protected readonly setting: string | null = null;
  readonly #size: number;
  #inUse = 0;
  #open = 0;
  /** Why the pool has no more connections than it has, until one is opened, or no caller waits for one. */
  #refusal: Error | null = null;
  #asksLater = false;

  constructor(config?: PoolConfig) {
    super(config);
    this.#size = this.options.max;
    this.on('acquire', () => {
      this.#inUse += 1;
    });
    this.on('release', () => {
      this.#inUse -= 1;
    });
    this.on('connect', () => {
      this.#open += 1;
      pools.add(this);
    });
    this.on('remove', () => {
      this.#open -= 1;
      if (this.#open === 0) pools.delete(this);
      if (this.#asksLater) this.options.max = this.#open;
    });
  }

  override connect = ((callback?: Connected) => {
    const wait = this.options.connectionTimeoutMillis ?? 0;
    const end = performance.now() + wait;
    if (callback) return this.#connectWithin(wait, end, callback);
    return new Promise((resolve, reject) => {
      this.#connectWithin(wait, end, (error, client) => (error ? reject(error) : resolve(client as PoolClient)));
    });
  }) as Pool['connect'];

  /** @param end of the time for which the caller waits in all: it may wait in the pool, be refused, and wait again */
  #connectWithin(ms: number, end: number, callback: Connected): void {
    const wait = this.options.connectionTimeoutMillis;
    // read by pg-pool before it returns
    this.options.connectionTimeoutMillis = ms;
    super.connect((error, client, done) => {
      if (!error || !isConnectionRefused(error)) return callback(error && this.#named(error), client, done);
      this.#useWhatIsOpen(error);
      const left = Math.ceil(end - performance.now());
      if (left <= 0) return callback(error, client, done);
      this.#connectWithin(left, end, callback);
    });
    this.options.connectionTimeoutMillis = wait;
  }

  #useWhatIsOpen(refusal: Error): void {
    // or pg-pool would open one for the next that waits, as soon as one was refused
    this.options.max = this.#open;
    this.#refusal = refusal;
    if (!this.#asksLater) setTimeout(() => this.#askAgain(), ASK_AGAIN_MS).unref();
    this.#asksLater = true;
    for (const other of pools) if (other.#isOfSameDatabase(this)) other.#closeUnused();
  }

  #askAgain(): void {
    this.#asksLater = false;
    this.options.max = this.#size;
    if (this.waitingCount === 0 || this.ending) {
      this.#refusal = null;
      return;
    }
    super.connect((error, _client, done) => {
      if (error && isConnectionRefused(error)) return this.#useWhatIsOpen(error);
      this.#refusal = null;
      if (error) return;
      done();
      this.#askAgain();
    });
  }

  #isOfSameDatabase(other: SessionPool): boolean {
    return other !== this && other.options.connectionString === this.options.connectionString;
  }

  #closeUnused(): void {
    if (this.idleCount > 0 && !this.ending) super.connect((_error, _client, done) => done(true));
  }

  #named(error: Error): Error {
    if (error.message !== NONE_WAS_FREE) return error;
    if (this.#refusal) return this.#refusal;
    if (this.setting === null || this.#inUse < this.#size) return error;
    return new PoolFull(this.setting, this.options.connectionTimeoutMillis ?? 0);
  }
}

/** @param setting has the number of connections */
export function poolOf(setting: string): typeof SessionPool {
  return class extends SessionPool {
    protected override readonly setting = setting;
  };
}
