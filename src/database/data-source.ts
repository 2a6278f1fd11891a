import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { CreateUsers1764000000001 } from '../../migrations/1764000000001-create-users';
import { CreateWebhooks1764000000002 } from '../../migrations/1764000000002-create-webhooks';
import { CreateLogTables1764000000003 } from '../../migrations/1764000000003-create-log-tables';
import { CreateAuditEntries1764000000004 } from '../../migrations/1764000000004-create-audit-entries';
import { KeepClosedRows1764000000005 } from '../../migrations/1764000000005-keep-closed-rows';
import { MakeMonthPartitions1764000000006 } from '../../migrations/1764000000006-make-month-partitions';
import { PublishEventFunction1764000000007 } from '../../migrations/1764000000007-publish-event-function';
import { DescribeRequests1764000000008 } from '../../migrations/1764000000008-describe-requests';
import { PaceDeliveries1764000000009 } from '../../migrations/1764000000009-pace-deliveries';
import { ReplayDeliveries1764000000010 } from '../../migrations/1764000000010-replay-deliveries';
import { TraceCauses1764000000011 } from '../../migrations/1764000000011-trace-causes';
import { ListReplayed1764000000012 } from '../../migrations/1764000000012-list-replayed';
import { WatchTable1764000000013 } from '../../migrations/1764000000013-watch-table';
import { NoteChanges1764000000014 } from '../../migrations/1764000000014-note-changes';
import { RequestStats1764000000015 } from '../../migrations/1764000000015-request-stats';
import { IndexRequests1764000000016 } from '../../migrations/1764000000016-index-requests';
import { ExportRequests1764000000017 } from '../../migrations/1764000000017-export-requests';
import { ListFailedRequests1764000000018 } from '../../migrations/1764000000018-list-failed-requests';
import { LinkIndexes1764000000019 } from '../../migrations/1764000000019-link-indexes';
import { RebuildChangeFeed1764000000020 } from '../../migrations/1764000000020-rebuild-change-feed';
import { ReceiveCalls1764000000021 } from '../../migrations/1764000000021-receive-calls';
import { DateRowsAsTheyCome1764000000022 } from '../../migrations/1764000000022-date-rows-as-they-come';
import { FEATURES } from '../features';
import { type SessionOptions, sessionConfig } from '../sql/session';

export const MIGRATIONS = [
  CreateUsers1764000000001,
  CreateWebhooks1764000000002,
  CreateLogTables1764000000003,
  CreateAuditEntries1764000000004,
  KeepClosedRows1764000000005,
  MakeMonthPartitions1764000000006,
  PublishEventFunction1764000000007,
  DescribeRequests1764000000008,
  PaceDeliveries1764000000009,
  ReplayDeliveries1764000000010,
  TraceCauses1764000000011,
  ListReplayed1764000000012,
  WatchTable1764000000013,
  NoteChanges1764000000014,
  RequestStats1764000000015,
  IndexRequests1764000000016,
  ExportRequests1764000000017,
  ListFailedRequests1764000000018,
  LinkIndexes1764000000019,
  RebuildChangeFeed1764000000020,
  ReceiveCalls1764000000021,
  DateRowsAsTheyCome1764000000022,
];

export interface DataSourceOptions extends SessionOptions {
  /** Maximum number of connections. */
  poolSize?: number;
}

/**
 * Sessions of workers run the same few statements on rows that they select by id. With these settings each statement is
 * planned once, and through indexes even while its table is small enough for a sequential scan, because it will grow.
 */
export const BY_ID_PLANS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  // fits SSDs and cached tables; with the default, each take reads and sorts all jobs of pg-boss
  random_page_cost: '1.1',
};

/** For queries: short statements whose plans are kept. */
export const FOR_READING = {
  name: 'read',
  poolSize: 8,
  statementTimeoutMs: 10_000,
  settings: { random_page_cost: '1.1' },
} satisfies DataSourceOptions;

/** For requests without a key: metrics, readiness, public keys. One connection, apart from all others. */
export const FOR_MONITORING = {
  name: 'monitor',
  poolSize: 1,
  statementTimeoutMs: 5_000,
} satisfies DataSourceOptions;

/** For calls of partners: few statements, planned as BY_ID_PLANS, sent without waiting for the ones before. */
export const FOR_RECEIVING: DataSourceOptions = {
  name: 'receive',
  poolSize: 4,
  statementTimeoutMs: 10_000,
  settings: BY_ID_PLANS,
  pipeline: true,
};

/** For subscriptions, which often look up few rows by their ids. */
export const FOR_WATCHING: DataSourceOptions = {
  name: 'watch',
  poolSize: 6,
  statementTimeoutMs: 5_000,
  settings: { random_page_cost: '1.1' },
} satisfies DataSourceOptions;

/**
 * For queries in one statement: planned once for all values, through indexes, a row at a time. Their pages are small,
 * but the linked tables need not be; and a plan made for one value of a filter would be wrong for the next.
 */
export const FOR_ANSWERING = {
  ...FOR_READING,
  name: 'answer',
  settings: {
    ...FOR_READING.settings,
    plan_cache_mode: 'force_generic_plan',
    enable_hashjoin: 'off',
    enable_mergejoin: 'off',
  },
} satisfies DataSourceOptions;

/** A connection pool of one login. */
export function createDataSource(url: string, options: DataSourceOptions): DataSource {
  const { poolSize = 10, statementTimeoutMs = 30_000, ...session } = options;
  return new DataSource({
    type: 'postgres',
    url,
    entities: FEATURES.flatMap(({ entities }) => entities),
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    poolSize,
    connectTimeoutMS: 5_000,
    // a pool without this listener turns a database restart into an uncaught exception
    poolErrorHandler: () => undefined,
    extra: {
      ...sessionConfig({ ...session, statementTimeoutMs }),
      idle_in_transaction_session_timeout: 60_000,
    },
  });
}
