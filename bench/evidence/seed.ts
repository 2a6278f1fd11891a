// Closed requests with bodies and responses, made by SQL, whose leaves wait in the queue.
import type { Client } from 'pg';

const CHUNK = 20_000;
const HEADERS =
  '[["content-type","application/json"],["webhook-id","dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e"],["webhook-timestamp","1764130123"],["webhook-signature","v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="]]';
const RESPONSE_HEADERS =
  '[["content-type","application/json"],["date","Thu, 26 Nov 2026 04:31:19 GMT"],["content-length","11"]]';

export async function seedLog(sql: Client, rows: number): Promise<void> {
  for (let from = 0; from < rows; from += CHUNK) {
    await sql.query(
      `with made as (
         insert into payloads (id, body, byte_length, content_type)
         select new_id(), d.body, octet_length(d.body), 'application/json'
         from generate_series($1::int, $2::int) as n,
           lateral (select convert_to(format('{"name":"ACC-SINV-%s","items":"%s"}', n, repeat(md5(n::text), 20)), 'UTF8') as body) as d
         returning id, body_digest
       )
       insert into webhook_request_logs (id, direction, status, document_type, event, reference_document, attempt_number,
         duplicate, method, url, headers, payload_id, body_digest, started_at, finished_at, duration_ms, response_status,
         response_headers, response_body, response_bytes, response_truncated, remote_address)
       select new_id(), 'OUTGOING', 'SUCCEEDED', 'Sales Invoice', 'on_submit', 'ACC-SINV-' || row_number() over (), 1,
         false, 'POST', 'https://partner.example.com/hooks/invoices', $3, id, body_digest, t.at, t.at, 12, 200,
         $4, '{"ok":true}', 11, false, '203.0.113.7'
       from made, (select date_trunc('milliseconds', clock_timestamp()) as at) as t`,
      [from + 1, Math.min(from + CHUNK, rows), HEADERS, RESPONSE_HEADERS],
    );
  }
  await sql.query('vacuum analyze');
  await sql.query('checkpoint');
}
