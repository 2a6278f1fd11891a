import { uuidOf } from '../../src/values/ids';
import { expireLeases, turn } from '../delivery/attempt/stored-attempts';
import { startSecondWorker } from '../delivery/capacity/circuit-states';
import { useTestApp } from '../support/app';
import { type Program, startProgram } from '../support/program';
import { useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { allFinished, createOwnWebhook, order, queued, replayThatIs, type Webhook, whereWebhook } from './replays';

const app = useTestApp({ PROCESSES: 'api' });
const partner = useReceiver();
const workers: { stop(): Promise<unknown> }[] = [];

afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.stop())));

/** One to be killed: a process of its own. */
async function startDoomed(): Promise<Program> {
  const program = await startProgram({ ...app.env, PROCESSES: 'worker' });
  workers.push({ stop: () => program.kill('SIGKILL') });
  return program;
}

async function startWorker(): Promise<{ stop(): Promise<unknown> }> {
  const worker = await startSecondWorker(app);
  workers.push(worker);
  return worker;
}

async function delivered(count: number): Promise<Webhook> {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(count);
  await allFinished(app, webhook, count);
  partner.calls.length = 0;
  return webhook;
}

/** How often each webhook-id arrived. */
function arrivals(): number[] {
  const byId = Map.groupBy(partner.calls, (call) => String(call.headers['webhook-id']));
  return [...byId.values()].map((calls) => calls.length);
}

test('two workers send each delivery of a replay again once, and keep to one rate', async () => {
  await Promise.all([startDoomed(), startWorker()]);
  const webhook = await delivered(120);
  const begin = performance.now();
  const id = await order(app, whereWebhook(webhook), { rate: 40 });
  expect(await queued(app, id)).toMatchObject({ deliveryCount: 120, replayed: 120, skipped: 0 });
  // the last step is not waited for
  expect(performance.now() - begin).toBeGreaterThan(2_400);
  const rounds = await allFinished(app, webhook, 120);
  expect(rounds.every(({ roundStart }) => roundStart === 1)).toBe(true);
  expect(arrivals()).toEqual(Array(120).fill(1));
});

test('when a worker is killed in the middle, the replay goes on and opens each delivery again once', async () => {
  const first = await startDoomed();
  const webhook = await delivered(240);
  const id = await order(app, whereWebhook(webhook), { rate: 40 });
  await replayThatIs(app, id, 'in the middle', ({ replayed }) => replayed >= 40);
  await first.kill('SIGKILL');
  const left = await replayThatIs(app, id, 'left alone', ({ status }) => status === 'RUNNING');
  expect(left.replayed).toBeLessThan(240);
  await expireLeases(app);
  // the rest need not take its five seconds
  await app.database.query('update replays set rate = 400 where id = $1', [uuidOf('Replay', id)]);
  await startWorker();
  const done = await queued(app, id);
  expect(done).toMatchObject({ deliveryCount: 240, replayed: 240, skipped: 0 });
  const rounds = await allFinished(app, webhook, 240);
  // opened twice, a delivery would count the attempts of the first time as before its round
  expect(rounds.every(({ roundStart, status }) => roundStart === 1 && status === 'DELIVERED')).toBe(true);
  expect(arrivals()).toHaveLength(240);
});

test('when a worker is killed while skipped ones are decided anew, each is made once and nothing is left over', async () => {
  const first = await startDoomed();
  const webhook = await createOwnWebhook(app, partner.url);
  await app.database.query(`update webhooks set status = 'DISABLED' where document_type = $1`, [webhook.documentType]);
  await webhook.publishMany(200);
  await allFinished(app, webhook, 200);
  await turn(app, 'resume', webhook.id);
  partner.calls.length = 0;
  const id = await order(app, whereWebhook(webhook), { rate: 100 });
  await replayThatIs(app, id, 'in the middle', ({ replayed }) => replayed >= 30);
  await first.kill('SIGKILL');
  await expireLeases(app);
  await startWorker();
  expect(await queued(app, id)).toMatchObject({ deliveryCount: 200, replayed: 200, skipped: 0 });
  const rounds = await allFinished(app, webhook, 200);
  expect(rounds.every(({ roundStart, status }) => roundStart === 0 && status === 'DELIVERED')).toBe(true);
  expect(arrivals()).toHaveLength(200);
  const left = await app.database.query(
    `select id from payloads p where not exists (select from deliveries where payload_id = p.id)
       and not exists (select from business_events where payload_id = p.id)`,
  );
  expect(left).toEqual([]);
});

test('when a worker is killed again and again, no delivery is missed and none is opened twice', async () => {
  const steady = await startWorker();
  const webhook = await delivered(200);
  await steady.stop();
  const id = await order(app, whereWebhook(webhook), { rate: 60 });
  for (let seen = 0, n = 0; n < 3; n += 1) {
    const worker = await startDoomed();
    seen = (await replayThatIs(app, id, 'further', ({ replayed }) => replayed > seen)).replayed;
    await worker.kill('SIGKILL');
    await expireLeases(app);
  }
  await startWorker();
  expect(await queued(app, id)).toMatchObject({ replayed: 200, skipped: 0 });
  const rounds = await allFinished(app, webhook, 200);
  expect(rounds.every(({ roundStart }) => roundStart === 1)).toBe(true);
  await waitFor('all of them', () => arrivals().length === 200);
});
