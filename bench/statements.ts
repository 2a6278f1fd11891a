// What PostgreSQL was asked to do, from pg_stat_statements.
import type { Client } from 'pg';

export interface StatementUse {
  /** Statements that clients sent, divided by what was counted. Prepared BEGIN, SET and COMMIT are not in pg_stat_statements. */
  each: number;
  /** By kind of work, the dearest first. */
  kinds: { kind: string; calls: number; ms: number }[];
}

/** What kinds of work are called; of the patterns that a statement matches, the first counts. */
export type Kinds = readonly (readonly [RegExp, string])[];

export async function resetStatements(sql: Client): Promise<void> {
  await sql.query('select pg_stat_statements_reset()');
}

export async function statementUse(sql: Client, count: number, named: Kinds): Promise<StatementUse> {
  const { rows } = await sql.query<{ query: string; calls: number; ms: number }>(
    `select s.query, s.calls::float8 as calls, (s.total_exec_time + s.total_plan_time)::float8 as ms
     from pg_stat_statements as s join pg_roles as r on r.oid = s.userid
     where s.toplevel and r.rolname = 'hookledger'`,
  );
  const kinds = new Map<string, { kind: string; calls: number; ms: number }>();
  for (const { query, calls, ms } of rows) {
    const kind = named.find(([pattern]) => pattern.test(query.trim()))?.[1] ?? 'other';
    const sum = kinds.get(kind) ?? { kind, calls: 0, ms: 0 };
    kinds.set(kind, { kind, calls: sum.calls + calls, ms: sum.ms + ms });
  }
  const calls = rows.reduce((sum, row) => sum + row.calls, 0);
  return { each: calls / count, kinds: [...kinds.values()].sort((a, b) => b.ms - a.ms) };
}
