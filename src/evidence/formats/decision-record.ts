// The records of decisions about deliveries.
import { type Content, digestsOf, recordText, type SaltedContent } from './salted-digests';

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
