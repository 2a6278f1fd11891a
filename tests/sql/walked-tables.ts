// Small tables with the names and indexes of large ones.
import { firstIdAt } from '../../src/values/ids';
import type { TestDatabase } from '../support/database';

export const ROWS = 1_200;
export const HOUR = 3_600_000;
const NOW = Date.now();
export const BEGIN = NOW - ROWS * 2 * HOUR;

export const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Of 1,200 rows, one each two hours. */
export async function makeWalkedTables(database: TestDatabase): Promise<void> {
  const ids = Array.from({ length: ROWS }, (_, n) =>
    firstIdAt(Math.round(BEGIN + n * 2 * HOUR)).replace(/0{4}-0{12}$/, `8000-${String(n).padStart(12, '0')}`),
  );
  await database.query(
    `create table webhook_request_logs as
    select id, n, ('00000000-0000-7000-8000-' || lpad((case when n % 3 = 0 then 0 else n % 7 end)::text, 12, '0'))::uuid as webhook_id,
      ('00000000-0000-7000-8000-' || lpad((n % 30)::text, 12, '0'))::uuid as user_id, 'Type ' || n % 4 as document_type,
      case when n % 50 = 9 then null else 'INV-' || n / 100 || '-' || n % 5 end as reference_document,
      case when n % 40 = 3 then 'FAILED' when n % 100 = 4 then 'UNKNOWN' when n % 300 = 5 then 'REFUSED' else 'SUCCEEDED' end as status,
      nullif(n * 7919 % 997, 5) as duration_ms, n % 11 as code
    from unnest($1::uuid[]) with ordinality as given (id, n)`,
    [ids],
  );
  await database.query(`alter table webhook_request_logs add primary key (id);
    create index on webhook_request_logs (webhook_id, id); create index on webhook_request_logs (user_id, id);
    create index on webhook_request_logs (document_type, id); create index on webhook_request_logs (reference_document text_pattern_ops, id);
    create table failed_requests as select id, webhook_id, document_type, status from webhook_request_logs where status <> 'SUCCEEDED';
    create index on failed_requests (webhook_id, id); create index on failed_requests (status, id);
    create table request_index as select id, status as outcome, coalesce(duration_ms, -1) as took_ms,
      array_to_tsvector(array['Mall', 'Mcode' || code, 'Mrare' || n % 400]) as words from webhook_request_logs where n % 97 <> 1;
    alter table request_index add primary key (id); create index on request_index (outcome, id); create index on request_index (took_ms, id);
    create index on request_index using gin (words);
    create table deliveries as select id, webhook_id, document_type, code, n,
      (array['DELIVERED', 'DELIVERED', 'EXHAUSTED', 'PENDING', 'RETRYING', 'SKIPPED', 'CANCELLED', 'DELIVERED'])[n % 8 + 1] as status,
      case when n % 8 in (3, 4) then null else timestamptz '2026-01-01' + (n * 7919 % 10007) * interval '1 minute' end as finished_at,
      case when n % 8 in (3, 4) then timestamptz '2026-01-01' + (n * 31 % 499) * interval '1 minute' end as next_attempt_at from webhook_request_logs;
    alter table deliveries add primary key (id); create index on deliveries (webhook_id, id);
    create table open_deliveries as select id, webhook_id, document_type, status, false as held, null::text as waits_for, next_attempt_at from deliveries where finished_at is null;
    create table finished_deliveries as select id, webhook_id, document_type, status, finished_at from deliveries where finished_at is not null;
    create index on open_deliveries (status, id); create index on open_deliveries (webhook_id, status, id);
    create index on open_deliveries (next_attempt_at, id) where next_attempt_at is not null;
    create index on open_deliveries (webhook_id, next_attempt_at, id) where next_attempt_at is not null;
    create index on finished_deliveries (status, id); create index on finished_deliveries (webhook_id, status, id);
    create index on finished_deliveries (status, finished_at, id); create index on finished_deliveries (webhook_id, status, finished_at, id);
    analyze`);
}
