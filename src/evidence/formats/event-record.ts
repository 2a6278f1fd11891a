// The records of business events.
import { type Content, digestsOf, recordText, type SaltedContent } from './salted-digests';

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
    user: row.userId,
    v: 1,
    viaKey: row.apiKeyId,
  });
}
