import type { Client } from 'pg';

/** The number of webhooks; the last of them has few deliveries. */
const WEBHOOKS = 20;

export function webhookNumber(n: number): string {
  return `00000000-0000-7000-8000-0000000001${n.toString(16).padStart(2, '0')}`;
}

export const RARE_WEBHOOK = webhookNumber(WEBHOOKS);

/** The deliveries and requests of this many events of the last hours, one after the other. As the superuser. */
export async function makeDeliveries(sql: Client, count: number): Promise<void> {
  await sql.query(`insert into users (id, name, roles, active, created_at, updated_at)
    values ('${webhookNumber(0)}', 'jane', '{}', true, now(), now())`);
  await sql.query(
    `insert into webhooks (id, name, direction, status, url, events, timeout_ms, owner_id, created_at, updated_at)
     select ('00000000-0000-7000-8000-0000000001' || lpad(to_hex(n), 2, '0'))::uuid, 'Partner ' || n, 'OUTGOING', 'ACTIVE',
       'https://partner.example/', '{}', 15000, '${webhookNumber(0)}', now(), now() from generate_series(1, ${WEBHOOKS}) as n`,
  );
  // past foreign keys and triggers for each row: the rows are made to fit
  await sql.query('set session_replication_role = replica');
  await sql.query(
    `create temp table made as select n, at, document_type, reference,
       (overlay(overlay(new_id()::text placing substr(ms, 1, 8) from 1) placing substr(ms, 9, 4) from 10))::uuid as id,
       ('00000000-0000-7000-8000-0000000001' || lpad(to_hex(case n % 1000 when 9 then ${WEBHOOKS} else 1 + n % ${WEBHOOKS - 1} end), 2, '0'))::uuid
         as webhook_id,
       case when n > ${count} * 0.95 then (array['PENDING', 'RETRYING'])[1 + n % 2] when n % 100 = 9 then 'EXHAUSTED'
         when n % 500 = 4 then 'CANCELLED' when n % 10 = 5 then 'SKIPPED' else 'DELIVERED' end as status
     from (
       select n, to_timestamp(ms / 1000.0) as at, lpad(to_hex(ms), 12, '0') as ms,
         case n % 1000 when 7 then 'Rare' else 'Type ' || n % 10 end as document_type, 'DOC-' || n / 3 as reference
       from (select n, (extract(epoch from now()) * 1000)::bigint - ${count} + n as ms from generate_series(1, ${count}) as n) as t
     ) as drawn`,
  );
  await sql.query(
    `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, status,
       skip_reason, method, url, headers, payload_id, attempts, held, created_at, finished_at, next_attempt_at)
     select id, id, webhook_id, '${webhookNumber(0)}', document_type, 'on_submit', reference, status,
       case when status = 'SKIPPED' then case n % 1000 when 5 then 'LOOP' else 'CONDITION_FALSE' end end, 'POST',
       'https://partner.example/hooks/erp', '[["content-type","application/json"],["user-agent","Hookledger"]]', id, 1, false,
       at, case when status not in ('PENDING', 'RETRYING') then at + (n % 7) * interval '1 s' end,
       case when status in ('PENDING', 'RETRYING') then at + (n % 5) * interval '1 hour' end
     from made order by id`,
  );
  await sql.query(
    `insert into webhook_request_logs (id, webhook_id, direction, status, document_type, event, reference_document,
       attempt_number, duplicate, method, url, started_at, finished_at, leaf_hash)
     select id, webhook_id, 'OUTGOING', 'SUCCEEDED', document_type, 'on_submit', reference, 1, false, 'POST',
       'https://partner.example/hooks/erp', at, at, sha256('') from made order by id`,
  );
  await sql.query('set session_replication_role = origin');
}
