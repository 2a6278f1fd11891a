// The records whose hashes are the leaves of the tree: canonical JSON (RFC 8785), without the columns that are null.
// migrations/9-evidence.sql has functions that write the same text. A record never changes its form: a change is another
// version, `v`.
import { leafHashOf, sha256, sha256Hex } from './merkle-tree';

/** A row of the log with everything that its record contains. Times are whole milliseconds. */
export interface RequestFacts {
  id: string;
  attemptNumber: number;
  businessEventId: string | null;
  connectMs: number | null;
  contentSalt: Buffer;
  bodyDigest: Buffer | null;
  wireBodyDigest: Buffer | null;
  error: string | null;
  headers: string | null;
  referenceDocument: string | null;
  remoteAddress: string | null;
  responseBody: Buffer | null;
  responseHeaders: string | null;
  url: string;
  deliveryId: string | null;
  direction: string;
  dnsMs: number | null;
  documentType: string | null;
  duplicate: boolean;
  durationMs: number | null;
  errorCode: string | null;
  event: string | null;
  finishedAt: Date;
  firstByteMs: number | null;
  method: string;
  payloadId: string | null;
  replayId: string | null;
  responseBytes: number | null;
  responseStatus: number | null;
  responseTruncated: boolean | null;
  secretId: string | null;
  startedAt: Date;
  status: string;
  test: boolean;
  tlsMs: number | null;
  tlsVersion: string | null;
  traceId: string | null;
  userId: string | null;
  webhookId: string | null;
  wirePayloadId: string | null;
}

/** An audit entry with everything that its record contains. */
export interface AuditFacts {
  id: string;
  action: string;
  actorId: string | null;
  actorKind: string;
  at: Date;
  contentSalt: Buffer;
  details: string | null;
  reason: string | null;
  remoteAddress: string | null;
  userAgent: string | null;
  outcome: string;
  requestId: string | null;
  sessionId: string | null;
  subjectId: string | null;
  subjectType: string | null;
  apiKeyId: string | null;
}

/** The salt of one part of a row's content. Disclosing it tells nothing about the other parts. */
export function partSalt(salt: Buffer, part: string): Buffer {
  return sha256(Buffer.concat([salt, Buffer.from(part)]));
}

/** The salted digest of a part of a row's content; null: the part is absent. */
export function partDigest(salt: Buffer, part: string, content: string | Buffer | null): string | null {
  if (content === null) return null;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return sha256Hex(Buffer.concat([partSalt(salt, part), bytes]));
}

// The properties are in the order of their names, as RFC 8785 demands. A function as argument of JSON.stringify() would take
// more CPU than all of this.
function recordText(record: { content: Record<string, unknown>; [name: string]: unknown }): string {
  leaveOutNulls(record.content);
  leaveOutNulls(record);
  return JSON.stringify(record);
}

// JSON.stringify() writes no property that is undefined
function leaveOutNulls(record: Record<string, unknown>): void {
  for (const name in record) if (record[name] === null) record[name] = undefined;
}

export function requestRecord(row: RequestFacts): string {
  const digest = (part: string, content: string | Buffer | null) => partDigest(row.contentSalt, part, content);
  return recordText({
    attempt: row.attemptNumber,
    businessEvent: row.businessEventId,
    connectMs: row.connectMs,
    content: {
      body: row.bodyDigest?.toString('hex'),
      error: digest('error', row.error),
      headers: digest('headers', row.headers),
      reference: digest('reference', row.referenceDocument),
      remoteAddress: digest('remoteAddress', row.remoteAddress),
      response: digest('response', row.responseBody),
      responseHeaders: digest('responseHeaders', row.responseHeaders),
      url: digest('url', row.url),
      wireBody: row.wireBodyDigest?.toString('hex'),
    },
    delivery: row.deliveryId,
    direction: row.direction,
    dnsMs: row.dnsMs,
    documentType: row.documentType,
    duplicate: row.duplicate,
    durationMs: row.durationMs,
    errorCode: row.errorCode,
    event: row.event,
    finishedAt: row.finishedAt.toISOString(),
    firstByteMs: row.firstByteMs,
    id: row.id,
    kind: 'request',
    method: row.method,
    payload: row.payloadId,
    replay: row.replayId,
    responseBytes: row.responseBytes,
    responseStatus: row.responseStatus,
    responseTruncated: row.responseTruncated,
    secretId: row.secretId,
    startedAt: row.startedAt.toISOString(),
    status: row.status,
    test: row.test,
    tlsMs: row.tlsMs,
    tlsVersion: row.tlsVersion,
    traceId: row.traceId,
    user: row.userId,
    v: 1,
    webhook: row.webhookId,
    wirePayload: row.wirePayloadId,
  });
}

export function auditRecord(row: AuditFacts): string {
  const digest = (part: string, content: string | null) => partDigest(row.contentSalt, part, content);
  return recordText({
    action: row.action,
    actor: row.actorId,
    actorKind: row.actorKind,
    at: row.at.toISOString(),
    content: {
      details: digest('details', row.details),
      reason: digest('reason', row.reason),
      remoteAddress: digest('remoteAddress', row.remoteAddress),
      userAgent: digest('userAgent', row.userAgent),
    },
    id: row.id,
    kind: 'audit',
    outcome: row.outcome,
    requestId: row.requestId,
    session: row.sessionId,
    subjectId: row.subjectId,
    subjectType: row.subjectType,
    v: 1,
    viaKey: row.apiKeyId,
  });
}

export function requestLeaf(row: RequestFacts): Buffer {
  return leafHashOf(requestRecord(row));
}

export function auditLeaf(row: AuditFacts): Buffer {
  return leafHashOf(auditRecord(row));
}
