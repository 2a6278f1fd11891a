// START_PAUSED: what a restored database has to send waits, whatever it is.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { makeWitnessKey, witnessAnswers } from '../evidence/anchors/witness-and-authority';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

let folder: string;
let app: TestApp;
let partner: Receiver;
let siem: Receiver;
let witness: Receiver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookledger-paused-'));
  [partner, siem, witness] = await Promise.all([startReceiver(), startReceiver(), startReceiver()]);
  // it only commands, and looks
  app = await startTestApp({ PROCESSES: 'api', PUBLIC_URL: 'https://erp.example.com' });
});
afterAll(async () => {
  await app.stop();
  await Promise.all([partner.stop(), siem.stop(), witness.stop()]);
  await rm(folder, { recursive: true });
});

const key = makeWitnessKey('witness.example.com/w1');
const lines: string[] = [];

/** A process that delivers, seals and sends heads. */
async function startSending(more: Record<string, string>) {
  const policy = join(folder, 'policy.txt');
  await writeFile(policy, `witness w1 ${key.vkey} ${witness.url}/w\nquorum w1\n`);
  const parts = { PROCESSES: 'worker,indexer', PORT: '', EVIDENCE_POLICY_FILE: policy, LOG_LEVEL: 'warn' };
  const config = readConfig({ ...app.env, ...parts, ...more });
  return startApp(config, createLog(config.logLevel, { write: (line) => lines.push(line) }));
}

const count = async (sql: string) =>
  (await app.database.query<{ n: number }>(`select count(*)::int as n ${sql}`))[0]?.n;
const entries = () =>
  app.database.query<{ action: string; actor_kind: string; reason: string | null }>(
    `select action, actor_kind, reason from audit_entries where action like 'deliveries.%' order by id`,
  );
const sentTo = (receiver: Receiver) => receiver.calls.map(({ body }) => body.toString()).join('\n');

test('nothing is sent before resumeDeliveries: retries, new events, replays, own events, heads for a witness', async () => {
  const invoices = { documentType: 'Sales Invoice', retrySchedule: [0, 3600, 3600] };
  const { id: webhookId } = await createTestWebhook(app, partner.url, invoices);
  witness.answerWith(witnessAnswers(key).answer);

  // as a backup has it: delivered, to be tried again, published and not looked at, replayed in part
  partner.answerWith(({ body }) => (body.includes('RETRY') ? { status: 500 } : {}));
  const before = await startSending({ EVIDENCE_POLICY_FILE: '' });
  await publish(app, [invoice('DONE-1'), invoice('DONE-2'), invoice('RETRY-1')]);
  await waitFor('the first attempts', () => partner.calls.length === 3);
  await waitFor(
    'their outcomes',
    async () => (await count(`from deliveries where status in ('DELIVERED', 'RETRYING')`)) === 3,
  );
  await before.stop();
  await app.database.query('update delivery_jobs set due_at = now()');
  await publish(app, [invoice('NEW-1')]);
  // which is an event for itself
  await createTestWebhook(app, siem.url, { documentType: 'Hookledger', receiveAuditEvents: true });
  const where = { status: { eq: 'DELIVERED' }, webhook: { id: { eq: webhookId } } };
  const order = { where, reason: 'the partner lost it' };
  const { replay } = await mutate(app, 'replayDeliveries', order, 'replay { id }');
  partner.answerWith(() => ({}));
  partner.calls.length = 0;

  const paused = await startSending({ START_PAUSED: 'on' });
  await waitFor('the replay', async () => {
    const { data } = await app.ask(`{ replay(id: "${replay.id}") { status } }`);
    return data.replay.status === 'QUEUED';
  });
  await waitFor('the fan-out', async () => (await count('from outbox')) === 0);
  await waitFor('the seal', async () => (await count('from evidence_queue')) === 0);
  // several looks of each idle loop, that of anchors among them
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect([partner, siem, witness].map(sentTo)).toEqual(['', '', '']);
  expect(await entries()).toEqual([
    { action: 'deliveries.paused', actor_kind: 'SYSTEM', reason: 'START_PAUSED is on' },
  ]);
  const { data } = await app.ask('{ deliveriesPaused { reason pausedBy { name } } }');
  expect(data.deliveriesPaused).toEqual({ reason: 'START_PAUSED is on', pausedBy: null });
  expect(lines.filter((line) => line.includes('nothing is sent before resumeDeliveries'))).toHaveLength(1);

  await mutate(app, 'resumeDeliveries', {}, 'ended { reason }');
  await waitFor('all of it', () =>
    ['RETRY-1', 'NEW-1', 'DONE-1', 'DONE-2'].every((what) => sentTo(partner).includes(what)),
  );
  await waitFor('the own event', () => sentTo(siem).includes('audit.webhook.created'));
  await waitFor('the head', () => witness.calls.length > 0);
  await paused.stop();
});

test('processes that start together write one pause; each later start with the setting pauses again', async () => {
  const written = (await entries()).length;
  const [one, other] = await Promise.all([startSending({ START_PAUSED: 'on' }), startSending({ START_PAUSED: 'on' })]);
  expect((await entries()).slice(written).map(({ action }) => action)).toEqual(['deliveries.paused']);
  await mutate(app, 'resumeDeliveries', {}, 'ended { reason }');
  await one.stop();
  const later = await startSending({ START_PAUSED: 'on' });
  expect((await entries()).slice(written).map(({ action }) => action)).toEqual([
    'deliveries.paused',
    'deliveries.resumed',
    'deliveries.paused',
  ]);
  await Promise.all([other.stop(), later.stop()]);
});
