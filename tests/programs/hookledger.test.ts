// The commands of `npx hookledger`, as processes, beside an application whose database lacks a head that was signed.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evidenceOf, sealedRequests } from '../evidence/sealing';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { runHookledger } from './run-hookledger';

const ORIGIN = 'erp.example.com/evidence/1';
const FORGOTTEN = `${ORIGIN}\n4711\n${Buffer.alloc(32, 7).toString('base64')}\n\n— ${ORIGIN} ${Buffer.alloc(68, 1).toString('base64')}\n`;

let folder: string;
let headFile: string;
let app: TestApp;
let partner: Receiver;
const lines: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookledger-command-'));
  headFile = join(folder, 'head.txt');
  const settings = { PUBLIC_URL: 'https://erp.example.com', EVIDENCE_HEAD_FILE: headFile, LOG_LEVEL: 'info' };
  [app, partner] = await Promise.all([startTestApp(settings, { write: (line) => lines.push(line) }), startReceiver()]);
  await createTestWebhook(app, partner.url, { documentType: 'Sales Invoice' });
});
afterAll(async () => {
  await Promise.all([app.stop(), partner.stop()]);
  await rm(folder, { recursive: true });
});

/** In an empty folder. */
const hookledger = (args: string[], env?: Record<string, string>) => runHookledger(args, env, folder);

const read = async (path: string) => (await fetch(`${app.url}${path}`)).text();
const stopsFor = async (count: number) => {
  const { data } = await app.ask(
    '{ evidenceStatus { origin waitingCount stops { code message reporter checkpoint since } } }',
  );
  return data.evidenceStatus.stops.length === count && data.evidenceStatus;
};

test('sealing stops when the file has a head that the tree lacks, deliveries go on, and a restart lets it go on', async () => {
  await publish(app, [invoice('BEFORE-1')]);
  const [before = ''] = await sealedRequests(app, 1);
  // unknown while the database of a busy machine answers late
  await waitFor('/readyz', async () => JSON.parse(await read('/readyz')).evidence === 'sealed');
  await waitFor('the head in the file', async () => {
    const { data } = await app.ask('{ evidenceStatus { waitingCount head { checkpoint } } }');
    const { waitingCount, head } = data.evidenceStatus;
    return waitingCount === 0 && head.checkpoint === (await readFile(headFile, 'utf8'));
  });
  await writeFile(headFile, FORGOTTEN);
  await publish(app, [invoice('STOPPED-1')]);
  await waitFor('the delivery', () => partner.calls.length === 2);
  const status = await waitFor('the stop', () => stopsFor(1));
  expect(status.stops[0]).toMatchObject({
    code: 'NEWER',
    message: expect.stringContaining('has 4711 leaves'),
    reporter: expect.stringContaining(headFile),
    checkpoint: FORGOTTEN,
  });
  const ready = await waitFor('/readyz', async () => {
    const answer = await fetch(`${app.url}/readyz`);
    const state = await answer.json();
    return state.evidence.startsWith('stopped') && { status: answer.status, ...state };
  });
  expect(ready.evidence).toMatch(/^stopped since 2\d{3}-.*Z: NEWER: EVIDENCE_HEAD_FILE has 4711 leaves/);
  expect(ready.status).toBe('ok');
  expect(ready.evidence).not.toContain(folder);
  await waitFor('the metric', async () =>
    (await read('/metrics')).includes('hookledger_evidence_stopped{code="NEWER"} 1'),
  );
  const told = lines.map((line) => JSON.parse(line)).filter(({ msg }) => /nothing is sealed/.test(msg));
  expect(told).toMatchObject([{ level: 50, code: 'NEWER' }]);
  expect((await evidenceOf(app, before)).status).toBe('SEALED');

  const refused = await hookledger(['evidence', 'restart', '--because', ''], app.env);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('reason must not be empty') });
  const done = await hookledger(['evidence', 'restart', '--because', 'The backup of Monday was restored'], app.env);
  expect(done).toMatchObject({ code: 0, stderr: '' });
  const [, vkey = ''] = /^ {2}(erp\.example\.com\/evidence\/2\+\S+)$/m.exec(done.stdout) ?? [];
  const requests = await sealedRequests(app, 2);
  expect(await waitFor('sealing', () => stopsFor(0))).toMatchObject({ origin: 'erp.example.com/evidence/2' });
  expect((await read('/evidence/vkey')).split('\n')[0]).toBe(vkey);
  const again = await hookledger(['evidence', 'restart', '--because', 'The backup of Monday was restored'], app.env);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing to restart') });

  for (const id of requests) {
    await writeFile(join(folder, 'proof.txt'), (await evidenceOf(app, id)).proof ?? '');
    expect(await hookledger(['verify', 'proof.txt', '--key', vkey])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('VERIFIED 1 record'),
    });
  }
  await writeFile(
    join(folder, 'proof.txt'),
    ((await evidenceOf(app, before)).proof ?? '').replace('index ', 'index 1'),
  );
  expect((await hookledger(['verify', 'proof.txt', '--key', vkey])).code).toBe(1);
});

test('what is no command, and settings that cannot work, are refused', async () => {
  expect(await hookledger([])).toMatchObject({ code: 0, stdout: expect.stringContaining('hookledger verify FILE') });
  expect(await hookledger(['evidence', 'erase'])).toMatchObject({
    code: 2,
    stderr: 'There is no command evidence erase: hookledger --help lists the commands.\n',
  });
  expect(await hookledger(['verify'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^One FILE is expected, not 0\.\n\n.*--key VKEY/),
  });
  expect(await hookledger(['admin-key', '--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^hookledger admin-key --because REASON\n/),
    stderr: '',
  });
  const noKey = { ...app.env, ENCRYPTION_KEY: 'short' };
  expect(await hookledger(['evidence', 'restart', '--because', 'Ten letters'], noKey)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ENCRYPTION_KEY'),
  });
});
