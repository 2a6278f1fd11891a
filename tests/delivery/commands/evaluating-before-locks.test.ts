// Commands that evaluate conditions and templates do so before their transaction, and check the webhook again within it.

import type { Viewer } from '../../../src/access/viewer';
import { testWebhook } from '../../../src/delivery/commands/test-webhook';
import { replayDelivery } from '../../../src/replay/replay-delivery';
import { startReplayLoop } from '../../../src/replay/replay-loop';
import type { Transaction } from '../../../src/sql/transactions';
import { TIME_LIMIT_MS } from '../../../src/templating/time-limit';
import { uuidOf } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { type DeliveryState, deliveriesOf, deliveryThatIs } from '../attempt/stored-attempts';
import { startParts } from '../worker-parts';

const app = useTestApi();
const parts = duringFile(() => startParts(app));
let viewer: Viewer;

beforeAll(async () => {
  const [key] = await app.database.query<{ userId: string; apiKeyId: string }>(
    'select user_id as "userId", id as "apiKeyId" from api_keys limit 1',
  );
  viewer = {
    ...(key as { userId: string; apiKeyId: string }),
    name: 'Administrator',
    roles: new Set(['SYSTEM_MANAGER'] as const),
    sessionId: null,
    remoteAddress: null,
    userAgent: null,
    requestId: '019cb6e2-f0a1-7b4c-8d5e-6f7a8b9c0d1e',
  };
});

const SLOW_BODY =
  '{% for a in doc.list %}{% for b in doc.list %}{% for c in doc.list %}{% endfor %}{% endfor %}{% endfor %}1';
const data = { list: Array.from({ length: 300 }, (_, n) => n) };

let types = 0;

/** A webhook whose condition skipped one event, and then was removed. */
async function skipped(settings: object): Promise<{ id: string; eventId: string; delivery: DeliveryState }> {
  types += 1;
  const documentType = `Evaluated ${types}`;
  const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/hook', { documentType, condition: 'false' });
  const [eventId] = await publish(app, [invoice('EV-1', { documentType, data })]);
  await parts.fanOutAll();
  await update(id, { condition: null, ...settings });
  const [delivery] = (await deliveriesOf(app, id)) as [DeliveryState];
  return { id, eventId: uuidOf('BusinessEvent', eventId as string) as string, delivery };
}

const update = (id: string, settings: object) => mutate(app, 'updateWebhook', { id, ...settings });

const HEADERS = 'select headers::text from deliveries where id = $1';
const headersOf = async (id: string) => (await app.database.query<{ headers: string }>(HEADERS, [id]))[0]?.headers;

/** Processor time of this thread, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

const COMMANDS: Record<
  string,
  (given: Awaited<ReturnType<typeof skipped>>, transaction: Transaction) => Promise<unknown>
> = {
  replayDelivery: ({ delivery }, transaction) =>
    replayDelivery({ db: parts.db, transaction, traceparent: null }, viewer, delivery.id, 'a test'),
  testWebhook: ({ id, eventId }, transaction) =>
    testWebhook({ db: parts.db, transaction, traceparent: null }, viewer, uuidOf('Webhook', id), { eventId }),
  async replayDeliveries({ id, delivery }, transaction) {
    const input = { where: { webhook: { id: { eq: id } } }, reason: 'a test' };
    const { replay } = await mutate(app, 'replayDeliveries', input, 'replay { id }');
    const onReplayed = () => undefined;
    const loop = startReplayLoop({ ...parts, transaction, onReplayed });
    const finished = `select 1 from replays where id = $1 and replayed + skipped = 1`;
    await waitFor(
      'the replay',
      async () => (await app.database.query(finished, [uuidOf('Replay', replay.id)])).length > 0,
    );
    await loop.stop();
    return deliveryThatIs(app, id, 'the same', (each) => each.id === delivery.id);
  },
};

describe.each(Object.entries(COMMANDS))('%s', (_name, command) => {
  test('a slow template does not run within the transaction', async () => {
    const given = await skipped({ bodyFormat: 'JSON', body: SLOW_BODY });
    let withinMs = 0;
    const transaction: Transaction = async (work, options) => {
      const begin = cpuMs();
      try {
        return await parts.transaction(work, options);
      } finally {
        withinMs += cpuMs() - begin;
      }
    };
    const begin = cpuMs();
    await command(given, transaction).catch(() => undefined);
    // it is stopped twice
    expect(cpuMs() - begin - withinMs).toBeGreaterThan(2 * TIME_LIMIT_MS);
    expect(withinMs).toBeLessThan(2 * TIME_LIMIT_MS);
    const [delivery] = await deliveriesOf(app, given.id);
    expect(delivery?.status).toBe('SKIPPED');
  });

  test('a webhook that is changed between evaluation and transaction is evaluated again', async () => {
    const version = (value: string) => ({ headers: [{ name: 'X-Version', value: `{{ "${value}" }}` }] });
    const given = await skipped(version('one'));
    let changes = 0;
    const change: Transaction = async (work, options) => {
      changes += 1;
      // replays learn in their first transaction that something is to be evaluated
      if (changes <= 2) await update(given.id, version(`number ${changes}`));
      return parts.transaction(work, options);
    };
    await command(given, change);
    const all = await deliveriesOf(app, given.id);
    const made = all.find(({ status }) => status === 'PENDING');
    expect(await headersOf(made?.id as string)).toContain('number 2');
  });
});
