import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askAt } from '../../support/app';
import { type Program, startProgram } from '../../support/program';
import { waitFor } from '../../support/wait-for';
import { invoice } from '../../support/webhooks';

const ADMIN_KEY = 'test-administrator-of-embedded-postgres';
const PUBLISH = 'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id duplicate } } }';

let dataDir: string;
let dataPath: string;
let program: Program;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hookledger-restarting-'));
  program = await startProgram({ DATA_DIR: dataDir, ADMIN_API_KEY: ADMIN_KEY, PORT: '0' });
  const line = program
    .output()
    .split('\n')
    .find((each) => each.includes('"embedded PostgreSQL is running"'));
  ({ dataPath } = JSON.parse(line as string));
});
afterAll(async () => {
  await program?.kill('SIGTERM');
  for (const path of [dataDir, dataPath]) if (path) await rm(path, { recursive: true, force: true });
});

const publish = () =>
  askAt(
    program.url as string,
    PUBLISH,
    { input: { events: [invoice('KEPT', { idempotencyKey: 'kept' })] } },
    ADMIN_KEY,
  );
const postmaster = async () => Number.parseInt(await readFile(join(dataPath, 'cluster', 'postmaster.pid'), 'utf8'), 10);

test('embedded PostgreSQL whose postmaster is killed is started again, with all that it had acknowledged', async () => {
  expect((await publish()).data.publishEvents.events).toMatchObject([{ duplicate: false }]);
  const killed = await postmaster();
  process.kill(killed, 'SIGKILL');
  await waitFor('another postmaster', async () => {
    const pid = await postmaster().catch(() => killed);
    return pid !== killed && (await fetch(`${program.url}/readyz`)).status === 200;
  });
  expect((await publish()).data.publishEvents.events).toMatchObject([{ duplicate: true }]);
  expect(program.output()).toContain('embedded PostgreSQL has ended, starting it again');
});

test('after that it still stops in order, and leaves no server behind', async () => {
  const pid = await postmaster();
  await program.kill('SIGTERM');
  expect(program.child.exitCode).toBe(0);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
