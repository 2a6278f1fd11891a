import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/database/data-source';
import { BY_ID_PLANS } from '../../../src/database/pools';
import { type CountedStep, countStep } from '../../../src/request-log/stats/update-rollups';
import type { Db } from '../../../src/sql/db';
import { pipelinedTransactions, type Transaction } from '../../../src/sql/transactions';
import type { TestDatabase } from '../../support/database';

export interface Counter {
  transaction: Transaction;
  /** Counts all that there is. */
  countAll(): Promise<void>;
  stop(): Promise<void>;
}

/** What the indexer does each second, when a test says so. */
export async function startCounter(
  database: TestDatabase,
  step: (db: Db) => Promise<CountedStep> = countStep,
): Promise<Counter> {
  const options = { name: 'counter test', poolSize: 2, settings: BY_ID_PLANS, pipeline: true };
  const source: DataSource = await createDataSource(database.servingUrl, options).initialize();
  const transaction = pipelinedTransactions(source);
  return {
    transaction,
    async countAll() {
      while ((await transaction((db) => step(db))).more);
    },
    stop: () => source.destroy(),
  };
}

/** A month of a table that is not there by itself, such as '2024-03-01'. */
export async function makeMonths(
  database: TestDatabase,
  from: string,
  to: string,
  table = 'webhook_request_logs',
): Promise<void> {
  await database.query(`create table ${table}_${from.slice(0, 7).replace('-', '_')}
    partition of ${table} for values from (first_id_at('${from}Z')) to (first_id_at('${to}Z'))`);
}

export interface SeededRows {
  count: number;
  from: string;
  to: string;
  /** One of them, or null, for each row. */
  webhookIds: readonly (string | null)[];
  /** Leaves rows open, where it is true. */
  withOpen?: boolean;
}

/** Rows of all kinds, at random times of a span. Their ids and times have the same milliseconds. */
export async function seedRandomRows(database: TestDatabase, rows: SeededRows): Promise<void> {
  await database.query(
    `insert into webhook_request_logs (id, webhook_id, direction, status, document_type, event, reference_document,
       attempt_number, duplicate, method, url, started_at, finished_at, duration_ms, error_code, dns_ms, connect_ms, tls_ms, first_byte_ms)
     select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
         || '8' || substr(md5(random()::text), 1, 15))::uuid,
       webhook_id, direction, status, document_type, event, 'INV-' || n, attempt_number, false, 'POST',
       'https://partner.example/', at, case when status <> 'PENDING' then at + interval '1 second' end,
       case when status in ('SUCCEEDED', 'FAILED') and random() < 0.95
         then (case when random() < 0.01 then 200000 else 2000 end * random() ^ 3)::integer end,
       case when status = 'FAILED' and random() < 0.9 then (array['TIMEOUT', 'DNS', 'HTTP_STATUS'])[1 + floor(random() * 3)::int]
         when status = 'UNKNOWN' then 'PROCESS_DIED' end,
       case when is_new then (50 * random() ^ 3)::integer end, case when is_new then (30 * random())::integer end,
       case when is_new and random() < 0.9 then (60 * random())::integer end,
       case when status = 'SUCCEEDED' then (1500 * random() ^ 3)::integer end
     from (
       select *, is_chosen and status <> 'PENDING' as is_new from (
       select n, date_trunc('milliseconds', $2::timestamptz + random() * ($3::timestamptz - $2::timestamptz)) as at,
         (case when random() < 0.7 then ($4::uuid[])[1] else ($4::uuid[])[1 + floor(random() * cardinality($4::uuid[]))::int] end)
           as webhook_id,
         case when random() < 0.8 then 'OUTGOING' else 'INCOMING' end as direction,
         (array['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'FAILED', 'UNKNOWN', 'REFUSED', $5])[1 + floor(random() * 7)::int] as status,
         (array['Sales Invoice', 'Customer', null])[1 + floor(random() * 3)::int] as document_type,
         (array['on_submit', 'on_cancel'])[1 + floor(random() * 2)::int] as event,
         1 + floor(random() * 3)::int as attempt_number, random() < 0.1 as is_chosen
       from generate_series(1, $1::int) as n
       ) as chosen
     ) as made`,
    [rows.count, rows.from, rows.to, rows.webhookIds, rows.withOpen ? 'PENDING' : 'SUCCEEDED'],
  );
}
