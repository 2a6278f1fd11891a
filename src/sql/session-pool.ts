// A connection pool that says so when all of its connections are in use.
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { PoolFull } from './database-errors';

type Connected = (error: Error | undefined, client: PoolClient | undefined, done: (release?: unknown) => void) => void;

/** The text of pg-pool, which has no code for it. It is the same while connections cannot be opened. */
const NONE_WAS_FREE = 'timeout exceeded when trying to connect';

/** @param setting names the setting that has the number of connections */
export function poolOf(setting: string): typeof Pool {
  return class SessionPool extends Pool {
    #inUse = 0;

    constructor(config?: PoolConfig) {
      super(config);
      this.on('acquire', () => {
        this.#inUse += 1;
      });
      this.on('release', () => {
        this.#inUse -= 1;
      });
    }

    override connect = ((callback?: Connected) => {
      if (!callback) return super.connect().catch((error: Error) => Promise.reject(this.#named(error)));
      return super.connect((error, client, done) => callback(error && this.#named(error), client, done));
    }) as Pool['connect'];

    #named(error: Error): Error {
      if (error.message !== NONE_WAS_FREE || this.#inUse < this.options.max) return error;
      return new PoolFull(setting, this.options.connectionTimeoutMillis ?? 0);
    }
  };
}
