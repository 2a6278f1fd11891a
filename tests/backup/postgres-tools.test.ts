// pg_dump with pg_restore, and pg_basebackup. They run only where TEST_POSTGRES_TOOLS names their folder, as .ci/run does with those of
// PostgreSQL 15 and its server (TEST_POSTGRES_BINARIES): a dump of another version than the server's may be refused.
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPostgresServer } from '../chaos/postgres-server';
import { describeRestored, recovered, type Way } from './restored';

const tools = process.env.TEST_POSTGRES_TOOLS;
const run = (name: string, ...args: string[]) => promisify(execFile)(join(tools ?? '', name), args);

const folder = mkdtempSync(join(tmpdir(), 'hookledger-dump-'));
const dump = join(folder, 'hookledger.dump');
afterAll(() => rm(folder, { recursive: true }));

const dumped: Way = {
  begin: async () => undefined,
  async mark(server) {
    const { migrationUrl } = server.urlsAt(server.port() as number);
    await run('pg_dump', '-Fc', '-d', migrationUrl, '-f', dump);
  },
  async restore() {
    // with the roles, and the database of their owner, which is empty
    const other = await createPostgresServer();
    const urls = other.urlsAt(other.port() as number);
    const target = Object.assign(new URL(urls.superuserUrl), { pathname: '/hookledger' }).href;
    await run('pg_restore', '-d', target, '-j', '4', '--exit-on-error', dump);
    return { urls, remove: () => other.remove() };
  },
  cluster: /^ok: It is \d+, and was \d+ at .* A dump was restored here/,
};

let home: string;

const copied: Way = {
  async begin(server) {
    home = await server.copyFiles(join(tools ?? '', 'pg_basebackup'));
  },
  async mark(server) {
    await server.query(`select pg_create_restore_point('before the accident')`);
  },
  restore: (server) => recovered(server, home, 'before the accident'),
  cluster: /^ok: It is on timeline 2, and was on 1 at .* recovered to a point in time/,
};

if (tools === undefined) {
  test.skip('the tools of PostgreSQL are not here', () => undefined);
} else {
  describeRestored({ 'pg_dump and pg_restore': dumped, 'pg_basebackup, recovered to a point in time': copied });
}
