// The records of requests.
import { type Content, digestsOf, recordText, type SaltedContent } from './salted-digests';

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
