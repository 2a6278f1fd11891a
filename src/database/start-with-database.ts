// A start while the database cannot be reached: logs it and waits, instead of failing.
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/config';
import type { Log } from '../logging/log';
import {
  codeOf,
  isCertificateFault,
  isDatabaseUnavailable,
  isFromServer,
  isReadOnlyFault,
  reasonOf,
} from '../sql/database-errors';
import { addressOf } from '../sql/session-host';
import { parseDatabaseUrl } from '../values/database-url';

const RETRY_MS = 1_000;
/** Wrong password, login or database name: waiting does not help. */
const REFUSED = new Set(['28P01', '28000', '3D000']);
/** PgBouncer, of a parameter that it does not pass on. */
const OF_A_POOLER = /^unsupported startup parameter/;
/** What to do about a connection pooler in front of the database. */
export const PAST_THE_POOLER = 'Let DATABASE_URL name PostgreSQL itself: Hookledger has connection pools of its own.';
/** pg has no code if the server has no TLS. */
const NO_TLS = 'The server does not support SSL connections';
const EXPIRED = 'CERT_HAS_EXPIRED';

const READ_ONLY_CURE =
  'Is it a standby? Let DATABASE_URL name the primary, or all servers with target_session_attrs=read-write';

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
      const fault = lastingFault(error, urlsOf(config));
      if (fault) throw new DatabaseStartError(`It cannot start: ${database} ${fault}`, error);
      if (!isDatabaseUnavailable(error)) throw isFromServer(error) ? unexpected(error as Error, database) : error;
      if (performance.now() >= end) {
        throw new DatabaseStartError(
          `It cannot start: ${database} could not be used for ${config.databaseWaitSeconds} s (DATABASE_WAIT_SECONDS): ` +
            `${reason}. ${isReadOnlyFault(error) ? READ_ONLY_CURE : 'Start it, or correct DATABASE_URL'}.`,
          error,
        );
      }
      if (!waiting) log.warn({ reason, seconds: config.databaseWaitSeconds }, `waiting for ${database}`);
      waiting = true;
      await wait(Math.max(0, Math.min(RETRY_MS, end - performance.now())));
    }
  }
}

/**
 * Why waiting for the database does not help, and what to do, after "the database at ...".
 * @param urls those that were used
 * @returns null: waiting may help, or the error says nothing of it
 */
export function lastingFault(error: unknown, urls: readonly string[]): string | null {
  const reason = reasonOf(error);
  const { code = '' } = error as { code?: string };
  if (isTlsFault(error, urls)) {
    const cure = code === EXPIRED ? 'Renew its certificate' : 'Correct sslmode or sslrootcert in DATABASE_URL';
    return `cannot be used over TLS: ${reason}. ${cure}.`;
  }
  if (OF_A_POOLER.test(reason)) return `is behind a connection pooler, which refuses it: ${reason}. ${PAST_THE_POOLER}`;
  if (REFUSED.has(code)) return `refuses the login: ${reason}. Correct DATABASE_URL or MIGRATION_DATABASE_URL.`;
  return null;
}

function unexpected(error: Error, database: string): DatabaseStartError {
  return new DatabaseStartError(
    `It cannot start: ${database} answered with an error that is not expected: ${reasonOf(error)} (${codeOf(error)}). Was something ` +
      'changed there by hand? The log of PostgreSQL has the statement.',
    error,
  );
}

function isTlsFault(error: unknown, urls: readonly string[]): boolean {
  const { path } = error as { path?: unknown };
  const isAuthority = path !== undefined && urls.some((url) => parseDatabaseUrl(url).authority === path);
  return isAuthority || isCertificateFault(error) || reasonOf(error).includes(NO_TLS);
}

function urlsOf({ databaseUrl, migrationDatabaseUrl, databaseReplicaUrl }: DatabaseConfig): string[] {
  return [databaseUrl, migrationDatabaseUrl, databaseReplicaUrl].filter((url) => url !== null);
}

function addressesOf(config: DatabaseConfig): string {
  const addresses = urlsOf(config).map(databaseAddress);
  return addresses.length > 0 ? [...new Set(addresses)].join(', ') : 'DATA_DIR (embedded)';
}

/** Where a database is, for messages: without the login, which contains the password. */
export function databaseAddress(databaseUrl: string): string {
  const { hosts, database } = parseDatabaseUrl(databaseUrl);
  return `${hosts.map(addressOf).join(',')}/${database}`;
}
