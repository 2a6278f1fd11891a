// Reads the rows that are leaves with everything that their records contain, and where their leaves are.
import { type Db, rowsOf, statement } from '../sql/db';
import { type FactsOf, LEAF_KINDS, type LeafKind, ROTATED_ACTION, recordOf } from './formats/leaf-kinds';
import type { PayloadFacts } from './formats/salted-digests';
import { inclusionProof, type ReadTile, writeTlogProof } from './formats/tree-proofs';
import type { SignedHead } from './head.store';

/** The table of a kind of rows, as `r`. */
export interface LeafTable {
  table: string;
  /** The columns of its record. */
  facts: string;
  /** Whether a row has its record already. */
  isFinal: string;
}

export const LEAF_TABLES: { readonly [Kind in LeafKind]: LeafTable } = {
  request: {
    table: 'webhook_request_logs',
    facts: `r.id, r.attempt_number as "attemptNumber", r.business_event_id as "businessEventId",
      r.connect_ms as "connectMs", r.content_salt as "contentSalt", r.erased_digests as "erasedDigests", r.body_digest as "bodyDigest",
      r.wire_body_digest as "wireBodyDigest", r.error, r.headers, r.reference_document as "referenceDocument",
      r.remote_address as "remoteAddress", r.response_body as "responseBody", r.response_headers as "responseHeaders", r.url,
      r.delivery_id as "deliveryId", r.direction, r.dns_ms as "dnsMs", r.document_type as "documentType", r.duplicate,
      r.duration_ms as "durationMs", r.error_code as "errorCode", r.event, r.finished_at as "finishedAt",
      r.first_byte_ms as "firstByteMs", r.method, r.payload_id as "payloadId", r.replay_id as "replayId",
      r.response_bytes as "responseBytes", r.response_status as "responseStatus",
      r.response_truncated as "responseTruncated", r.secret_id as "secretId", r.started_at as "startedAt", r.status, r.test,
      r.tls_ms as "tlsMs", r.trace_id as "traceId", r.user_id as "userId",
      r.webhook_id as "webhookId", r.wire_payload_id as "wirePayloadId"`,
    isFinal: 'r.finished_at is not null',
  },
  audit: {
    table: 'audit_entries',
    facts: `r.id, r.action, r.actor_id as "actorId", r.actor_kind as "actorKind", r.at, r.content_salt as "contentSalt",
      r.criteria_salt as "criteriaSalt", r.reason_salt as "reasonSalt", r.origin_salt as "originSalt", r.identity_salt as "identitySalt",
      r.erased_digests as "erasedDigests", r.criteria, r.details, r.reason, r.remote_address as "remoteAddress", r.user_agent as "userAgent",
      r.identity_issuer as "identityIssuer", r.identity_subject as "identitySubject", r.outcome,
      r.request_id as "requestId", r.session_id as "sessionId", r.subject_id as "subjectId",
      r.subject_type as "subjectType", r.api_key_id as "apiKeyId"`,
    isFinal: 'true',
  },
  event: {
    table: 'business_events',
    facts: `r.id, r.body_digest as "bodyDigest", r.caused_by as "causedBy", r.cause_path as "causePath",
      r.content_salt as "contentSalt", r.erased_digests as "erasedDigests", r.created_at as "createdAt", r.directed_to as "directedTo",
      r.document_type as "documentType", r.enveloped, r.event, r.idempotency_key as "idempotencyKey",
      r.reference_document as "referenceDocument", r.remote_address as "remoteAddress", r.payload_id as "payloadId",
      r.published_by as "publishedBy", r.request_id as "requestId", r.session_id as "sessionId",
      r.trace_id as "traceId", r.user_id as "userId", r.api_key_id as "apiKeyId"`,
    isFinal: 'true',
  },
  decision: {
    table: 'delivery_decisions',
    facts: `r.id, r.at, r.attempts, r.business_event_id as "businessEventId", r.content_salt as "contentSalt", r.erased_digests as "erasedDigests",
      r.delivery_id as "deliveryId", r.message, r.reason, r.status, r.webhook_id as "webhookId"`,
    isFinal: 'true',
  },
  name: {
    table: 'names',
    facts: `r.id, r.at, r.content_salt as "contentSalt", r.erased_digests as "erasedDigests", r.full_name as "fullName", r.name,
      r.number, r.subject_id as "subjectId", r.subject_type as "subjectType"`,
    isFinal: 'true',
  },
};

/** Where the leaf of a row is. */
export interface Placed {
  /** null: the row has no leaf. */
  leafIndex: number | null;
  /** The leaf that the tree has there; null: the place is outside of the tree. */
  leaf: Buffer | null;
}

/** PostgreSQL has at most 1 GiB of bytes in a value: with another number, that of the byte would be no integer. */
const MAX_BLOCK_LEAVES = 2 ** 25;

