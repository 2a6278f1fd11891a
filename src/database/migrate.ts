import { installQueue } from '../delivery/queue/queue';
import { SafeClient, sessionConfig } from '../sql/session';
import { createDataSource } from './data-source';
import { grantServingLogin } from './grants';
import { makePartitions } from './partitions';
import { refuseOtherMigrations } from './refuse-other-migrations';
import { prepareRoles } from './roles';

const LOCK_KEY = 4_206_900_001; // any constant, the same for all processes
const CONNECT_MS = 5_000;

/**
 * Brings the database up to date as the owner: tables, queue, partitions, roles, grants. If several processes start at once,
 * one does it; the others wait for the lock and find nothing left to do.
 * @param cluster the directory of the embedded PostgreSQL; null: DATABASE_URL
 * @throws DatabaseStartError if the database was made from another text of the migrations: nothing is changed
 */
export async function migrate(ownerUrl: string, servingUrl: string, cluster: string | null = null): Promise<void> {
  await underLock(ownerUrl, async () => {
    const owner = createDataSource(ownerUrl, { name: 'migrate', poolSize: 2, statementTimeoutMs: 0 });
    await owner.initialize();
    try {
      await refuseOtherMigrations(owner, cluster);
      await owner.runMigrations();
      await makePartitions(owner.manager, 3);
      await installQueue(ownerUrl);
      await prepareRoles(owner);
      const login = decodeURIComponent(new URL(servingUrl).username);
      if (login !== decodeURIComponent(new URL(ownerUrl).username)) await grantServingLogin(owner, login);
    } finally {
      await owner.destroy();
    }
  });
}

// A session lock on a connection of its own, which ends with its holder however that dies.
async function underLock(url: string, work: () => Promise<void>): Promise<void> {
  const client = new SafeClient({
    ...sessionConfig({ name: 'migrate lock' }),
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    await work();
  } finally {
    await client.end();
  }
}
