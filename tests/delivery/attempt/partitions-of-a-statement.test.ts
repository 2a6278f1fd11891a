import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/database/data-source';
import { BY_ID_PLANS } from '../../../src/database/pools';
import { giveJobs, makeWait } from '../../../src/delivery/capacity/waiting.store';
import { closeRequestsAndDeliveries, openRequests } from '../../../src/delivery/engine/attempt.store';
import { leaveOutbox } from '../../../src/events/business-event.store';
import { closeRequests } from '../../../src/request-log/open-close.store';
import { NOT_MEASURED } from '../../../src/request-log/request-log.store';
import type { Db } from '../../../src/sql/db';
import { newId } from '../../../src/values/ids';
import { newSalt } from '../../../src/values/random';
import { createTestDatabase, type TestDatabase } from '../../support/database';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.servingUrl, {
    name: 'test',
    settings: BY_ID_PLANS,
    poolSize: 1,
  }).initialize();
});
afterAll(async () => {
  await source?.destroy();
  await database?.drop();
});

/** Explains each statement instead of running it: with its values, or as the plan that is kept for all values. */
function explaining(plans: string[], isGeneric = false): Db {
  const query = async ({ text, values }: { text: string; values: unknown[] }) => {
    const lines = isGeneric
      ? await source.query<{ 'QUERY PLAN': string }[]>(`explain (generic_plan, costs off) ${text}`)
      : await source.query<{ 'QUERY PLAN': string }[]>(`explain (costs off) ${text}`, values);
    plans.push(lines.map((line) => line['QUERY PLAN']).join('\n'));
    return { rows: [], rowCount: 0 };
  };
  return { queryRunner: { connect: async () => ({ query }) } } as unknown as Db;
}

function closedRequest(id: string, finishedAt: Date) {
  return {
    id,
    status: 'SUCCEEDED' as const,
    finishedAt,
    durationMs: 1,
    responseStatus: 200,
    responseHeaders: null,
    responseBody: null,
    responseBytes: null,
    responseTruncated: null,
    error: null,
    errorCode: null,
    remoteAddress: null,
    ...NOT_MEASURED,
  };
}

function deliveredUpdate(deliveryId: string, finishedAt: Date) {
  return {
    deliveryId,
    status: 'DELIVERED' as const,
    nextAttemptAt: null,
    jobId: null,
    finishedAt,
    deliveredAt: finishedAt,
    roundStart: 0,
    blocks: false,
  };
}

function openRequest(deliveryId: string, startedAt: Date) {
  return {
    id: newId(),
    webhookId: newId(),
    direction: 'OUTGOING' as const,
    documentType: 'Sales Invoice',
    event: 'on_submit',
    referenceDocument: 'INV-0042',
    businessEventId: newId(),
    deliveryId,
    userId: newId(),
    attemptNumber: 1,
    method: 'POST',
    url: 'https://partner.example/hooks',
    headers: '[]',
    payloadId: newId(),
    secretId: null,
    startedAt,
    test: false,
    replayId: null,
    contentSalt: newSalt(),
  };
}

test('the statements that move deliveries read and change only the partitions of their ids', async () => {
  const [id, now] = [newId(), new Date()];
  const closed = closedRequest(newId(), now);
  const plans: string[] = [];
  const db = explaining(plans);
  await closeRequestsAndDeliveries(db, [{ deliveryUpdate: deliveredUpdate(id, now), request: closed }]);
  await closeRequests(db, [closed]);
  await leaveOutbox(db, [{ id, wantedBy: 1 }], now);
  const month = now.toISOString().slice(0, 7).replace('-', '_');
  const partitions = plans.map((plan) => [...new Set(plan.match(/\w+_\d{4}_\d{2}\b/g))].sort());
  expect(partitions).toEqual([
    [`deliveries_${month}`, `webhook_request_logs_${month}`],
    [`webhook_request_logs_${month}`],
    [`business_events_${month}`],
  ]);
});

/** Rows of any content, which PostgreSQL then knows about. */
async function fillTables(): Promise<void> {
  await database.query('set session_replication_role = replica');
  const filled = `gen_random_uuid(), 'Sales Invoice', 'on_submit', 'INV-' || n, now() from generate_series(1, 3000) as n`;
  await database.query(`insert into deliveries (id, business_event_id, webhook_id, status, attempts, held, user_id,
      document_type, event, reference_document, created_at)
    select new_id(), gen_random_uuid(), gen_random_uuid(), 'PENDING', 0, false, ${filled}`);
  await database.query(`insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url,
      user_id, document_type, event, reference_document, started_at)
    select new_id(), 'OUTGOING', 'PENDING', 1, false, 'POST', 'https://partner.example/hooks', ${filled}`);
  await database.query(`insert into business_events (id, payload_id, published_by, body_digest, leaf_hash,
      user_id, document_type, event, reference_document, created_at)
    select new_id(), gen_random_uuid(), gen_random_uuid(), '', '', ${filled}`);
  await database.query(`insert into open_deliveries (id, webhook_id, document_type, status, held)
    select id, webhook_id, document_type, status, held from deliveries`);
  await database.query('vacuum analyze deliveries, webhook_request_logs, business_events, open_deliveries');
}

test.each([
  ['empty', async () => undefined],
  ['small', fillTables],
])('in %s tables they look each row up, instead of comparing it with all rows between the ids', async (_size, fill) => {
  await fill();
  const [ids, now] = [[newId(), newId()], new Date()];
  const closed = ids.map((id) => closedRequest(id, now));
  const plans: string[] = [];
  const db = explaining(plans, true);
  await openRequests(
    db,
    newId(),
    ids.map((id) => openRequest(id, now)),
  );
  await closeRequestsAndDeliveries(
    db,
    closed.map((request) => ({ deliveryUpdate: deliveredUpdate(request.id, now), request })),
  );
  await closeRequests(db, closed);
  await leaveOutbox(
    db,
    ids.map((id) => ({ id, wantedBy: 1 })),
    now,
  );
  await makeWait(db, ids, 'CAPACITY');
  await giveJobs(
    db,
    ids.map((deliveryId) => ({ id: newId(), deliveryId })),
    now,
  );
  const lookUps = plans.map((plan) => [...new Set(plan.match(/(?<=Index Cond: .*id = ANY \(ARRAY\[)[\w.]+/g))].sort());
  expect(lookUps).toEqual([
    ['o.delivery_id'],
    ['c.request_id', 'u.delivery_id', 'u_1.id', 'u_2.id'],
    ['c.request_id'],
    ['f.id'],
    ['u.id'],
    ['j.id', 'u.id'],
  ]);
  expect(plans.join('\n')).not.toMatch(/Materialize|Join Filter/);
});
