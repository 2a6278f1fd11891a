// Reads and stores anchors (proofs that other parties know a head of the tree), and what is known about those to whom heads are sent.

import type { OwnEventName } from '../../events/own-events';
import { OWN_USER } from '../../events/publish-own-events';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { OWN_DOCUMENT_TYPE } from '../../webhooks/setting-limits';
import { LEAF_KINDS } from '../formats/leaf-kinds';

export const ANCHOR_KINDS = ['EVENT', 'WITNESS', 'RFC3161', 'ATTACHED'] as const;
export type AnchorKind = (typeof ANCHOR_KINDS)[number];
/** Those that Hookledger makes itself. */
export type TargetKind = Exclude<AnchorKind, 'ATTACHED'>;
/** Of one head, beyond which no proof is attached to it. */
export const MAX_ANCHORS = 20;
/** Of a stored proof: more than any party sends. */
export const MAX_PROOF_BYTES = 65_536;

export interface Anchor {
  id: string;
  origin: string;
  treeSize: number;
  kind: AnchorKind;
  by: string;
  query: Buffer | null;
  proof: Buffer | null;
  at: Date;
}

export const ANCHORS = {
  table: 'evidence_anchors',
  columns: `id, origin, tree_size::float8 as "treeSize", kind, by, query, proof, at`,
};

/** @returns false: this head has one of this kind by this party already */
export async function insertAnchor(db: Db, anchor: Anchor): Promise<boolean> {
  const inserted = await changedBy(
    db,
    statement(`insert into evidence_anchors (id, origin, tree_size, kind, by, query, proof, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (tree_size, origin, kind, by) do nothing`),
    [anchor.id, anchor.origin, anchor.treeSize, anchor.kind, anchor.by, anchor.query, anchor.proof, anchor.at],
  );
  return inserted > 0;
}

/** The number of anchors of this head, which does not grow until the transaction ends, unless a witness or an authority answers. */
export async function countAnchors(db: Db, origin: string, treeSize: number): Promise<number> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.anchors'))`));
  const counted = statement(
    'select count(*)::int as anchors from evidence_anchors where origin = $1 and tree_size = $2',
  );
  return (await rowOf<{ anchors: number }>(db, counted, [origin, treeSize]))?.anchors ?? 0;
}

export interface Target {
  kind: TargetKind;
  by: string;
  triedAt: Date | null;
  orderedAt: Date | null;
  anchoredSize: number | null;
  anchoredAt: Date | null;
  error: string | null;
}

/** null: also a time that is none, or long after now, as a thief of the login can write it: no head would be sent until then. */
const timeIn = (column: string) =>
  `case when ${column} between '2000-01-01' and clock_timestamp() + interval '1 minute' then ${column} end`;

const TARGET = `kind, by, ${timeIn('tried_at')} as "triedAt", ${timeIn('ordered_at')} as "orderedAt",
  anchored_size::float8 as "anchoredSize", ${timeIn('anchored_at')} as "anchoredAt", error`;

export async function anchorTargets(db: Db): Promise<Target[]> {
  return rowsOf<Target>(db, statement(`select ${TARGET} from evidence_anchor_targets order by kind, by`));
}

/** Makes these the targets. What is known about those that stay does not change. */
export async function setTargets(db: Db, targets: readonly Pick<Target, 'kind' | 'by'>[]): Promise<void> {
  await changedBy(
    db,
    statement(`with given as (select * from unnest($1::text[], $2::text[]) as g (kind, by)), gone as (
       delete from evidence_anchor_targets t
         where not exists (select from given g where g.kind = t.kind and g.by = t.by)
     )
     insert into evidence_anchor_targets (kind, by) select kind, by from given on conflict (kind, by) do nothing`),
    [targets.map(({ kind }) => kind), targets.map(({ by }) => by)],
  );
}

/** Makes all witnesses and authorities due at once. @returns their number */
export async function orderAnchors(db: Db, now: Date): Promise<number> {
  return changedBy(db, statement(`update evidence_anchor_targets set ordered_at = $1 where kind <> 'EVENT'`), [now]);
}

/** @returns false: another process has taken it since it was read */
export async function takeTarget(db: Db, { kind, by, triedAt }: Target, now: Date): Promise<boolean> {
  const taken = await changedBy(
    db,
    statement(`update evidence_anchor_targets set tried_at = $4, ordered_at = null
     where kind = $1 and by = $2 and ${timeIn('tried_at')} is not distinct from $3`),
    [kind, by, triedAt, now],
  );
  return taken > 0;
}

export async function noteAnchored(db: Db, { kind, by }: Target, treeSize: number, now: Date): Promise<void> {
  await changedBy(
    db,
    statement(`update evidence_anchor_targets set anchored_size = $3, anchored_at = $4, error = null
     where kind = $1 and by = $2`),
    [kind, by, treeSize, now],
  );
}

export async function noteFailure(db: Db, { kind, by }: Target, error: string): Promise<void> {
  await changedBy(db, statement('update evidence_anchor_targets set error = $3 where kind = $1 and by = $2'), [
    kind,
    by,
    error,
  ]);
}

/** Whether a webhook subscribes to the own event of this name. */
export async function hasSubscribers(db: Db, event: OwnEventName): Promise<boolean> {
  const row = await rowOf<{ has: boolean }>(
    db,
    statement(`select exists (select from webhooks where direction = 'OUTGOING' and document_type = $1
       and (events = '{}' or $2 = any(events)) and status <> 'ARCHIVED') as has`),
    [OWN_DOCUMENT_TYPE, event],
  );
  return row?.has ?? false;
}

/**
 * Whether a tree has other leaves than those of Hookledger's own events, of their user, and of their deliveries. Otherwise the deliveries of one
 * head would be the reason to send the next one, without end.
 */
export async function hasForeignLeaves(db: Db, from: number, to: number): Promise<boolean> {
  const row = await rowOf<{ has: boolean }>(
    db,
    statement(`select exists (select from evidence_leaves l
       where l.leaf_index >= $1 and l.leaf_index < $2 and case l.kind
         when ${LEAF_KINDS.request} then not exists (select from webhook_request_logs r
           where r.id = l.subject_id and r.document_type = $3)
         when ${LEAF_KINDS.event} then not exists (select from business_events e
           where e.id = l.subject_id and e.document_type = $3)
         when ${LEAF_KINDS.decision} then not exists (select from delivery_decisions d
           join business_events e on e.id = d.business_event_id where d.id = l.subject_id and e.document_type = $3)
         when ${LEAF_KINDS.name} then not exists (select from names n where n.id = l.subject_id and n.name = $4)
         else true end) as has`),
    [from, to, OWN_DOCUMENT_TYPE, OWN_USER],
  );
  return row?.has ?? false;
}
