// Events whose deliveries are made, and whose first attempts are opened, by the transaction that publishes them.
import { isPromise } from 'node:util/types';
import { startWorker } from '../../../src/delivery/engine/worker';
import { type EventWriter, type PublishedEvent, publishCalls } from '../../../src/events/publish-events';
import { NO_SLOTS } from '../../../src/events/publisher';
import { newId, toNodeId, uuidOf } from '../../../src/values/ids';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';
import { strays } from '../attempt/invariants';
import { allFinished, deliveriesOf, turn } from '../attempt/stored-attempts';
import { eventFor, keptOpen, publishingSteps } from './publishing-steps';

const { app, partner, parts, direct, webhookFor, processWith, expectOutboxToHave, viewer } = publishingSteps();

test('an event has its id before the webhooks are read: one that missed a webhook is not younger than it', async () => {
  const { documentType } = await webhookFor();
  let whenRead = '';
  const writer: EventWriter = {
    prepare: async () => {
      whenRead = newId();
    },
    write: async () => undefined,
  };
  const calls = [{ publisher: viewer(), events: [eventFor(documentType)], traceparent: null }];
  const [published] = await parts.transaction((db) => publishCalls(db, calls, writer));
  expect(published).toEqual([{ id: expect.any(String), duplicate: false }]);
  const [event] = published as PublishedEvent[];
  expect((event as PublishedEvent).id < whenRead).toBe(true);
});

test('an event is published, fanned out and opened in one transaction, sent after it, and never in the outbox', async () => {
  const worker = startWorker(parts);
  const webhook = await webhookFor();
  const { id: second } = await createTestWebhook(app, partner.url, { documentType: webhook.documentType });
  const { publish, wakes } = await processWith(undefined, worker);
  const [id] = await publish(eventFor(webhook.documentType));
  expect(wakes()).toBe(0);
  for (const each of [webhook.id, second]) {
    expect(await allFinished(app, each, 1)).toMatchObject([{ status: 'DELIVERED', attempts: 1, jobId: null }]);
  }
  await worker.stop(1_000);
  const [row] = await app.database.query(
    `select e.wanted_by as "wantedBy", e.fanned_out_at is not null as "isFannedOut", e.user_id = d.user_id as "isUser",
       count(*)::int as deliveries
     from business_events e join deliveries d on d.business_event_id = e.id
     where e.id = $1
     group by e.id, e.wanted_by, e.fanned_out_at, e.user_id, d.user_id`,
    [id],
  );
  expect(row).toMatchObject({ wantedBy: 2, isFannedOut: true, isUser: true, deliveries: 2 });
  const bodies = partner.calls.map(({ body }) => JSON.parse(body.toString()));
  expect(bodies.filter(({ data }) => data.n === 1)).toHaveLength(2);
  expect(await strays(app)).toEqual([]);
});

test('the commit after which it is sent waits for the disk', async () => {
  const committed: (boolean | undefined)[] = [];
  const webhook = await webhookFor();
  const { own, publish } = await processWith((work, options) => {
    committed.push(options?.durable ?? true);
    return parts.transaction(work, options);
  });
  await publish(eventFor(webhook.documentType));
  expect([own.sent.length, committed]).toEqual([1, [true]]);
});

test('a call waits for an outbox that has had events for a short time, and not for one that has had them for long', async () => {
  const { documentType } = await webhookFor();
  const { own, publish } = await processWith();
  own.leaveOutbox(1);
  const published = publish(eventFor(documentType));
  own.leaveOutbox(null);
  await published;
  expect(own.sent).toHaveLength(1);
  own.leaveOutbox(10_000);
  expect(own.directFanOut.reserve([eventFor(documentType)])).toBe(NO_SLOTS);
  own.leaveOutbox(1);
  expect(isPromise(own.directFanOut.reserve([eventFor(documentType)]))).toBe(true);
});

