// The records of requests.
import { type Content, digestsOf, digestsOfParts, recordText, type SaltedContent } from './salted-digests';

/** A row of the log with everything that its record contains. Times are whole milliseconds. */
export interface RequestFacts extends SaltedContent {
  id: string;
  attemptNumber: number;
  businessEventId: string | null;
  connectMs: number | null;
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
  traceId: string | null;
  userId: string | null;
  webhookId: string | null;
  wirePayloadId: string | null;
}

export function requestContent(row: RequestFacts): Content {
  return {
    error: row.error,
    headers: row.headers,
    reference: row.referenceDocument,
    remoteAddress: row.remoteAddress,
    response: row.responseBody,
    responseHeaders: row.responseHeaders,
    url: row.url,
  };
}

export function requestRecord(row: RequestFacts): string {
  return recordText({
    attempt: row.attemptNumber,
    businessEvent: row.businessEventId,
    connectMs: row.connectMs,
    content: {
      body: row.bodyDigest?.toString('hex'),
      ...digestsOf(row, requestContent(row)),
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
    traceId: row.traceId,
    user: row.userId,
    v: 1,
    webhook: row.webhookId,
    wirePayload: row.wirePayloadId,
  });
}

// The records of business events.

/** A business event with everything that its record contains. */
export interface EventFacts extends SaltedContent {
  id: string;
  bodyDigest: Buffer;
  causedBy: string | null;
  causePath: string[];
  createdAt: Date;
  directedTo: string[] | null;
  documentType: string;
  enveloped: boolean;
  event: string;
  idempotencyKey: string | null;
  referenceDocument: string;
  remoteAddress: string | null;
  payloadId: string;
  publishedBy: string;
  requestId: string | null;
  sessionId: string | null;
  traceId: string | null;
  userId: string;
  apiKeyId: string | null;
}

export function eventContent(row: EventFacts): Content {
  return { idempotencyKey: row.idempotencyKey, reference: row.referenceDocument, remoteAddress: row.remoteAddress };
}

export function eventRecord(row: EventFacts): string {
  return recordText({
    at: row.createdAt.toISOString(),
    causePath: row.causePath,
    causedBy: row.causedBy,
    content: {
      body: row.bodyDigest.toString('hex'),
      ...digestsOf(row, eventContent(row)),
    },
    directedTo: row.directedTo,
    documentType: row.documentType,
    enveloped: row.enveloped || null,
    event: row.event,
    id: row.id,
    kind: 'event',
    payload: row.payloadId,
    publishedBy: row.publishedBy,
    request: row.requestId,
    session: row.sessionId,
    traceId: row.traceId,
    user: row.userId,
    v: 1,
    viaKey: row.apiKeyId,
  });
}

// The records of decisions about deliveries.

/** A decision not to send a delivery, or to give it up, with everything that its record contains. */
export interface DecisionFacts extends SaltedContent {
  id: string;
  at: Date;
  attempts: number;
  businessEventId: string;
  deliveryId: string;
  message: string | null;
  reason: string | null;
  status: string;
  webhookId: string;
}

export function decisionContent(row: DecisionFacts): Content {
  return { message: row.message };
}

export function decisionRecord(row: DecisionFacts): string {
  return recordText({
    at: row.at.toISOString(),
    attempts: row.attempts,
    businessEvent: row.businessEventId,
    content: digestsOf(row, decisionContent(row)),
    delivery: row.deliveryId,
    id: row.id,
    kind: 'decision',
    reason: row.reason,
    status: row.status,
    v: 1,
    webhook: row.webhookId,
  });
}

// The records of audit entries.

/** An audit entry with everything that its record contains. */
export interface AuditFacts {
  id: string;
  action: string;
  actorId: string | null;
  actorKind: string;
  at: Date;
  criteria: string | null;
  details: string | null;
  reason: string | null;
  remoteAddress: string | null;
  userAgent: string | null;
  identityIssuer: string | null;
  identitySubject: string | null;
  outcome: string;
  requestId: string | null;
  sessionId: string | null;
  subjectId: string | null;
  subjectType: string | null;
  apiKeyId: string | null;
  /** null, which no entry has, was written past Hookledger. */
  contentSalt: Buffer | null;
  /** null once erased, as the three below. */
  criteriaSalt: Buffer | null;
  reasonSalt: Buffer | null;
  originSalt: Buffer | null;
  identitySalt: Buffer | null;
  /** JSON: the digests of the parts that were erased; null: none was. */
  erasedDigests?: string | null;
}

export function auditContent(row: AuditFacts): Content {
  const { criteria, details, identityIssuer, identitySubject, reason, remoteAddress, userAgent } = row;
  return { criteria, details, identityIssuer, identitySubject, reason, remoteAddress, userAgent };
}

/** The salt of a part of its content. What can be erased without the rest has a salt of its own. */
export function auditSalt(row: AuditFacts, part: string): Buffer | null {
  switch (part) {
    case 'criteria':
      return row.criteriaSalt;
    case 'reason':
      return row.reasonSalt;
    case 'remoteAddress':
    case 'userAgent':
      return row.originSalt;
    case 'identityIssuer':
    case 'identitySubject':
      return row.identitySalt;
    default:
      return row.contentSalt;
  }
}

export function auditRecord(row: AuditFacts): string {
  return recordText({
    action: row.action,
    actor: row.actorId,
    actorKind: row.actorKind,
    at: row.at.toISOString(),
    content: digestsOfParts(auditContent(row), (part) => auditSalt(row, part), row.erasedDigests ?? null),
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

// The records of names of users and webhooks.

/** A name that a user or a webhook had, with everything that its record contains. */
export interface NameFacts extends SaltedContent {
  id: string;
  at: Date;
  fullName: string | null;
  name: string;
  /** 1, 2, 3 and so on of the subject. */
  number: number;
  subjectId: string;
  subjectType: 'User' | 'Webhook';
}

export function nameContent(row: NameFacts): Content {
  return { fullName: row.fullName, name: row.name };
}

export function nameRecord(row: NameFacts): string {
  return recordText({
    at: row.at.toISOString(),
    content: digestsOf(row, nameContent(row)),
    id: row.id,
    kind: 'name',
    number: row.number,
    subjectId: row.subjectId,
    subjectType: row.subjectType,
    v: 1,
  });
}
