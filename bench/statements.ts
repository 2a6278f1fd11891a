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
  [/insert into business_events/i, 'publish: payloads and events'],
  [/from api_keys|from users/i, 'publish: who asks'],
  [/^with new_payloads/i, 'fan-out: payloads, deliveries, outbox'],
  [/from business_events/i, 'fan-out: take from the outbox'],
  [/insert into pgboss/i, 'fan-out and retry: jobs'],
  [/skip locked/i, 'claim: take jobs'],
  [/^select d\.id/i, 'claim: read deliveries'],
  [/from webhook_secrets/i, 'claim: secrets'],
  [/^with opened/i, 'claim: open rows, mark deliveries'],
  [/for share of w/i, 'claim: webhooks'],
  [/from webhooks/i, 'fan-out: webhooks'],
  [/^with settled/i, 'settle: deliveries and rows'],
  [/update pgboss.*completed_on/is, 'settle: complete jobs'],
  [/pg_notify/i, 'wake-up'],
  [/^(start transaction|begin|commit|rollback)/i, 'begin and commit'],
  [/pgboss/i, 'queue: supervision'],
];

function kindOf(query: string): string {
  return KINDS.find(([pattern]) => pattern.test(query.trim()))?.[1] ?? 'other';
}
