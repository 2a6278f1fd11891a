import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chownIds, type DataPaths, type ServerUser } from './data-paths';
import { errorCode, lastLines, openLog, readLog } from './files';
import { startWatched } from './watched-process';

const draftPrefix = 'unfinished-';

/** The major version that made the cluster; null: there is no cluster. */
export async function findClusterMajor(cluster: string): Promise<number | null> {
  return readFile(join(cluster, 'PG_VERSION'), 'utf8').then(Number, (error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
}

/**
 * Made under another name and renamed when complete: a start that dies in between leaves nothing that looks like a
 * cluster.
 */
export async function createCluster(
  binaries: string,
  major: number,
  paths: DataPaths,
  user: ServerUser | null,
  superuserPassword: string,
  isDurable: boolean,
): Promise<void> {
  await removeDrafts(paths.home);
  const draft = await mkdtemp(join(paths.home, draftPrefix));
  const [cluster, passwordFile] = [join(draft, 'cluster'), join(draft, 'password')];
  try {
    await mkdir(cluster, { mode: 0o700 });
    await writeFile(passwordFile, superuserPassword, { mode: 0o600 });
    // The folder last: afterwards its owner could replace its files, and we are root.
    if (user) for (const path of [cluster, passwordFile, draft]) await chown(path, ...chownIds(user));
    await runInitdb(binaries, initdbArguments(cluster, passwordFile, major, isDurable), paths.log, user);
    await rename(cluster, paths.cluster);
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 5 });
  }
}

function initdbArguments(cluster: string, passwordFile: string, major: number, isDurable: boolean): string[] {
  // Compares byte by byte, but upper and lower know every letter: built in since 17, before that the system's C.UTF-8.
  const builtin = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const system = [process.platform === 'linux' ? '--locale=C.UTF-8' : '--locale=C'];
  return [
    ...['-D', cluster, '-U', 'postgres', `--pwfile=${passwordFile}`, '--encoding=UTF8'],
    ...['--auth-host=scram-sha-256', '--auth-local=scram-sha-256'],
    ...(major >= 17 ? builtin : system),
    ...(isDurable ? [] : ['--no-sync']),
  ];
}

async function runInitdb(binaries: string, args: string[], logPath: string, user: ServerUser | null): Promise<void> {
  const log = await openLog(logPath);
  try {
    const { size } = await log.stat();
    const watched = startWatched(binaries, 'initdb', args, user, log.fd);
    const alive = setInterval(() => {}, 1_000); // a watched process does not keep Node alive, but we must wait for this one
    const code = await watched.ended.finally(() => clearInterval(alive));
    if (code === 0) return;
    const lines = lastLines(await readLog(logPath, size));
    throw new Error(`initdb could not create a cluster (exit code ${code}). Its log, ${logPath}, ends:\n${lines}`);
  } finally {
    await log.close();
  }
}

async function removeDrafts(home: string): Promise<void> {
  const drafts = (await readdir(home)).filter((name) => name.startsWith(draftPrefix));
  await Promise.all(drafts.map((name) => rm(join(home, name), { recursive: true, force: true, maxRetries: 5 })));
}
