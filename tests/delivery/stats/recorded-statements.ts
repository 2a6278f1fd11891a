import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { TestDatabase } from '../../support/database';

export interface RecordedStatement {
  text: string;
  values: unknown[];
}

/** Records the statements that run on the connections of a data source, outside of transactions. */
export function recordStatements(source: DataSource): RecordedStatement[] {
  const recorded: RecordedStatement[] = [];
  const pool = (source.driver as unknown as { master: Pool }).master;
  const query = pool.query.bind(pool) as (given: RecordedStatement) => Promise<unknown>;
  Object.assign(pool, {
    query: (given: RecordedStatement) => {
      recorded.push(given);
      return query(given);
    },
  });
  return recorded;
}

interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

export interface Read {
  /** Pages of 8 KiB. */
  pages: number;
  /** Rows of each table. */
  rows: Record<string, number>;
}

/** What a statement reads when it runs again. */
export async function readBy(database: TestDatabase, { text, values }: RecordedStatement): Promise<Read> {
  const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: PlanNode & Record<string, number> }] }>(
    `explain (analyze, buffers, format json) ${text}`,
    values,
  );
  const [{ Plan: plan }] = (row as NonNullable<typeof row>)['QUERY PLAN'];
  const rows: Record<string, number> = {};
  addRows(rows, plan);
  return { pages: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0), rows };
}

function addRows(rows: Record<string, number>, node: PlanNode): void {
  const table = node['Relation Name'];
  if (table !== undefined) {
    const read = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
    rows[table] = (rows[table] ?? 0) + Math.round(read);
  }
  for (const below of node.Plans ?? []) addRows(rows, below);
}
