import type { CostWeights } from '../../graphql/limits/cost-plan';
import { explanationPoints } from '../../incoming/explaining/explain-verification';

/**
 * Fields that cost more than a row, in points: 1 is about the cost of one row of a page in the database, 10 µs.
 * Measured on a log of ten million rows. Add a line for each new slow field.
 */
export const COST_WEIGHTS: CostWeights = {
  fields: new Map([
    // counts up to 10,000 rows
    ['*.totalCount', 50],
    ['*.totalCountIsExact', 50],
    // the same search of the log as that of `search` in a `where`
    ['Query.search', 300],
    ['Query.webhookRequestLogStats', 500],
    ['Query.deliveryStats', 500],
    ['Webhook.stats', 20],
    // a thread is started, and hundreds of signatures are tried
    ['Query.explainVerification', 1_000],
    ['IncomingAgreement.forwardTo', 20],
    // reads all secrets and certificates
    ['Query.expiringSecrets', 200],
    ['Webhook.unrecordedRefusals', 50],
    ['Query.businessDocument', 5],
    // each is a statement of its own for each document
    ['BusinessDocument.businessEvents', 30],
    ['BusinessDocument.deliveries', 30],
    ['BusinessDocument.requests', 30],
    // of up to 1,000 events
    ['BusinessDocument.verdicts', 100],
    ['BusinessDocument.timeline', 100],
    // looks at 10,000 events, and evaluates 50
    ['WebhookPreview.recent', 1_000],
    ['Webhook.health', 5],
    // up to 1,000 requests, and up to 10,000 deliveries
    ['WebhookHealth.streak', 20],
    ['WebhookHealth.waitingCount', 20],
    ['WebhookHealth.nextAttemptAt', 20],
    // tens of thousands of counts, and twice as much for the durations behind them
    ['WebhookRequestLogStats.buckets', 1_000],
    ['WebhookRequestLogStats.figures', 1_000],
    // the counts of one webhook
    ['WebhookStats.total', 50],
    ['WebhookStats.buckets', 200],
    ['DeliveryStats.buckets', 1_000],
    ['DeliveryStats.figures', 1_000],
    // the whole row, and some hundred hashes
    ['WebhookRequestLog.evidence', 5],
    ['BusinessEvent.evidence', 5],
    ['AuditEntry.evidence', 5],
    ['Delivery.evidence', 6],
    ['Evidence.proof', 50],
    // up to 10,000 entries of the audit trail
    ['Evidence.erasedAt', 50],
    // up to 1,000
    ['EvidenceRun.findings', 100],
    ['Query.evidenceStatus', 20],
    ['Query.evidenceHeads', 20],
    ['Query.evidenceAnchors', 20],
    ['Query.evidenceConsistency', 200],
    // up to 100,000 rows
    ['Query.evidenceCompleteness', 8_000],
    ['Mutation.exportEvidence', 1_000],
    // as a job, it reads the whole log
    ['Mutation.verifyEvidence', 1_000],
    // no rows, but the largest answer
    ['Query.__schema', 500],
    ['Query.__type', 50],
  ]),
  arguments: new Map([['Query.explainVerification', explanationPoints]]),
  // up to 10,000 rows of one list, or fewer of each of several, are tested one by one
  unindexed: {
    points: 1_000,
    indexed: new Set([
      'id',
      'referenceDocument',
      'documentType',
      'startedAt',
      'createdAt',
      'webhook',
      'user',
      'owner',
      'delivery',
      'businessEvent',
      'causedBy',
      'replay',
      'traceId',
      'status',
      'skipReason',
      'held',
      'waitsFor',
      'nextAttemptAt',
      'search',
      'data',
      'response',
      'actor',
      'action',
      'subjectId',
      'sessionId',
      'name',
    ]),
  },
  filters: new Map([
    ['contains', 100],
    ['containsIgnoreCase', 100],
    ['path', 100],
    ['search', 300],
    // of every webhook: the latest requests, the counts of a day, or up to 10,000 open deliveries
    ['health', 1_000],
  ]),
};
