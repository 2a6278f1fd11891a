import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import type { Log } from '../logging/log';
import { codeOf, isLockTimeout, isPermissionDenied, isUnrelatedToRows, reasonOf } from '../sql/database-errors';
import { SafeClient, sessionConfig } from '../sql/session';
import { parseDatabaseUrl } from '../values/database-url';
import { noteCluster } from './clusters';
import { createDataSource } from './data-source';
import { LOCK_TIMEOUT, MIGRATING, PATIENCE_MS, withoutBlocking } from './lock-waits';
import { MONTHS_AHEAD, makePartitions } from './partitions';
import { isPrepared, notePrepared } from './prepared-logins';
import { createRoles, roleGrants, servingGrants } from './roles';
import { DatabaseStartError, databaseAddress } from './start-with-database';
import { type MigrationState, readMigrationState, refuseOtherMigrations } from './stored-migrations';
import { versionFault } from './versions';

const LOCK_KEY = 4_206_900_001; // any constant, the same for all processes
const CONNECT_MS = 5_000;
const LOOK_MS = 100;

export interface MigrateOptions {
  /** The directory of the embedded PostgreSQL; null: DATABASE_URL. */
  cluster?: string | null;
  /** Who can be a second person; null: as the database has it. */
  rules?: ApprovalRules | null;
  log?: Pick<Log, 'info' | 'warn'>;
  /** For how long a migration that meets locks is tried again. */
  patienceMs?: number;
}

const SILENT = { info: () => undefined, warn: () => undefined };

/**
 * Brings the database up to date as the owner: tables, partitions, roles, grants. If several processes start at once,
 * one does it; the others wait for it and find nothing left to do. Where a later version has done it, this one does nothing.
 * @throws DatabaseStartError if this version may not work on the database (nothing is changed), the serving
 * login does not exist, the owner may not do it, or a lock is held for too long
 */
export async function migrate(ownerUrl: string, servingUrl: string, options: MigrateOptions = {}): Promise<void> {
  const { cluster = null, rules = null, log = SILENT, patienceMs = PATIENCE_MS } = options;
  const client = new SafeClient({
    ...sessionConfig({ name: 'migrate lock' }),
    connectionString: ownerUrl,
    connectionTimeoutMillis: CONNECT_MS,
  });
  await client.connect();
  try {
    await refuseOtherServer(client, ownerUrl);
    await prepare({ client, ownerUrl, servingUrl, cluster, log, patienceMs });
    if (rules) await writeApprovalRules(client, rules);
    await noteCluster(client);
  } catch (error) {
    if (!isPermissionDenied(error)) throw error;
    const setting = ownerUrl === servingUrl ? 'DATABASE_URL' : 'MIGRATION_DATABASE_URL';
    throw new DatabaseStartError(
      `It cannot start: the login of ${setting}, ${loginOf(ownerUrl)}, may not prepare the database: ${reasonOf(error)}. ` +
        `Set ${setting} to the owner of the database.`,
      error,
    );
  } finally {
    await client.end();
  }
}

async function refuseOtherServer(client: SafeClient, ownerUrl: string): Promise<void> {
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
  const fault = versionFault(rows[0]?.version ?? '');
  if (fault === null) return;
  throw new DatabaseStartError(
    `It cannot start with the database at ${databaseAddress(ownerUrl)}. ${fault} Upgrade it (docs/backup.md), or name another server.`,
  );
}

interface Preparation extends Required<Omit<MigrateOptions, 'rules'>> {
  /** Holds the lock. */
  client: SafeClient;
  ownerUrl: string;
  servingUrl: string;
}

async function prepare(preparation: Preparation): Promise<void> {
  const { client } = preparation;
  const found = await whatIsMissing(preparation);
  if (found === null) return;
  const mayPrepare = await ownsTables(preparation);
  // what runs is not waited for
  if (mayPrepare || found.pending.length > 0) await lock(client);
  // another process may have done it meanwhile
  const missing = await whatIsMissing(preparation);
  if (missing === null) return;
  if (mayPrepare) return makeMissing(preparation, missing);
  if (missing.pending.length > 0) throw notRun(preparation, missing.pending);
  await withOwner(preparation, makeComingMonths);
}

/** Without MIGRATION_DATABASE_URL, the login of DATABASE_URL may be one that only serves. An empty database has no owner yet. */
async function ownsTables({ client, ownerUrl, servingUrl }: Preparation): Promise<boolean> {
  if (ownerUrl !== servingUrl) return true;
  const { rows } = await client.query<{ owns: boolean }>(
    `select pg_has_role(relowner, 'usage') as owns from pg_class where oid = to_regclass('migrations')`,
  );
  return rows[0]?.owns ?? true;
}

