// Reads what a verification compares: rows with their leaves, blocks, and heads, in pages.
import { type Db, rowsOf, statement } from '../../sql/db';
import { LEAF_KINDS } from '../evidence-tree.entity';
import type { AuditFacts, RequestFacts } from '../formats/record';
import { AUDIT_FACTS, REQUEST_FACTS } from '../sealed-rows.store';

/** Where the leaf of a row is. */
export interface Placed {
  /** null: the row has no leaf. */
  leafIndex: number | null;
  /** The leaf that the tree has there; null: the place is outside of the tree. */
  leaf: Buffer | null;
}

export type CheckedRequest = RequestFacts &
  Placed & {
    payloadBody?: Buffer | null;
    payloadSalt?: Buffer | null;
    wireBody?: Buffer | null;
    wireSalt?: Buffer | null;
  };
export type CheckedEntry = AuditFacts & Placed;

const PLACE = (
  kind: number,
  row: string,
) => `left join evidence_leaves l on l.kind = ${kind} and l.subject_id = ${row}.id
  left join lateral (select substring(leaf_hashes from ((l.leaf_index - first_index) * 32 + 1)::int for 32) as leaf
    from evidence_blocks where first_index <= l.leaf_index and tree_size > l.leaf_index
    order by first_index desc limit 1) as block on true`;
const PLACED = `l.leaf_index::float8 as "leafIndex", block.leaf`;

const REQUESTS = `select ${REQUEST_FACTS}, ${PLACED} from webhook_request_logs r ${PLACE(LEAF_KINDS.request, 'r')}
  where r.id > $1 and r.finished_at is not null order by r.id limit $2`;
const WITH_CONTENT = `select ${REQUEST_FACTS}, ${PLACED}, p.body as "payloadBody", p.body_salt as "payloadSalt",
    w.body as "wireBody", w.body_salt as "wireSalt"
  from webhook_request_logs r ${PLACE(LEAF_KINDS.request, 'r')}
    left join payloads p on p.id = r.payload_id left join payloads w on w.id = r.wire_payload_id
  where r.id > $1 and r.finished_at is not null order by r.id limit $2`;
const ENTRIES = `select ${AUDIT_FACTS}, ${PLACED} from audit_entries e ${PLACE(LEAF_KINDS.audit, 'e')}
  where e.id > $1 order by e.id limit $2`;

export async function requestsAfter(db: Db, id: string, atMost: number, content: boolean): Promise<CheckedRequest[]> {
  return rowsOf<CheckedRequest>(db, statement(content ? WITH_CONTENT : REQUESTS), [id, atMost]);
}

export async function entriesAfter(db: Db, id: string, atMost: number): Promise<CheckedEntry[]> {
  return rowsOf<CheckedEntry>(db, statement(ENTRIES), [id, atMost]);
}

export interface CheckedBlock {
  firstIndex: number;
  treeSize: number;
  leafHashes: Buffer;
  frontier: Buffer;
  rootHash: Buffer;
  /** Of the tree after this block. */
  checkpoints: string[];
}

export async function blocksFrom(db: Db, firstIndex: number, atMost: number): Promise<CheckedBlock[]> {
  return rowsOf<CheckedBlock>(
    db,
    statement(`select first_index::float8 as "firstIndex", tree_size::float8 as "treeSize", leaf_hashes as "leafHashes",
       frontier, root_hash as "rootHash",
       array(select checkpoint from evidence_heads h where h.tree_size = b.tree_size) as checkpoints
     from evidence_blocks b where first_index >= $1 order by first_index limit $2`),
    [firstIndex, atMost],
  );
}

/** The rows that had these leaves; a leaf that no row is known of is left out. */
export async function rowsOfLeaves(
  db: Db,
  indexes: readonly number[],
): Promise<{ kind: number; rowId: string; leafIndex: number }[]> {
  return rowsOf(
    db,
    statement(`select kind, subject_id as "rowId", leaf_index::float8 as "leafIndex" from evidence_leaves
     where leaf_index = any($1::bigint[])`),
    [indexes],
  );
}
