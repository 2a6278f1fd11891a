// What Postgres was asked to do, from pg_stat_statements.
import type { Client } from 'pg';

export interface StatementUse {
  /** Every statement that a client sent, BEGIN and COMMIT too, divided by the deliveries. */
  perDelivery: number;
  /** By kind of work, the dearest first. */
  kinds: { kind: string; calls: number; ms: number }[];
}

export async function resetStatements(sql: Client): Promise<void> {
  await sql.query('select pg_stat_statements_reset()');
}

export async function statementUse(sql: Client, deliveries: number): Promise<StatementUse> {
  const { rows } = await sql.query<{ query: string; calls: number; ms: number }>(
    `select s.query, s.calls::float8 as calls, (s.total_exec_time + s.total_plan_time)::float8 as ms
     from pg_stat_statements as s join pg_roles as r on r.oid = s.userid
     where s.toplevel and r.rolname = 'hookledger'`,
  );
  const kinds = new Map<string, { kind: string; calls: number; ms: number }>();
  for (const { query, calls, ms } of rows) {
    const kind = kindOf(query);
    const sum = kinds.get(kind) ?? { kind, calls: 0, ms: 0 };
    kinds.set(kind, { kind, calls: sum.calls + calls, ms: sum.ms + ms });
  }
  const calls = rows.reduce((sum, row) => sum + row.calls, 0);
  return { perDelivery: calls / deliveries, kinds: [...kinds.values()].sort((a, b) => b.ms - a.ms) };
}

// The first that fits; the words are those of DESIGN section 5.
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/insert into business_events/i, 'publish: events'],
  [/^insert into payloads/i, 'publish and fan-out: payloads'],
  [/from api_keys|from users/i, 'publish: who asks'],
  [/from business_events/i, 'fan-out: take from the outbox'],
  [/^insert into deliveries/i, 'fan-out: deliveries'],
  [/^update business_events/i, 'fan-out: leave the outbox'],
  [/from webhooks /i, 'fan-out: webhooks'],
  [/insert into pgboss/i, 'fan-out and retry: jobs'],
  [/skip locked/i, 'claim: take jobs'],
  [/from deliveries d join/i, 'claim: read deliveries'],
  [/^insert into webhook_request_logs/i, 'claim: open request rows'],
  [/^update deliveries.*set open_request_id/is, 'claim: mark deliveries open'],
  [/from webhook_secrets/i, 'claim: secrets'],
  [/^update deliveries.*set status/is, 'settle: deliveries'],
  [/^update webhook_request_logs/i, 'settle: close request rows'],
  [/update pgboss.*completed_on/is, 'settle: complete jobs'],
  [/pg_notify/i, 'wake-up'],
  [/^(start transaction|begin|commit|rollback)/i, 'begin and commit'],
  [/pgboss/i, 'queue: supervision'],
];

function kindOf(query: string): string {
  return KINDS.find(([pattern]) => pattern.test(query.trim()))?.[1] ?? 'other';
}
