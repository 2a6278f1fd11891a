import { useTestApp } from '../../support/app';
import { type Program, startProgram } from '../../support/program';
import { useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish, type TestWebhook } from '../../support/webhooks';
import { startSecondWorker } from '../capacity/circuit-states';
import { allFinished, attemptsOf, countByStatus } from './stored-attempts';

const app = useTestApp({ PROCESSES: 'api' });
const partner = useFreshReceiver();
const workers: { stop(): Promise<unknown> }[] = [];

afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.stop())));

/** A process of its own, to be killed, and beside it a worker in this process. */
async function startTwoWorkers(): Promise<Program> {
  const [program, worker] = await Promise.all([
    startProgram({ ...app.env, PROCESSES: 'worker' }),
    startSecondWorker(app),
  ]);
  workers.push({ stop: () => program.kill('SIGKILL') }, worker);
  return program;
}

async function publishMany(webhook: TestWebhook & { documentType: string }, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < count; from += 500) {
    const size = Math.min(500, count - from);
    const { documentType } = webhook;
    ids.push(
      ...(await publish(
        app,
        Array.from({ length: size }, (_, n) => invoice(`INV-${from + n}`, { documentType })),
      )),
    );
  }
  return ids;
}

async function webhookFor(documentType: string) {
  return { ...(await createTestWebhook(app, partner.url, { documentType, timeoutMs: 30_000 })), documentType };
}

/** How often each webhook-id arrived. */
function arrivals(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const call of partner.calls) {
    const id = String(call.headers['webhook-id']);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

test('two workers deliver hundreds of events exactly once each', async () => {
  await startTwoWorkers();
  const webhook = await webhookFor('Steady');
  await publishMany(webhook, 200);
  const deliveries = await allFinished(app, webhook.id, 200);
  expect(countByStatus(deliveries)).toEqual({ DELIVERED: 200 });
  expect(deliveries.every((delivery) => delivery.attempts === 1)).toBe(true);
  expect(arrivals().size).toBe(200);
  expect(partner.calls).toHaveLength(200);
});

const ANSWERED = 150;
/** What one worker has on the wire for one webhook at most: half of its slots. */
const MOST_OF_ONE = 512;

test('when one of two workers is killed in the middle, every event arrives and every attempt is accounted for', async () => {
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith((_call, n) => (n <= ANSWERED ? { delayMs: 20 } : { after }));
  const doomed = await startTwoWorkers();
  const webhook = await webhookFor('Crash');
  const events = await publishMany(webhook, 750);
  await waitFor('both to have calls on the wire', () => partner.calls.length > ANSWERED + MOST_OF_ONE);
  await doomed.kill('SIGKILL');
  partner.answerWith(() => ({}));
  letAnswer();
  const deliveries = await allFinished(app, webhook.id, events.length);

  expect(countByStatus(deliveries)).toEqual({ DELIVERED: 750 });
  const received = new Set(partner.calls.map((call) => JSON.parse(call.body.toString()).data.name));
  expect(received.size).toBe(750);

  const attempts = await attemptsOf(app, webhook.id);
  expect(attempts.filter((attempt) => attempt.finishedAt === null)).toEqual([]);
  const { SUCCEEDED, UNKNOWN, ...others } = countByStatus(attempts);
  expect(SUCCEEDED).toBe(750);
  expect(UNKNOWN).toBeGreaterThan(0);
  expect(others).toEqual({});
  // each call that arrived is in the log; the log may have more: opened, and killed before it left
  expect(partner.calls.length).toBeLessThanOrEqual(attempts.length);
  expect(partner.calls.length).toBeGreaterThanOrEqual(750);
  for (const delivery of deliveries) {
    const numbers = attempts.filter((each) => each.deliveryId === delivery.id).map((each) => each.attemptNumber);
    expect(numbers).toEqual(Array.from({ length: delivery.attempts }, (_, n) => n + 1));
  }
  expect(await app.database.query('select from delivery_jobs')).toEqual([]);
});