describe('an event goes to the outbox', () => {
  test.each([
    ['for a webhook with a condition', { condition: 'true' }],
    ['for one with a template', { headers: [{ name: 'X-Name', value: '{{ event.id }}' }] }],
    ['for one with an ordering', { ordering: 'HOLD' }],
    ['for one with a rate limit', { rateLimit: { maxRequests: 4, seconds: 1 } }],
    ['for one that drops duplicates', { dedupeSeconds: 60 }],
    ['for one that sends later', { retrySchedule: [60] }],
  ])('%s, and an event beside it does not', async (_what, settings) => {
    const [plain, other] = [await webhookFor(), await webhookFor(settings)];
    const { own, publish, wakes } = await processWith();
    const [, id] = await publish(eventFor(plain.documentType), eventFor(other.documentType));
    expect(own.sent.map(({ webhook }) => webhook.id)).toEqual([uuidOf('Webhook', plain.id)]);
    expect(wakes()).toBe(1);
    await expectOutboxToHave(own, [id as string]);
    expect(await deliveriesOf(app, other.id)).toHaveLength(1);
  });

  test('if one of its webhooks has a condition, also for the others', async () => {
    const { id, documentType } = await webhookFor();
    await createTestWebhook(app, partner.url, { documentType, condition: 'true' });
    const { own, publish } = await processWith();
    const ids = await publish(eventFor(documentType));
    expect(own.sent).toEqual([]);
    await expectOutboxToHave(own, ids);
    expect(await deliveriesOf(app, id)).toHaveLength(1);
  });

  test('if it has a cause', async () => {
    const webhook = await webhookFor();
    const { own, publish } = await processWith();
    await publish(eventFor(webhook.documentType));
    const [cause] = await app.database.query<{ id: string }>('select id from deliveries order by id desc limit 1');
    const causedBy = toNodeId('Delivery', cause?.id as string);
    const ids = await publish(eventFor(webhook.documentType, { causedBy }));
    await expectOutboxToHave(own, ids);
  });

  test.each([
    ['an open circuit', `update webhook_circuits set state = 'OPEN', open_until = now() + interval '1 h'`],
    ['deliveries that wait', 'update webhook_circuits set has_waiting = true'],
    ['a pending decision', 'pending'],
  ])('for a webhook with %s', async (_what, change) => {
    const webhook = await webhookFor();
    const { own, publish } = await processWith();
    const webhookId = uuidOf('Webhook', webhook.id);
    if (change === 'pending') {
      await app.database.query(
        `insert into pending_decisions (webhook_id, business_event_id) select $1, id from business_events limit 1`,
        [webhookId],
      );
    } else await app.database.query(`${change} where webhook_id = $1`, [webhookId]);
    const ids = await publish(eventFor(webhook.documentType));
    expect(own.sent).toEqual([]);
    await expectOutboxToHave(own, ids);
    await app.database.query('delete from pending_decisions');
  });

  test.each([1, 10_000])(
    'while older events have waited there for %i ms, and before the process knows the webhooks',
    async (ms) => {
      const webhook = await webhookFor();
      const { own, publish } = await processWith();
      own.leaveOutbox(ms);
      const ids = await publish(eventFor(webhook.documentType));
      await expectOutboxToHave(own, ids);
      expect(direct().directFanOut.begin([eventFor(webhook.documentType)], [])).toBeNull();
    },
  );

  test('beyond 250 deliveries of one transaction', async () => {
    const { id, documentType } = await webhookFor();
    await copyWebhook(id, 125);
    const { own, publish } = await processWith();
    const [, second] = await publish(eventFor(documentType), eventFor(documentType));
    expect(own.sent).toHaveLength(126);
    await expectOutboxToHave(own, [second as string]);
    await copyWebhook(id, 125);
    own.sent.length = 0;
    const ids = await publish(eventFor(documentType));
    expect(own.sent).toEqual([]);
    await expectOutboxToHave(own, ids);
  });

  // if new deliveries went to the queue meanwhile, it would never be empty under a steady load
  test('while the worker is about to take the last due jobs, whatever webhook they are for', async () => {
    const [webhook, other] = [await webhookFor(), await webhookFor()];
    const { own, publish } = await processWith();
    own.queueBacklog.queued(uuidOf('Webhook', other.id) as string);
    await expectOutboxToHave(own, await publish(eventFor(webhook.documentType)));
    own.queueBacklog.taken(own.queueBacklog.mark(), 1, true);
    own.sent.length = 0;
    await publish(eventFor(webhook.documentType));
    expect(own.sent).toHaveLength(1);
    await expectOutboxToHave(own, []);
  });

  test('after the process has begun to stop, which waits for the transactions under way', async () => {
    const webhook = await webhookFor();
    const { own, publish } = await processWith();
    const underWay = own.directFanOut.begin([eventFor(webhook.documentType)], []);
    let isStopped = false;
    const stopped = own.directFanOut.stop().then(() => {
      isStopped = true;
    });
    const ids = await publish(eventFor(webhook.documentType));
    expect(isStopped).toBe(false);
    underWay?.attempts.onRollback();
    await stopped;
    await expectOutboxToHave(own, ids);
  });
});

