import type { Viewer } from '../../../src/access/viewer';
import type { NewEvent } from '../../../src/events/event-faults';
import { createPublisher } from '../../../src/events/publisher';
import type { Db } from '../../../src/sql/db';
import type { Transaction } from '../../../src/sql/transactions';
import { workerSteps } from '../attempt/worker-steps';
import type { Direct, Slots } from '../first-attempt-steps';

export function eventFor(documentType: string, more: Partial<NewEvent> = {}): NewEvent {
  const data = { text: '{"n":1}', bytes: 7, problems: [] };
  const event = { documentType, event: 'on_submit', referenceDocument: 'INV-1', data, user: null };
  return { ...event, idempotencyKey: null, causedBy: null, ...more };
}

/** The same transaction, as an object of its own: COMMIT is not sent with its last statements. */
export function keptOpen(db: Db): Db {
  return Object.create(db);
}

/** The steps of a process that serves and delivers. To be called before the first test. */
export function publishingSteps() {
  const steps = workerSteps();
  const { app, partner, parts, direct, webhookFor } = steps;
  let viewer: Viewer;

  beforeAll(async () => {
    const { database } = app;
    const [user] = await database.query<{ id: string; name: string }>('select id, name from users limit 1');
    viewer = {
      userId: user?.id as string,
      name: user?.name as string,
      apiKeyId: null,
      sessionId: null,
      remoteAddress: null,
      roles: new Set(['SYSTEM_MANAGER']),
      userAgent: null,
      requestId: 'test',
    };
  });

  const waiting = async () => {
    const rows = await app.database.query<{ id: string }>('select event_id as id from outbox');
    return rows.map(({ id }) => id);
  };

  return {
    ...steps,
    viewer: () => viewer,
    /** It has fanned out before, so it knows the webhooks that there are. */
    async processWith(transaction?: Transaction, worker: Parameters<typeof direct>[0] = null, slots?: Slots) {
      const own = direct(worker, slots);
      await (await webhookFor()).publishMany(1);
      (await own.fanOut()).onCommit();
      own.sent.length = 0;
      partner.calls.length = 0;
      let wakes = 0;
      const publisher = createPublisher({
        transaction: transaction ?? parts.transaction,
        checkBacklog: () => undefined,
        directFanOut: own.directFanOut,
        onPublished: () => {
          wakes += 1;
        },
        log: parts.log,
      });
      return {
        own,
        publish: async (...events: NewEvent[]) =>
          (await publisher.publish(viewer, events, { traceparent: null })).map(({ id }) => id),
        /** How often the relay was woken. */
        wakes: () => wakes,
      };
    },
    /** Fans out what waits. */
    async expectOutboxToHave(own: Direct, ids: readonly string[]): Promise<void> {
      expect(await waiting()).toEqual(ids);
      (await own.fanOut()).onCommit();
      expect(await waiting()).toEqual([]);
    },
  };
}
