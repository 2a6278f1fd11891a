// Whether a partner has received the latest event of a document.
import type { DeliveryRow } from '../delivery/delivery.store';
import type { RequestRow } from '../request-log/request-log.store';
import type { LatestDelivery } from './document.store';
import { asSentence, numberText, timeText } from './sentence-parts';

export const VERDICTS = ['ARRIVED', 'ON_ITS_WAY', 'WAITING', 'HELD', 'GIVEN_UP', 'NOT_SENT', 'CANCELLED'] as const;
export type Verdict = (typeof VERDICTS)[number];

function verdictOn({ status, deliveredAt, held, waitsFor }: DeliveryRow): Verdict {
  // a replay does not change that it was delivered
  if (deliveredAt !== null || status === 'DELIVERED') return 'ARRIVED';
  if (status === 'SKIPPED') return 'NOT_SENT';
  if (status === 'EXHAUSTED') return 'GIVEN_UP';
  if (status === 'CANCELLED') return 'CANCELLED';
  if (held) return 'HELD';
  return waitsFor === null ? 'ON_ITS_WAY' : 'WAITING';
}

/** In the form of the API. */
export function verdictFrom(latest: LatestDelivery) {
  const { webhook, delivery, request: lastRequest } = latest;
  const { nextAttemptAt } = delivery;
  return { verdict: verdictOn(delivery), sentence: sentenceFor(latest), nextAttemptAt, webhook, delivery, lastRequest };
}

// One or two sentences, for support agents.
function sentenceFor(latest: LatestDelivery): string {
  const { webhook, delivery, request } = latest;
  const what = `${delivery.event} of ${delivery.documentType} ${delivery.referenceDocument}`;
  return SENTENCES[verdictOn(delivery)](webhook.name, what, latest) + beside(delivery, request);
}

const SENTENCES: Record<Verdict, (name: string, what: string, latest: LatestDelivery) => string> = {
  ARRIVED: (name, what, { delivery }) => {
    const at = delivery.deliveredAt ?? delivery.finishedAt;
    const when = at ? ` on ${timeText(at)}` : '';
    return `${name} received ${what}${when}.${delivery.finishedAt ? '' : ' It is being sent again.'}`;
  },
  ON_ITS_WAY: (name, what, { delivery }) => {
    const attempt = delivery.attempts + 1;
    if (delivery.cancelRequested) return `${what} to ${name} was cancelled while an attempt was on the wire.`;
    if (delivery.nextAttemptAt === null) return `${what} is being sent to ${name} now: attempt ${delivery.attempts}.`;
    return `${what} is on its way to ${name}: attempt ${attempt} is due on ${timeText(delivery.nextAttemptAt)}.`;
  },
  WAITING: (name, what, { delivery }) =>
    delivery.waitsFor === 'PREDECESSOR'
      ? `${what} to ${name} waits for an earlier delivery of the same document.`
      : `${what} to ${name} waits for the limits or the circuit of the webhook.`,
  HELD: (name, what, { webhook }) =>
    `${what} is held: ${name} is ${webhook.status.toLowerCase()}. It continues when ${name} is resumed.` +
    (webhook.statusReason ? ` Reason: ${asSentence(webhook.statusReason)}` : ''),
  GIVEN_UP: (name, what, { delivery }) =>
    `${name} did not receive ${what}: the delivery failed after ${numberText(delivery.attempts, 'attempt')}` +
    `${delivery.finishedAt ? `, on ${timeText(delivery.finishedAt)}` : ''}.`,
  NOT_SENT: (name, what, { delivery }) =>
    `${what} was not sent to ${name}: ${asSentence(delivery.skipMessage ?? String(delivery.skipReason))}`,
  CANCELLED: (name, what, { delivery }) =>
    `${what} to ${name} was cancelled before it arrived` +
    `${delivery.finishedAt ? `, on ${timeText(delivery.finishedAt)}` : ''}.`,
};

// the error of the last attempt, unless the delivery succeeded
function beside({ deliveredAt, status }: DeliveryRow, request: RequestRow | null): string {
  if (deliveredAt !== null || status === 'DELIVERED' || !request?.error) return '';
  return ` The last attempt failed: ${asSentence(request.error)}`;
}