describe('a webhook that is changed by another process', () => {
  test('before the event is published is met as it is', async () => {
    const { id, documentType } = await webhookFor();
    const { own, publish } = await processWith();
    await publish(eventFor(documentType));
    own.sent.length = 0;
    const created = await createTestWebhook(app, partner.url, { documentType });
    const first = await publish(eventFor(documentType));
    await expectOutboxToHave(own, first);
    expect(await deliveriesOf(app, created.id)).toHaveLength(1);
    own.sent.length = 0;
    await turn(app, 'pause', id);
    const second = await publish(eventFor(documentType));
    expect(own.sent).toEqual([]);
    await expectOutboxToHave(own, second);
    expect(own.sent.map(({ webhook }) => webhook.id)).toEqual([uuidOf('Webhook', created.id)]);
    expect((await deliveriesOf(app, id)).at(-1)).toMatchObject({ held: true });
  });

  test('at this moment does not delay the event', async () => {
    const { id, documentType } = await webhookFor();
    const { own, publish } = await processWith();
    const webhookId = uuidOf('Webhook', id);
    const ids = await parts.transaction(async (db) => {
      await db.query(`select pg_advisory_xact_lock(hashtext('hookledger.webhook'), hashtext($1::text))`, [webhookId]);
      return publish(eventFor(documentType));
    });
    expect(own.sent).toEqual([]);
    await expectOutboxToHave(own, ids);
  });

  test('is not paused before the transaction that opened attempts has committed', async () => {
    const webhook = await webhookFor();
    await expectToWaitForPublisher(webhook.documentType, () => turn(app, 'pause', webhook.id));
  });
});

describe('the pause of all deliveries', () => {
  test('is not answered before the transaction that opened attempts has committed', async () => {
    const { documentType } = await webhookFor();
    await expectToWaitForPublisher(documentType, () =>
      mutate(app, 'pauseDeliveries', { reason: 'test' }, 'deliveriesPaused { since }'),
    );
    await mutate(app, 'resumeDeliveries', { reason: 'test' }, 'ended { since }');
  });

  test('that begins or ends at this moment is not waited for, and nothing is sent', async () => {
    const webhook = await webhookFor();
    const { own, publish } = await processWith();
    const ids = await parts.transaction(async (db) => {
      await db.query(`select pg_advisory_xact_lock(hashtext('hookledger.pause'))`);
      return publish(eventFor(webhook.documentType));
    });
    expect(ids).toHaveLength(1);
    expect(own.sent).toEqual([]);
    expect(await deliveriesOf(app, webhook.id)).toMatchObject([{ jobId: expect.any(String), openRequestId: null }]);
  });
});

/** Calls `pause` in a transaction that has opened the attempt of an event, and expects it to return after the commit alone. */
async function expectToWaitForPublisher(documentType: string, pause: () => Promise<unknown>): Promise<void> {
  let paused: Promise<void> | null = null;
  let hasReturned = false;
  const { own, publish } = await processWith((work, options) =>
    parts.transaction(async (db) => {
      const result = await work(keptOpen(db));
      paused ??= pause().then(() => {
        hasReturned = true;
      });
      await waitFor('the pause to wait', async () => (await lockWaits()) > 0);
      expect(hasReturned).toBe(false);
      return result;
    }, options),
  );
  await publish(eventFor(documentType));
  await paused;
  expect(own.sent).toHaveLength(1);
}

async function copyWebhook(id: string, times: number): Promise<void> {
  await app.database.query(
    `with copies as (
       insert into webhooks select (made.row).* from (
         select jsonb_populate_record(w, jsonb_build_object('id', new_id())) as row
         from webhooks w, generate_series(1, $2) where w.id = $1) as made returning id)
     insert into webhook_circuits (webhook_id, state, openings, failures) select id, 'CLOSED', 0, 0 from copies`,
    [uuidOf('Webhook', id), times],
  );
}

async function lockWaits(): Promise<number> {
  const sql = `select count(*)::int as n from pg_stat_activity where datname = current_database()
    and wait_event_type = 'Lock' and query ~ 'pg_advisory_xact_lock'`;
  return (await app.database.query<{ n: number }>(sql))[0]?.n ?? 0;
}
