// The disk of the write-ahead log is full, and PostgreSQL ends: a small file system in memory, which only root may mount.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, cpSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres/embedded-postgres';
import { askAt, type GraphQLAnswer } from '../support/app';
import { type Program, startProgram } from '../support/program';
import { waitFor } from '../support/wait-for';
import { invoice } from '../support/webhooks';
import { mountSmallDisk } from './small-disk';

const ADMIN_KEY = `test-administrator-${randomBytes(12).toString('hex')}`;
const PUBLISH = 'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id } } }';

const disk = mountSmallDisk('hookledger-full-wal-');
const dataDir = mkdtempSync(join(tmpdir(), 'hookledger-full-wal-'));
let dataPath = dataDir;
let program: Program | undefined;

afterAll(async () => {
  disk.empty();
  await program?.kill('SIGTERM');
  disk.remove();
  for (const each of [dataDir, dataPath]) rmSync(each, { recursive: true, force: true });
});

async function startWithSmallDisk(): Promise<Program> {
  const binaries = process.env.TEST_POSTGRES_BINARIES;
  const postgres = await startEmbeddedPostgres({ dataDir, binaries, settings: { fsync: 'off' } });
  ({ dataPath } = postgres);
  await postgres.stop();
  const wal = join(postgres.clusterPath, 'pg_wal');
  const { uid, gid } = statSync(wal);
  cpSync(wal, disk.folder, { recursive: true });
  execFileSync('chown', ['-R', `${uid}:${gid}`, disk.folder]);
  rmSync(wal, { recursive: true });
  symlinkSync(disk.folder, wal);
  chownSync(disk.folder, uid, gid);
  return startProgram({ DATA_DIR: dataDir, ADMIN_API_KEY: ADMIN_KEY, PORT: '0' });
}

/** Not to be compressed. */
function publish(name: string): Promise<GraphQLAnswer> {
  const data = { noise: randomBytes(150_000).toString('base64') };
  const event = invoice(name, { idempotencyKey: name, data });
  return askAt(program?.url as string, PUBLISH, { input: { events: [event] } }, ADMIN_KEY);
}

(disk.isMounted ? test : test.skip)(
  'a full disk of the write-ahead log makes publishing UNAVAILABLE, and once it has space everything accepted is there',
  async () => {
    program = await startWithSmallDisk();
    const { output } = program;
    disk.fill();
    const accepted: string[] = [];
    const refused: GraphQLAnswer[] = [];
    for (let n = 0; !output().includes('its disk is full'); n += 1) {
      const answer = await publish(`INV-${n}`);
      if (answer.errors) {
        refused.push(answer);
        await wait(200);
      } else accepted.push(`INV-${n}`);
    }
    expect(new Set(refused.map(({ status, errors }) => `${status} ${errors?.[0]?.extensions.code}`))).toEqual(
      new Set(['503 UNAVAILABLE']),
    );
    disk.empty();
    await waitFor('it to be ready again', async () => (await fetch(`${program?.url}/readyz`)).status === 200);
    expect((await publish('INV-LAST')).errors).toBeUndefined();
    const query = '{ businessEvents(first: 100) { nodes { referenceDocument } } }';
    const { data } = await askAt(program.url as string, query, {}, ADMIN_KEY);
    const found = data.businessEvents.nodes.map((node: { referenceDocument: string }) => node.referenceDocument);
    expect(found).toEqual(expect.arrayContaining([...accepted.slice(-50), 'INV-LAST']));
  },
);
