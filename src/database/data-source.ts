import 'reflect-metadata';
import pg from 'pg';
import { AbstractLogger, DataSource } from 'typeorm';
import { FEATURES } from '../features';
import { type SessionOptions, sessionConfig } from '../sql/session';
import { poolOf, SessionPool } from '../sql/session-pool';
import { MIGRATIONS } from './migrations';
import { PostgresNames } from './roles';

export interface DataSourceOptions extends SessionOptions {
  /** Maximum number of connections. */
  poolSize?: number;
  /** The setting that has this number, for the error when all connections are in use. */
  setting?: string;
  /** How long a caller waits for a connection, in milliseconds. */
  connectTimeoutMs?: number;
}

/**
 * What TypeORM makes of the entities and migrations, which are the same for all pools. To make it for each pool took an eighth of
 * what a start takes in Node. They name the first pool, of which TypeORM uses what is the same for all: its driver, its
 * options, and how names are made. It reads lazy relations through it too, and no entity has any.
 */
type Read = Pick<DataSource, 'entityMetadatas' | 'entityMetadatasMap' | 'migrations' | 'subscribers'>;

/** By the first pool of this process. */
let read: Read | undefined;

class PoolSource extends DataSource {
  protected override async buildMetadatas(): Promise<void> {
    if (read === undefined) {
      await super.buildMetadatas();
      const { entityMetadatas, entityMetadatasMap, migrations, subscribers } = this;
      read = { entityMetadatas, entityMetadatasMap, migrations, subscribers };
    }
    Object.assign(this, read);
  }
}

/** TypeORM would write to stdout that a migration failed: what fails is thrown, and a migration that meets a lock is tried again. */
class SilentLogger extends AbstractLogger {
  protected writeLog(): void {
    // nothing
  }
}

/** A process that stands still in a transaction, and its machine with it, keeps locks for no longer. */
const IDLE_IN_TRANSACTION_MS = 5_000;

/** A connection pool of one login. */
export function createDataSource(url: string, options: DataSourceOptions): DataSource {
  const { poolSize = 10, setting, connectTimeoutMs = 5_000, statementTimeoutMs = 30_000, ...session } = options;
  return new PoolSource({
    type: 'postgres',
    url,
    namingStrategy: new PostgresNames(),
    logger: new SilentLogger(),
    entities: FEATURES.flatMap(({ entities }) => entities),
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    poolSize,
    driver: { ...pg, Pool: setting === undefined ? SessionPool : poolOf(setting) },
    connectTimeoutMS: connectTimeoutMs,
    // a pool without this listener turns a database restart into an uncaught exception
    poolErrorHandler: () => undefined,
    extra: {
      ...sessionConfig({ ...session, statementTimeoutMs }),
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    },
  });
}
