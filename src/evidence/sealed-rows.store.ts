// Reads closed requests and audit entries with everything that their records contain, and where their leaves are.
import { type Db, rowsOf, statement } from '../sql/db';
import { LEAF_KINDS } from './evidence-tree.entity';
import type { RequestFacts } from './formats/record';

export const REQUEST_FACTS = `r.id, r.attempt_number as "attemptNumber", r.business_event_id as "businessEventId",
  r.connect_ms as "connectMs", r.content_salt as "contentSalt", r.body_digest as "bodyDigest",
  r.wire_body_digest as "wireBodyDigest", r.error, r.headers, r.reference_document as "referenceDocument",
  r.remote_address as "remoteAddress", r.response_body as "responseBody", r.response_headers as "responseHeaders", r.url,
  r.delivery_id as "deliveryId", r.direction, r.dns_ms as "dnsMs", r.document_type as "documentType", r.duplicate,
  r.duration_ms as "durationMs", r.error_code as "errorCode", r.event, r.finished_at as "finishedAt",
  r.first_byte_ms as "firstByteMs", r.method, r.payload_id as "payloadId", r.replay_id as "replayId",
  r.response_bytes as "responseBytes", r.response_status as "responseStatus",
  r.response_truncated as "responseTruncated", r.secret_id as "secretId", r.started_at as "startedAt", r.status, r.test,
  r.tls_ms as "tlsMs", r.tls_version as "tlsVersion", r.trace_id as "traceId", r.user_id as "userId",
  r.webhook_id as "webhookId", r.wire_payload_id as "wirePayloadId"`;

export const AUDIT_FACTS = `e.id, e.action, e.actor_id as "actorId", e.actor_kind as "actorKind", e.at,
  e.content_salt as "contentSalt", e.details, e.reason, e.remote_address as "remoteAddress", e.user_agent as "userAgent",
  e.outcome, e.request_id as "requestId", e.session_id as "sessionId", e.subject_id as "subjectId",
  e.subject_type as "subjectType", e.api_key_id as "apiKeyId"`;

/** A leaf of a request or audit entry. */
export interface LeafPlace {
  /** null: the row is not in the tree yet. */
  leafIndex: number | null;
  /** When the leaf was put into the tree. */
  sealedAt: Date | null;
}

/** A request, which may still be open. */
export interface RequestEvidence extends LeafPlace {
  id: string;
  isClosed: boolean;
}

const PLACE = `left join evidence_leaves l on l.kind = ${LEAF_KINDS.request} and l.subject_id = r.id
  left join lateral (select sealed_at from evidence_blocks where first_index <= l.leaf_index
    order by first_index desc limit 1) as block on true`;

export async function requestEvidence(db: Db, ids: readonly string[]): Promise<Map<string, RequestEvidence>> {
  const rows = await rowsOf<RequestEvidence>(
    db,
    statement(`select r.id, r.finished_at is not null as "isClosed", l.leaf_index::float8 as "leafIndex",
       block.sealed_at as "sealedAt"
     from webhook_request_logs r ${PLACE} where r.id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The facts of closed requests, by their ids. */
export async function requestFacts(db: Db, ids: readonly string[]): Promise<Map<string, RequestFacts>> {
  const rows = await rowsOf<RequestFacts>(
    db,
    statement(`select ${REQUEST_FACTS} from webhook_request_logs r
     where r.id = any($1::uuid[]) and r.finished_at is not null`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The bytes of a payload and the salt of its digest. */
export interface SaltedPayload {
  id: string;
  body: Buffer | null;
  bodySalt: Buffer;
}

export async function saltedPayloads(db: Db, ids: readonly string[]): Promise<Map<string, SaltedPayload>> {
  const rows = await rowsOf<SaltedPayload>(
    db,
    statement('select id, body, body_salt as "bodySalt" from payloads where id = any($1::uuid[])'),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
