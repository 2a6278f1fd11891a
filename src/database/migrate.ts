import type { Config } from '../config/config';
import { isPermissionDenied, reasonOf } from '../sql/database-errors';
import { SafeClient, sessionConfig } from '../sql/session';
import { createDataSource } from './data-source';
import { servingGrants } from './grants';
import { MONTHS_AHEAD, makePartitions } from './partitions';
import { isPrepared, notePrepared } from './prepared-logins';
import { refuseOtherMigrations } from './refuse-other-migrations';
import { createRoles, roleGrants } from './roles';
import { DatabaseStartError } from './start-with-database';

const LOCK_KEY = 4_206_900_001; // any constant, the same for all processes
const CONNECT_MS = 5_000;

/**
 * Brings the database up to date as the owner: tables, partitions, roles, grants. If several processes start at once,
 * one does it; the others wait for the lock and find nothing left to do.
 * @param cluster the directory of the embedded PostgreSQL; null: DATABASE_URL
 * @param rules who can be a second person; null: as the database has it
 * @throws DatabaseStartError if the database was made from another text of the migrations (nothing is changed), the serving
 * login does not exist, or the owner may not do it
 */
export async function migrate(
  ownerUrl: string,
  servingUrl: string,
  cluster: string | null = null,
  rules: ApprovalRules | null = null,
): Promise<void> {
  try {
    await underLock(ownerUrl, async (client) => {
      await prepare(client, ownerUrl, servingUrl, cluster);
      if (rules) await writeApprovalRules(client, rules);
    });
  } catch (error) {
    if (!isPermissionDenied(error)) throw error;
    const setting = ownerUrl === servingUrl ? 'DATABASE_URL' : 'MIGRATION_DATABASE_URL';
    throw new DatabaseStartError(
      `It cannot start: the login of ${setting}, ${loginOf(ownerUrl)}, may not prepare the database: ${reasonOf(error)}. ` +
        `Set ${setting} to the owner of the database.`,
      error,
    );
  }
}

async function prepare(
  client: SafeClient,
  ownerUrl: string,
  servingUrl: string,
  cluster: string | null,
): Promise<void> {
  const login = loginOf(servingUrl);
  if (await isPrepared(client, login)) return;
  const isOwner = login === loginOf(ownerUrl);
  if (!isOwner) await refuseUnknownLogin(client, login);
  const owner = createDataSource(ownerUrl, { name: 'migrate', poolSize: 2, statementTimeoutMs: 0 });
  await owner.initialize();
  try {
    await refuseOtherMigrations(owner, cluster);
    await owner.runMigrations();
    await makePartitions(owner.manager, MONTHS_AHEAD);
    await createRoles(owner);
  } finally {
    await owner.destroy();
  }
  const grants = [...roleGrants(), ...(isOwner ? [] : servingGrants(login))];
  await client.query(grants.join(';\n'));
  await notePrepared(client, login);
}

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

const loginOf = (url: string) => decodeURIComponent(new URL(url).username);

// A session lock on a connection of its own, which ends with its holder however that dies.
async function underLock(url: string, work: (owner: SafeClient) => Promise<void>): Promise<void> {
  const client = new SafeClient({
    ...sessionConfig({ name: 'migrate lock' }),
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    await work(client);
  } finally {
    await client.end();
  }
}
