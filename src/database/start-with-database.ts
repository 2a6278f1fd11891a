// A start while the database cannot be reached: logs it and waits, instead of failing.
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/config';
import type { Log } from '../log';
import { codeOf, isDatabaseUnavailable, isFromServer, reasonOf } from '../sql/database-errors';
import { databaseAddress } from './database-address';

const RETRY_MS = 1_000;
/** Wrong password, login or database name: waiting does not help. */
const REFUSED = new Set(['28P01', '28000', '3D000']);
/** PgBouncer, of a parameter that it does not pass on. */
const OF_A_POOLER = /^unsupported startup parameter/;
/** What to do about a connection pooler in front of the database. */
export const PAST_THE_POOLER = 'Let DATABASE_URL name PostgreSQL itself: Hookledger has connection pools of its own.';
/** pg has no code if the server has no TLS; Node's codes of a certificate that is not trusted. */
const NO_TLS = 'The server does not support SSL connections';
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_)/;

/** The database cannot be used; the message names it, the reason, and what to do. */
export class DatabaseStartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseStartError';
  }
}

type DatabaseConfig = Pick<
  Config,
  'databaseUrl' | 'migrationDatabaseUrl' | 'databaseReplicaUrl' | 'databaseWaitSeconds'
>;

/**
 * Runs `start`, and repeats it every second for DATABASE_WAIT_SECONDS while it fails because the database is away.
 * @param start must leave nothing running when it fails
 */
export async function startWithDatabase<T>(config: DatabaseConfig, log: Log, start: () => Promise<T>): Promise<T> {
  const end = performance.now() + config.databaseWaitSeconds * 1000;
  const database = `the database at ${addressesOf(config)}`;
  let waiting = false;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const reason = reasonOf(error);
      if (isTlsFault(error, config)) {
        throw new DatabaseStartError(
          `It cannot start: ${database} cannot be used over TLS: ${reason}. Correct sslmode or sslrootcert in DATABASE_URL.`,
          error,
        );
      }
      if (OF_A_POOLER.test(reason)) {
        throw new DatabaseStartError(
          `It cannot start: ${database} is behind a connection pooler, which refuses it: ${reason}. ${PAST_THE_POOLER}`,
          error,
        );
      }
      if (REFUSED.has((error as { code?: string }).code ?? '')) {
        throw new DatabaseStartError(
          `It cannot start: ${database} refuses the login: ${reason}. Correct DATABASE_URL or MIGRATION_DATABASE_URL.`,
          error,
        );
      }
      if (!isDatabaseUnavailable(error)) throw isFromServer(error) ? unexpected(error as Error, database) : error;
      if (performance.now() >= end) {
        throw new DatabaseStartError(
          `It cannot start: ${database} could not be used for ${config.databaseWaitSeconds} s (DATABASE_WAIT_SECONDS): ` +
            `${reason}. Start it, or correct DATABASE_URL.`,
          error,
        );
      }
      if (!waiting) log.warn({ reason, seconds: config.databaseWaitSeconds }, `waiting for ${database}`);
      waiting = true;
      await wait(Math.max(0, Math.min(RETRY_MS, end - performance.now())));
    }
  }
}

function unexpected(error: Error, database: string): DatabaseStartError {
  return new DatabaseStartError(
    `It cannot start: ${database} answered with an error that is not expected: ${reasonOf(error)} (${codeOf(error)}). Was something ` +
      'changed there by hand? The log of PostgreSQL has the statement.',
    error,
  );
}

function isTlsFault(error: unknown, config: DatabaseConfig): boolean {
  const { code, message, path } = error as { code?: unknown; message?: unknown; path?: unknown };
  const isAuthority =
    path !== undefined && urlsOf(config).some((url) => new URL(url).searchParams.get('sslrootcert') === path);
  return isAuthority || message === NO_TLS || CERTIFICATE.test(String(code));
}

function urlsOf({ databaseUrl, migrationDatabaseUrl, databaseReplicaUrl }: DatabaseConfig): string[] {
  return [databaseUrl, migrationDatabaseUrl, databaseReplicaUrl].filter((url) => url !== null);
}

function addressesOf(config: DatabaseConfig): string {
  const addresses = urlsOf(config).map(databaseAddress);
  return addresses.length > 0 ? [...new Set(addresses)].join(', ') : 'DATA_DIR (embedded)';
}
