/** @jest-environment node */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DataPaths,
  findServerUser,
  type ServerUser,
  shortHash,
} from '../../../src/database/embedded-postgres/data-paths';
import { urlsAt } from '../../../src/database/embedded-postgres/logins';
import { isPostmasterOf } from '../../../src/database/embedded-postgres/postmaster-file';
import { findSocketFolder, prepareSocketFolder } from '../../../src/database/embedded-postgres/socket-folder';
import { isDatabaseUnavailable } from '../../../src/sql/database-errors';
import { waitFor } from '../../support/wait-for';
import { lives, makeDataDir, postmasterPid, query, removeDataDirs, start, withServer } from './trial';

const HOW = 'select inet_client_addr() is null as "isSocket"';
let user: ServerUser | null;
let folder: string;

beforeAll(async () => {
  user = await findServerUser();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hookledger-socket-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => removeDataDirs());

/** As if the cluster lay below `home`. */
const pathsIn = (home: string) => ({ dataDir: home, sockets: join(home, 'socket') }) as DataPaths;
const secondFolder = (dataDir: string) => join(tmpdir(), `hookledger-${shortHash(dataDir)}`);

describe('with a server', () => {
  let paths: DataPaths;
  beforeAll(async () => {
    paths = await makeDataDir();
  });

  test('clients connect over the socket, which only its owner may use; without the parameter over TCP', async () => {
    await withServer(paths.dataDir, async ({ servingUrl, migrationUrl, superuserUrl, socketFault }) => {
      expect(socketFault).toBeNull();
      for (const url of [servingUrl, migrationUrl, superuserUrl]) {
        expect(await query(url, HOW)).toEqual([{ isSocket: true }]);
        expect(await query(url.replace(/\?.*/, ''), HOW)).toEqual([{ isSocket: false }]);
      }
      const { port } = new URL(servingUrl);
      for (const path of [paths.sockets, join(paths.sockets, `.s.PGSQL.${port}`)]) {
        expect((lstatSync(path).mode & 0o777).toString(8)).toBe('700');
      }
      const wrong = Object.assign(new URL(servingUrl), { password: 'guessed' });
      await expect(query(wrong.href, HOW)).rejects.toThrow('password authentication failed');
    });
    expect(existsSync(paths.sockets)).toBe(false);
  });

  test('what a killed server left does not block the next start, nor does a number that is another process now', async () => {
    const first = await start(paths.dataDir);
    const pid = postmasterPid(paths);
    process.kill(pid, 'SIGKILL');
    await waitFor('it is started again', async () => {
      const now = existsSync(join(paths.cluster, 'postmaster.pid')) ? postmasterPid(paths) : pid;
      return now !== pid && !lives(pid) && (await isPostmasterOf(now, paths.cluster));
    });
    await waitFor('it answers at the same address', () =>
      query(first.servingUrl, HOW).then(
        (rows) => rows.length === 1,
        (error) => {
          if (!isDatabaseUnavailable(error)) throw error;
          return false;
        },
      ),
    );
    await first.stop();

    const { port } = new URL(first.servingUrl);
    mkdirSync(paths.sockets);
    writeFileSync(join(paths.sockets, `.s.PGSQL.${port}.lock`), `${process.pid}\n${paths.cluster}\n1700000000\n`);
    writeFileSync(join(paths.sockets, `.s.PGSQL.${port}`), '');
    await withServer(paths.dataDir, async ({ servingUrl }) => {
      expect(await query(servingUrl, HOW)).toEqual([{ isSocket: true }]);
    });
  });

  test('a folder in which no socket can be made leaves TCP, and says why', async () => {
    // a file stands in the way, as a file system without sockets does
    writeFileSync(paths.sockets, '');
    const second = secondFolder(paths.dataDir);
    writeFileSync(second, '');
    try {
      await withServer(paths.dataDir, async ({ servingUrl, socketFault }) => {
        expect(socketFault).toContain(`${paths.sockets} is not a folder of this user`);
        expect(await query(servingUrl, HOW)).toEqual([{ isSocket: false }]);
      });
    } finally {
      rmSync(paths.sockets);
      rmSync(second);
    }
  });
});

test('before the server listens, the database counts as unavailable', async () => {
  const address = { port: 5499, socketFolder: folder };
  const secrets = { encryptionKey: '', passwords: { superuser: 'a', owner: 'b', serving: 'c' } };
  const refused = await query(urlsAt(address, secrets).servingUrl, HOW).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'ENOENT', syscall: 'connect' });
  expect(isDatabaseUnavailable(refused)).toBe(true);
  expect(isDatabaseUnavailable(Object.assign(new Error(), { code: 'ENOENT', syscall: 'open' }))).toBe(false);
});

