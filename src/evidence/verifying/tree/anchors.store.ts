// Reads anchors as a verification compares them. An owner of the database can drop constraints, so any value may be missing or huge.
import { type Db, rowsOf, statement } from '../../../sql/db';
import { ANCHOR_KINDS, MAX_PROOF_BYTES } from '../../anchors/anchor.entity';
import { isNoTime, MAX_HEAD_BYTES, MAX_ROWS } from './tree-rows.store';

export interface CheckedAnchor {
  id: string;
  origin: string | null;
  treeSize: number | null;
  kind: string | null;
  by: string | null;
  query: Buffer | null;
  /** null: there is none, or it is larger than any proof. */
  proof: Buffer | null;
  hasProof: boolean;
  /** The head as it is stored, without cosignatures; null: it is gone. */
  checkpoint: string | null;
}

/** The anchors after this one, by their ids. */
export async function anchorsAfter(db: Db, after: string, atMost: number): Promise<CheckedAnchor[]> {
  return rowsOf(
    db,
    statement(`select id, origin, tree_size::float8 as "treeSize", kind, left(by, 2000) as by, proof is not null as "hasProof",
       case when octet_length(query) <= 1024 then query end as query,
       case when octet_length(proof) <= ${MAX_PROOF_BYTES} then proof end as proof,
       (select checkpoint from evidence_heads h where h.tree_size = a.tree_size and h.origin = a.origin
         and octet_length(checkpoint) <= ${MAX_HEAD_BYTES} limit 1) as checkpoint
     from evidence_anchors a where id > $1 order by id limit $2`),
    [after, atMost],
  );
}

/** The sizes of anchors that are repeated, or lack a value that each has. */
export async function wrongAnchors(db: Db): Promise<{ treeSize: number | null }[]> {
  return rowsOf(
    db,
    statement(`select tree_size::float8 as "treeSize" from (
       select *, count(*) over (partition by id) as ids, count(*) over (partition by tree_size, origin, kind, by) as copies
       from evidence_anchors) as a
     where ids > 1 or copies > 1 or id is null or origin is null or tree_size is null or by is null or ${isNoTime('at')}
       or kind in (${ANCHOR_KINDS.map((kind) => `'${kind}'`).join(', ')}) is not true
     order by tree_size nulls first limit ${MAX_ROWS}`),
  );
}

/** What parties got last, of which there is no head any more. */
export async function targetsWithoutHead(db: Db): Promise<{ by: string | null; treeSize: number }[]> {
  return rowsOf(
    db,
    statement(`select left(by, 200) as by, anchored_size::float8 as "treeSize" from evidence_anchor_targets t
     where anchored_size <> 0 and not exists (select from evidence_heads h where h.tree_size = t.anchored_size)
     order by kind, by limit ${MAX_ROWS}`),
  );
}
