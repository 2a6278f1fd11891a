// What a step of the relay costs, in statements, rows and blocks: it does not grow with webhooks that want other events.

import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/database/data-source';
import { DELIVER } from '../../../src/database/pools';
import { createLockedRows } from '../../../src/delivery/capacity/locked-rows.store';
import { createFanOut } from '../../../src/delivery/engine/fan-out';
import { createWebhookDirectory } from '../../../src/delivery/engine/matching-webhooks';
import { rowOf } from '../../../src/sql/db';
import { WHOLE } from '../../../src/sql/index-lookup';
import { pipelinedTransactions, type Transaction } from '../../../src/sql/transactions';
import { uuidOf } from '../../../src/values/ids';
import { webhooksWithWaiting } from '../../../src/webhooks/webhook-circuit.store';
import { statementsSentBy } from '../../support/sent-statements';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { ALL_IDS, workerParts } from '../worker-parts';
import { keptOpen } from './publishing-steps';

const { app } = workerParts();

const URL = 'http://127.0.0.1:9/hook';

interface Use {
  /** Entries that were read of each index about webhooks, and rows of each table in scans of it. */
  rows: Record<string, number>;
  /** Those that were visited, of all of them. */
  blocks: number;
}

interface Cost extends Use {
  statements: number;
}

test('5,000 webhooks that want other events add no statement and no row, and at most a level of an index', async () => {
  await createTestWebhook(app, URL, { documentType: 'Wanted' });
  await createTestWebhook(app, URL, { documentType: 'Wanted', ordering: 'HOLD' });
  const { id } = await createTestWebhook(app, URL, { documentType: 'Other' });
  // with fewer, any index is as good as another
  await copyWebhook(id, 500);
  const few = await costOfStep();
  await copyWebhook(id, 5_000);
  const many = await costOfStep();
  expect(few.rows.webhook_circuits_pkey).toBeGreaterThan(0);
  expect(many.statements).toBe(few.statements);
  expect(many.rows).toEqual(few.rows);
  // at most: both webhooks, and their circuits, are looked up twice, and the changes once
  expect(many.blocks - few.blocks).toBeLessThanOrEqual(9);
});

test('the waiting dispatcher reads no webhook without waiting deliveries', async () => {
  await withSession(async (source) => {
    await source.query('select pg_stat_force_next_flush()');
    await pipelinedTransactions(source)(async (db) => {
      expect(await webhooksWithWaiting(db)).toEqual([]);
      const use = await rowOf<Use>(db, USE);
      expect(Object.values(use?.rows ?? {}).reduce((sum, rows) => sum + rows, 0)).toBeLessThan(100);
    });
  });
});

/** The planner knows of them, as after a while in production: autovacuum may have found the table nearly empty a moment ago. */
async function copyWebhook(id: string, times: number): Promise<void> {
  await app.database.query(
    `with others as (
       insert into webhooks select (made.row).* from (
         select jsonb_populate_record(w, jsonb_build_object('id', new_id())) as row
         from webhooks w, generate_series(1, $2::int) where w.id = $1) as made returning id)
     insert into webhook_circuits (webhook_id, state, openings, failures) select id, 'CLOSED', 0, 0 from others`,
    [uuidOf('Webhook', id), times],
  );
  await app.database.query('analyze webhooks, webhook_circuits');
  await webhooksAreVisible();
}

/** Until then, a transaction in another database of the cluster may hide them, and each step reads them again. */
async function webhooksAreVisible(): Promise<void> {
  await waitFor('the webhooks to be visible to every snapshot', async () => {
    const [seen] = await app.database.query<{ all: boolean }>(
      `select max(changed_in::text::bigint) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint as all from webhooks`,
    );
    return seen?.all;
  });
}

async function withSession<Result>(work: (source: DataSource) => Promise<Result>): Promise<Result> {
  const options = { ...DELIVER, name: 'counted', poolSize: 1 };
  const source = await createDataSource(app.database.servingUrl, options).initialize();
  return work(source).finally(() => source.destroy());
}

/** What the second step of a relay costs: the first has read all webhooks. */
function costOfStep(): Promise<Cost> {
  return withSession(async (source) => {
    const transaction = pipelinedTransactions(source);
    let use: Use = { rows: {}, blocks: 0 };
    const counted: Transaction = (work, options) =>
      transaction(async (db) => {
        const result = await work(keptOpen(db));
        use = (await rowOf<Use>(db, USE)) ?? use;
        return result;
      }, options);
    const locked = createLockedRows(source.manager);
    const relay = { db: source.manager, transaction: counted, locked, directory: createWebhookDirectory() };
    const step = createFanOut({ ...relay, firstAttempts: null });
    const sent = statementsSentBy(source);
    for (let n = 0; n < 2; n += 1) {
      await publish(app, [invoice('INV-1', { documentType: 'Wanted' })]);
      // the session then counts anew
      await source.query('select pg_stat_force_next_flush()');
      sent.length = 0;
      expect(await step(WHOLE, ALL_IDS)).toMatchObject({ events: 1 });
    }
    return { statements: sent.length, ...use };
  });
}

/** What this session has used in this transaction. */
const USE = `select jsonb_object_agg(relname, rows) filter (where rows > 0) as rows, sum(blocks)::int as blocks
  from (select relname, pg_stat_get_xact_blocks_fetched(oid) as blocks,
      pg_stat_get_xact_tuples_returned(oid) as rows
    from pg_class where relname ~ '^(webhooks|webhook_circuits|pending_decisions)' and relkind in ('r', 'i')) as used`;