test('a folder with spaces, commas, quotes and letters of any script is named whole', async () => {
  const named = join(folder, `a "b", c's %41 ÿ?&=#`);
  const secrets = { encryptionKey: '', passwords: { superuser: 'a', owner: 'b', serving: 'c' } };
  const { servingUrl } = urlsAt({ port: 5499, socketFolder: named }, secrets);
  mkdirSync(named);
  const called = new Promise<string>((resolve) => {
    const server = net.createServer((socket) => {
      socket.destroy();
      server.close(() => resolve('called'));
    });
    server.listen(join(named, '.s.PGSQL.5499'), () => void query(servingUrl, HOW).catch(() => undefined));
  });
  expect(await called).toBe('called');
});

describe('which folder', () => {
  test('a long path is replaced by a short one that only its owner may enter', async () => {
    const paths = pathsIn(join(folder, 'x'.repeat(90)));
    mkdirSync(paths.dataDir);
    const found = await findSocketFolder(paths, null);
    expect(found).toEqual({ path: secondFolder(paths.dataDir), fault: null });
    expect((lstatSync(found.path as string).mode & 0o777).toString(8)).toBe('700');
    expect(readdirSync(found.path as string)).toEqual([]);
    rmSync(found.path as string, { recursive: true });
  });

  test('107 bytes are enough, and one more is not; letters count by their bytes', async () => {
    const bytes = (n: number) => join(folder, 'é'.repeat(3) + 'x'.repeat(n - folder.length - 1 - 6 - 15));
    await prepareSocketFolder(bytes(107), null);
    await expect(prepareSocketFolder(bytes(108), null)).rejects.toThrow('(108 bytes with its name, at most 107)');
    expect(existsSync(bytes(108))).toBe(false);
  });

  test('root has no folder that others could exchange', async () => {
    const paths = pathsIn(join(folder, 'x'.repeat(90)));
    expect(await findSocketFolder(paths, { uid: 65534, gid: 65534 })).toMatchObject({ path: null });
    expect(existsSync(secondFolder(paths.dataDir))).toBe(false);
  });

  test('a link is not followed, and what it points at is left alone', async () => {
    const target = join(folder, 'target');
    mkdirSync(target, { mode: 0o755 });
    writeFileSync(join(target, 'kept'), '');
    symlinkSync(target, join(folder, 'link'));
    await expect(prepareSocketFolder(join(folder, 'link'), user)).rejects.toThrow('is not a folder of this user');
    expect(readdirSync(target)).toEqual(['kept']);
    expect((lstatSync(target).mode & 0o777).toString(8)).toBe('755');
  });

  // only root can make a folder for somebody else
  (process.geteuid?.() === 0 ? test : test.skip)('a folder of another user is refused', async () => {
    const planted = join(folder, 'planted');
    mkdirSync(planted);
    spawnSync('chown', ['12345', planted]);
    chmodSync(planted, 0o777);
    await expect(prepareSocketFolder(planted, null)).rejects.toThrow('is not a folder of this user');
    expect((lstatSync(planted).mode & 0o777).toString(8)).toBe('777');
  });
});