function notRun({ servingUrl }: Preparation, pending: readonly string[]): DatabaseStartError {
  return new DatabaseStartError(
    `It cannot start: the database is of an earlier version: ${pending.join(', ')} must run first, and the login of DATABASE_URL, ` +
      `${loginOf(servingUrl)}, may not do it. Run \`hookledger migrate\` with MIGRATION_DATABASE_URL (docs/upgrade.md).`,
  );
}

/** @returns null: nothing, by a start of this version or of a later one */
async function whatIsMissing({ client, ownerUrl, servingUrl, cluster }: Preparation): Promise<MigrationState | null> {
  const state = await readMigrationState(async (sql, values) => (await client.query(sql, values)).rows);
  refuseOtherMigrations(state, { url: ownerUrl, cluster });
  if (state.pending.length > 0) return state;
  return state.later.length > 0 || (await isPrepared(client, loginOf(servingUrl))) ? null : state;
}

/**
 * A session lock, which ends with the process however that dies. Who waits asks again and again: one who waits in a statement has a
 * snapshot, for whose end an index that is built concurrently would wait, and its process has the lock.
 */
async function lock(client: SafeClient): Promise<void> {
  const isOurs = async () => {
    const { rows } = await client.query<{ ours: boolean }>('select pg_try_advisory_lock($1) as ours', [LOCK_KEY]);
    return rows[0]?.ours;
  };
  while (!(await isOurs())) await wait(LOOK_MS);
}

async function makeMissing(preparation: Preparation, { pending }: MigrationState): Promise<void> {
  const { client, ownerUrl, servingUrl, log, patienceMs } = preparation;
  const login = loginOf(servingUrl);
  const isOwner = login === loginOf(ownerUrl);
  if (!isOwner) await refuseUnknownLogin(client, login);
  await withOwner(preparation, async (owner) => {
    await withoutBlocking(client, log, patienceMs, () => runMigrations(owner));
    await makeComingMonths(owner);
    await createRoles(owner);
  });
  const grants = [...roleGrants(), ...(isOwner ? [] : servingGrants(login))];
  await client.query(grants.join(';\n'));
  await notePrepared(client, login);
  if (pending.length > 0) log.info({ files: pending }, 'migrations have run');
}

/** @throws DatabaseStartError that names the migration, unless the database is away or a lock was met */
async function runMigrations(owner: DataSource): Promise<void> {
  try {
    await owner.runMigrations();
  } catch (error) {
    if (isUnrelatedToRows(error) || isLockTimeout(error) || isPermissionDenied(error)) throw error;
    const { pending } = await readMigrationState((sql, values) => owner.query(sql, values));
    throw new DatabaseStartError(
      `It cannot start: the migration ${pending[0]} has failed and was rolled back: ${reasonOf(error)} (${codeOf(error)}). The version ` +
        'that made the database works on. Correct what the error names, and start again.',
      error,
    );
  }
}

async function withOwner({ ownerUrl }: Preparation, work: (owner: DataSource) => Promise<unknown>): Promise<void> {
  const settings = { lock_timeout: LOCK_TIMEOUT };
  const owner = createDataSource(ownerUrl, { name: MIGRATING, poolSize: 2, statementTimeoutMs: 0, settings });
  await owner.initialize();
  try {
    await work(owner);
  } finally {
    await owner.destroy();
  }
}

const makeComingMonths = (owner: DataSource) => makePartitions(owner.manager, MONTHS_AHEAD);

/** Who can be a second person, by the settings of this process. */
export interface ApprovalRules {
  /** OIDC_ISSUER. */
  issuer: string | null;
  /** SECOND_PERSON_WAIT_HOURS. */
  waitHours: number;
}

export function approvalRulesOf({ identityProvider, secondPersonWaitHours }: Config): ApprovalRules {
  return { issuer: identityProvider?.issuer.replace(/\/+$/, '') ?? null, waitHours: secondPersonWaitHours };
}

/** Only the owner can write them, and nearly no start has to. */
async function writeApprovalRules(client: SafeClient, { issuer, waitHours }: ApprovalRules): Promise<void> {
  const { rows } = await client.query(
    'select from approval_rules where wait_hours = $2 and issuer is not distinct from $1::text',
    [issuer, waitHours],
  );
  if (rows.length > 0) return;
  await client.query(
    `insert into approval_rules (issuer, wait_hours) values ($1, $2)
     on conflict (only_row) do update set issuer = excluded.issuer, wait_hours = excluded.wait_hours`,
    [issuer, waitHours],
  );
}

/** Without the login, the grants would fail, after all else. */
async function refuseUnknownLogin(client: SafeClient, login: string): Promise<void> {
  const { rows } = await client.query<{ exists: boolean }>(
    'select exists (select from pg_roles where rolname = $1) as exists',
    [login],
  );
  if (rows[0]?.exists) return;
  throw new DatabaseStartError(
    `It cannot start: the login of DATABASE_URL, "${login}", does not exist. Create it, or correct DATABASE_URL.`,
  );
}

const loginOf = (url: string) => parseDatabaseUrl(url).login;
