// By which id of the API a row is found. Decisions and names have none of their own.
import { type NodeName, toNodeId } from '../../ids';
import { type Db, rowsOf, statement } from '../../sql/db';
import type { LeafKind } from '../formats/leaf-kinds';

export interface RowOfKind {
  kind: LeafKind | null;
  /** The UUID of the row. */
  rowId: string | null;
}

const NODES: { readonly [Kind in LeafKind]?: NodeName } = {
  request: 'WebhookRequestLog',
  audit: 'AuditEntry',
  event: 'BusinessEvent',
};

/**
 * The ids by which the API finds these rows, by their UUIDs: that of its delivery for a decision, and that of its user or webhook for a name.
 * A decision and a name that are gone are left out.
 */
export async function nodeIdsOf(db: Db, rows: readonly RowOfKind[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const others: Record<'decision' | 'name', string[]> = { decision: [], name: [] };
  for (const { kind, rowId } of rows) {
    if (kind === null || rowId === null) continue;
    if (kind === 'decision' || kind === 'name') others[kind].push(rowId);
    else found.set(rowId, toNodeId(NODES[kind] as NodeName, rowId));
  }
  if (others.decision.length + others.name.length === 0) return found;
  const of = await rowsOf<{ rowId: string; name: NodeName; id: string }>(
    db,
    statement(`select id as "rowId", 'Delivery' as name, delivery_id as id from delivery_decisions where id = any($1::uuid[])
     union all select id, subject_type, subject_id from names where id = any($2::uuid[])`),
    [others.decision, others.name],
  );
  for (const { rowId, name, id } of of) found.set(rowId, toNodeId(name, id));
  return found;
}