export const PLACE = (
  kind: LeafKind,
) => `left join evidence_leaves l on l.kind = ${LEAF_KINDS[kind]} and l.subject_id = r.id
  left join lateral (select substring(leaf_hashes from ((l.leaf_index - first_index) * 32 + 1)::int for 32) as leaf
    from evidence_blocks where first_index <= l.leaf_index and first_index > l.leaf_index - ${MAX_BLOCK_LEAVES}
      and first_index >= 0 and tree_size > l.leaf_index order by first_index desc limit 1) as block on true`;
export const PLACED = `l.leaf_index::float8 as "leafIndex", block.leaf`;

/** A row, and where its leaf is. */
export interface LeafPlace {
  id: string;
  /** Whether it has its record. A request that is on the wire has none. */
  isFinal: boolean;
  /** null: its leaf is not in the tree yet. */
  leafIndex: number | null;
  /** When the leaf was put into the tree. */
  sealedAt: Date | null;
  /** The erasure of its content; null: it was not erased. */
  erasureId: string | null;
}

const PLACES = `left join lateral (select sealed_at from evidence_blocks where first_index <= l.leaf_index
    order by first_index desc limit 1) as block on true`;

/** The places of these rows, by their ids. Ids that the table has not are left out. */
export async function leafPlaces(db: Db, kind: LeafKind, ids: readonly string[]): Promise<Map<string, LeafPlace>> {
  const { table, isFinal } = LEAF_TABLES[kind];
  const rows = await rowsOf<LeafPlace>(
    db,
    statement(`select r.id, ${isFinal} as "isFinal", l.leaf_index::float8 as "leafIndex", block.sealed_at as "sealedAt",
       r.erasure_id as "erasureId"
     from ${table} r left join evidence_leaves l on l.kind = ${LEAF_KINDS[kind]} and l.subject_id = r.id ${PLACES}
     where r.id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The facts of these rows, by their ids. Rows that have no record yet are left out. */
export async function factsById<Kind extends LeafKind>(
  db: Db,
  kind: Kind,
  ids: readonly string[],
): Promise<Map<string, FactsOf[Kind]>> {
  const { table, facts, isFinal } = LEAF_TABLES[kind];
  const rows = await rowsOf<FactsOf[Kind]>(
    db,
    statement(`select ${facts} from ${table} r where r.id = any($1::uuid[]) and ${isFinal}`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The decisions about each of these deliveries, oldest first, by the ids of the deliveries. */
export async function decisionsOf(db: Db, deliveryIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await rowsOf<{ deliveryId: string; ids: string[] }>(
    db,
    statement(`select delivery_id as "deliveryId", array_agg(id order by id) as ids from delivery_decisions
     where delivery_id = any($1::uuid[]) group by delivery_id`),
    [deliveryIds],
  );
  return new Map(rows.map((row) => [row.deliveryId, row.ids]));
}

/** A payload with the salt of its digest. */
export interface SaltedPayload extends PayloadFacts {
  id: string;
}

export async function saltedPayloads(db: Db, ids: readonly string[]): Promise<Map<string, SaltedPayload>> {
  const rows = await rowsOf<SaltedPayload>(
    db,
    statement(`select id, body, body_salt as "bodySalt", erased_digest as "erasedDigest", byte_length as "byteLength", content_type as "contentType"
     from payloads where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The audit entries of rotations of the key that are in the tree, oldest first. */
export async function sealedRotations(db: Db): Promise<(FactsOf['audit'] & { leafIndex: number })[]> {
  const { table, facts } = LEAF_TABLES.audit;
  return rowsOf(
    db,
    statement(`select ${facts}, l.leaf_index::float8 as "leafIndex"
     from ${table} r join evidence_leaves l on l.kind = ${LEAF_KINDS.audit} and l.subject_id = r.id
     where r.action = '${ROTATED_ACTION}' and r.subject_id = any(array(select id from evidence_keys))
     order by l.leaf_index`),
  );
}

// The proof of one row.

/** The tree that proofs are made for. */
export interface ProvenTree {
  head: SignedHead;
  read: ReadTile;
}

/** A tlog-proof, whose `extra` has the record of the row, and the parts that are disclosed. */
export async function proofOf<Kind extends LeafKind>(
  kind: Kind,
  facts: FactsOf[Kind],
  leafIndex: number,
  { head, read }: ProvenTree,
  parts: object = {},
): Promise<string> {
  const proof = await inclusionProof(leafIndex, head.treeSize, read);
  return proofText(kind, facts, { leafIndex, proof, head }, parts);
}

/** @param place in the tree of the head, with its inclusion proof */
export function proofText<Kind extends LeafKind>(
  kind: Kind,
  facts: FactsOf[Kind],
  { leafIndex, proof, head }: { leafIndex: number; proof: readonly Buffer[]; head: SignedHead },
  parts: object = {},
): string {
  const extra = JSON.stringify({ record: recordOf(kind, facts), parts });
  return writeTlogProof({ extra, index: leafIndex, proof, checkpoint: head.checkpoint });
}
