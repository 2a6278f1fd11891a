import { execFileSync } from 'node:child_process';
import { chown, mkdir, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chownIds, findServerUser } from '../../src/database/embedded-postgres/data-paths';
import { waitFor } from '../support/wait-for';
import { ROUNDS } from './random';
import { missingForMounts, testWhere } from './requirements';
import { type Scenario, startScenario } from './scenario';

const SIZE = '256m';
const REFUSALS = 30;
/** Of all processes: what cannot be written is said, not repeated with a stack for each statement. */
const MAX_LOG_BYTES = 2 * 1024 ** 2;

let disk: string;
let scenario: Scenario | undefined;

beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), 'hookledger-disk-'));
});
afterEach(() => scenario?.stop());
afterAll(async () => {
  if (missingForMounts() === null) execFileSync('umount', [disk]);
  await rm(disk, { recursive: true, force: true });
});

/** A tablespace on a disk of its own: what is written ahead stays elsewhere, so that the server goes on. */
async function mountTablespace(): Promise<string> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'none', disk]);
  const folder = join(disk, 'tablespace');
  await mkdir(folder);
  const user = await findServerUser();
  if (user) for (const path of [disk, folder]) await chown(path, ...chownIds(user));
  return folder;
}

/** Takes all that is left of the disk. @returns what gives it back */
async function fillDisk(): Promise<() => Promise<void>> {
  const path = join(disk, 'ballast');
  const ballast = await open(path, 'w');
  const { bavail, bsize } = await statfs(disk);
  const zeros = Buffer.alloc(bsize * 16);
  for (let left = bavail * bsize; left > 0; left -= zeros.length) {
    await ballast.write(zeros).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
    });
  }
  await ballast.close();
  return () => rm(path);
}

testWhere(missingForMounts())(
  'a full disk refuses what it cannot keep with UNAVAILABLE, and afterwards everything goes on',
  async () => {
    scenario = await startScenario({ tablespace: await mountTablespace() });
    const { load, installation } = scenario;
    const refused = () => [...load.refusals.values()].reduce((sum, n) => sum + n, 0);
    for (let round = 0; round < ROUNDS; round += 1) {
      await scenario.more(100);
      const before = refused();
      const empty = await fillDisk();
      await waitFor('refusals', () => refused() > before + REFUSALS);
      await empty();
    }
    expect(await scenario.faults()).toEqual({});
    expect(installation.output().length).toBeLessThan(MAX_LOG_BYTES * ROUNDS);
  },
);
