// What changes a delivery or an event writes a new version of its row on the same page, and no index (HOT): no index names a column
// that changes.

import { outcomeOf } from '../../../src/delivery/engine/outcome';
import { commitOutcomes } from '../../../src/delivery/engine/outcome-committer';
import { startAttempts } from '../../../src/delivery/engine/start-attempts';
import type { SendResult } from '../../../src/delivery/http/send';
import { rowOf } from '../../../src/sql/db';
import type { Transaction } from '../../../src/sql/transactions';
import { keptOpen } from '../fan-out/publishing-steps';
import { ANSWERED } from '../partner';
import { ALL_JOBS } from '../worker-parts';
import { deliveriesOf } from './stored-attempts';
import { workerSteps } from './worker-steps';

const { app, parts, webhookFor } = workerSteps();

const REFUSED: SendResult = { ...ANSWERED, responseStatus: 500, errorCode: 'HTTP_STATUS', error: 'It answered 500.' };

/** The updates of this transaction and some before it in its session, and those of them that wrote no index. */
const UPDATES = `select coalesce(sum(pg_stat_get_xact_tuples_updated(oid)), 0)::int as updates,
    coalesce(sum(pg_stat_get_xact_tuples_hot_updated(oid)), 0)::int as hot
  from pg_class where relkind = 'r' and relname ~ '^(deliveries|business_events)_[0-9]'`;

interface Counted {
  updates: number;
  hot: number;
}

/** Publishes an event, and makes a delivery of it that a partner refuses once. @returns the updates at the end of each transaction */
async function fromEventToOutcome(): Promise<Counted[]> {
  const counted: Counted[] = [];
  const transaction: Transaction = (work, options) =>
    parts.transaction(async (db) => {
      const result = await work(keptOpen(db));
      counted.push((await rowOf<Counted>(db, UPDATES)) as Counted);
      return result;
    }, options);
  // a limit: the delivery takes every step that there is
  const webhook = await webhookFor({ retrySchedule: [0, 0], rateLimit: { maxRequests: 100, seconds: 1 } });
  await webhook.publishMany(1);
  await parts.relay(transaction)();
  for (const result of [REFUSED, ANSWERED]) {
    const { attempts } = await transaction((db) => startAttempts(db, parts, 10, ALL_JOBS));
    const outcomes = attempts.map((attempt) => outcomeOf(attempt, result, new Date()));
    await transaction((db) => commitOutcomes(db, outcomes));
  }
  expect(await deliveriesOf(app, webhook.id)).toMatchObject([{ status: 'DELIVERED', attempts: 2 }]);
  return counted;
}

test('fan-out, attempts and outcomes update rows without their indexes', async () => {
  const counted = await fromEventToOutcome();
  expect(counted).toHaveLength(5);
  for (const { updates, hot } of counted) expect([updates > 0, hot]).toEqual([true, updates]);
});

test('an index on a column that changes would be seen', async () => {
  await app.database.query('create index on deliveries (status)');
  const counted = await fromEventToOutcome();
  expect(counted.some(({ updates, hot }) => hot < updates)).toBe(true);
});
