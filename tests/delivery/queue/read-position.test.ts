// Where the outbox and the jobs are read from: every row must be found, without stepping over all that have left them.

import { startRelay } from '../../../src/delivery/engine/relay';
import { createReadPosition, OLDEST } from '../../../src/delivery/queue/read-position';
import { putIntoOutbox, readOutbox, WITHOUT_KEY } from '../../../src/events/business-event.store';
import { newPayload } from '../../../src/events/payload.store';
import { WHOLE } from '../../../src/sql/index-lookup';
import { currentMs } from '../../../src/time/clock';
import { FIRST_ID, firstIdAt, LAST_ID } from '../../../src/values/ids';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';
import { NO_FIRST_ATTEMPTS, workerParts } from '../worker-parts';

const MINUTE_MS = 60_000;

describe('the time to begin with', () => {
  const old = currentMs() - MINUTE_MS;

  test('is that of the oldest at first, and again after a second', () => {
    const start = createReadPosition();
    expect(start.next(0)).toBe(OLDEST);
    start.read(null);
    expect(start.next(999)).not.toBe(OLDEST);
    expect(start.next(1_000)).toBe(OLDEST);
  });

  test('is that of the oldest row that was found: it may be there still', () => {
    const start = createReadPosition();
    start.next(0);
    start.read(old);
    expect(start.next(1)).toBe(old);
  });

  test('is two seconds before, if what was found is not older', () => {
    for (const oldest of [null, currentMs() + MINUTE_MS]) {
      const start = createReadPosition();
      start.next(0);
      const before = currentMs();
      start.read(oldest);
      const begin = start.next(1);
      expect(begin >= before - 2_000 && begin <= currentMs() - 2_000).toBe(true);
    }
  });

  test('is that of the oldest, once, after it was asked for, also while it reads', () => {
    const start = createReadPosition();
    start.next(0);
    start.beginAtOldest();
    start.read(old);
    expect([start.next(1), start.next(2)]).toEqual([OLDEST, old]);
  });
});

describe('a relay', () => {
  const { app, parts } = workerParts();

  /** Puts an event into the outbox, as a transaction does that commits long after it made the id. */
  async function publishLate(documentType: string, id: string): Promise<void> {
    const [user] = await app.database.query<{ id: string }>('select id from users limit 1');
    const userId = user?.id as string;
    const payload = newPayload(Buffer.from('{}'), 'application/json');
    const event = {
      ...WITHOUT_KEY,
      ...{ id, documentType, event: 'on_submit', referenceDocument: 'LATE', payloadId: payload.id, userId },
      ...{ publishedBy: userId, idempotencyKey: null, createdAt: new Date(), causedBy: null, causePath: [] },
      ...{ requestId: null, directedTo: null, enveloped: false, traceparent: null },
    };
    await putIntoOutbox(parts.db, { events: [event], payloads: [payload] });
  }

  test('reads the events of a range', async () => {
    const documentType = 'In a range';
    const ids = [3, 2, 1].map((minutes) => firstIdAt(currentMs() - minutes * MINUTE_MS));
    for (const id of ids) await publishLate(documentType, id);
    const [, second, third] = ids as [string, string, string];
    const read = async (from: string, before: string) =>
      (await readOutbox(parts.db, WHOLE, { from, before }, 10, 1_000)).map(({ id }) => id);
    expect(await read(second, third)).toEqual([second]);
    expect(await read(second, LAST_ID)).toEqual([second, third]);
    expect(await read(FIRST_ID, LAST_ID)).toEqual(ids);
    await parts.fanOutAll();
  });

  test('finds an event whose id is older than what it has read', async () => {
    const documentType = 'Committed late';
    const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/hook', { documentType });
    const relay = startRelay({
      ...parts.fanOutParts,
      share: { own: () => WHOLE, refresh: async () => undefined },
      log: parts.log,
      firstAttempts: NO_FIRST_ATTEMPTS,
      onQueued: () => undefined,
      onPending: () => undefined,
    });
    try {
      for (const minutes of [1, 2]) {
        await publish(app, [invoice(`INV-${minutes}`, { documentType })]);
        relay.wake();
        await waitFor('the new event', async () => (await deliveriesOf(app, id)).length === 2 * minutes - 1);
        await publishLate(documentType, firstIdAt(currentMs() - minutes * MINUTE_MS));
        await waitFor('the late event', async () => (await deliveriesOf(app, id)).length === 2 * minutes);
      }
    } finally {
      await relay.stop();
    }
    const left = await app.database.query(
      'select from outbox o join business_events e on e.id = o.event_id where document_type = $1',
      [documentType],
    );
    expect(left).toEqual([]);
  });

  test('announces what it has fanned out although it cannot learn which other processes there are', async () => {
    const documentType = 'Announced';
    await createTestWebhook(app, 'http://127.0.0.1:9/hook', { documentType });
    await publish(app, [invoice('INV-9', { documentType })]);
    let queued = 0;
    const relay = startRelay({
      ...parts.fanOutParts,
      share: { own: () => WHOLE, refresh: async () => Promise.reject(new Error('no connection')) },
      log: parts.log,
      firstAttempts: NO_FIRST_ATTEMPTS,
      onQueued: () => {
        queued += 1;
      },
      onPending: () => undefined,
    });
    await waitFor('the announcement', () => queued > 0);
    await relay.stop();
  });

  test('says since when it is behind, until it has read all', async () => {
    const documentType = 'Behind';
    await createTestWebhook(app, 'http://127.0.0.1:9/hook', { documentType });
    const names = ['INV-1', 'INV-2', 'INV-3', 'INV-4'];
    await publish(
      app,
      names.map((name) => invoice(name, { documentType })),
    );
    const seen = new Set<number | null>();
    let fannedOut = 0;
    const relay = startRelay({
      ...parts.fanOutParts,
      share: { own: () => WHOLE, refresh: async () => undefined },
      log: parts.log,
      // one event in each step
      firstAttempts: { ...NO_FIRST_ATTEMPTS, batchSize: () => 1 },
      onQueued: () => {
        fannedOut += 1;
        seen.add(relay.behindSince());
      },
      onPending: () => undefined,
    });
    await waitFor('the end of the outbox', () => relay.behindSince() === null);
    await relay.stop();
    expect([fannedOut, [...seen]]).toEqual([names.length, [expect.any(Number)]]);
  });
});
