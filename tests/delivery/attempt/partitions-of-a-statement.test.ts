import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/database/data-source';
import { BY_ID_PLANS } from '../../../src/database/pools';
import { closeRequestsAndDeliveries } from '../../../src/delivery/attempt/attempt.store';
import { leaveOutbox } from '../../../src/events/business-event.store';
import { newId } from '../../../src/ids';
import { closeRequests } from '../../../src/request-log/open-close.store';
import type { Db } from '../../../src/sql/db';
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

/** Explains each statement instead of running it. */
function explaining(plans: string[]): Db {
  const query = async ({ text, values }: { text: string; values: unknown[] }) => {
    const lines = await source.query<{ 'QUERY PLAN': string }[]>(`explain (costs off) ${text}`, values);
    plans.push(lines.map((line) => line['QUERY PLAN']).join('\n'));
    return { rows: [], rowCount: 0 };
  };
  return { queryRunner: { connect: async () => ({ query }) } } as unknown as Db;
}

test('the statements that move deliveries read and change only the partitions of their ids', async () => {
  const [id, request, now] = [newId(), newId(), new Date()];
  const closed = {
    id: request,
    status: 'SUCCEEDED' as const,
    finishedAt: now,
    durationMs: 1,
    responseStatus: 200,
    responseHeaders: null,
    responseBody: null,
    responseBytes: null,
    responseTruncated: null,
    error: null,
    errorCode: null,
    remoteAddress: null,
  };
  const deliveryUpdate = {
    deliveryId: id,
    status: 'DELIVERED' as const,
    nextAttemptAt: null,
    jobId: null,
    finishedAt: now,
    deliveredAt: now,
    roundStart: 0,
    blocks: false,
  };
  const plans: string[] = [];
  const db = explaining(plans);
  await closeRequestsAndDeliveries(db, [{ deliveryUpdate, request: closed }]);
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
