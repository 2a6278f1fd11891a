// Whether a partner has received the latest event of a document.
import type { DeliveryRow } from '../delivery/delivery.store';
import type { WebhookRow } from '../webhooks/webhook.store';
import type { DocumentName, Latest, Stuck } from './document.store';
import type { TimelineKind, TimelineRow } from './timeline.store';

export const VERDICTS = [
  'ARRIVED',
  'ON_ITS_WAY',
  'WAITING',
  'HELD',
  'STUCK',
  'GIVEN_UP',
  'NOT_SENT',
  'CANCELLED',
] as const;
export type Verdict = (typeof VERDICTS)[number];

// of a delivery; without one, an event is STUCK
function verdictOn(delivery: DeliveryRow, latest: Latest): Verdict {
  const { status, deliveredAt } = delivery;
  // a replay does not change that it was delivered
  if (deliveredAt !== null || status === 'DELIVERED') return 'ARRIVED';
  if (status === 'SKIPPED') return 'NOT_SENT';
  if (status === 'EXHAUSTED') return 'GIVEN_UP';
  if (status === 'CANCELLED') return 'CANCELLED';
  if (latest.stuck) return 'STUCK';
  if (isHeld(delivery, latest)) return 'HELD';
  return delivery.waitsFor === null ? 'ON_ITS_WAY' : 'WAITING';
}

// `held` is set when the attempt is due, which may be in a day; an attempt on the wire is not held any more
function isHeld(
  { held, waitsFor, nextAttemptAt }: DeliveryRow,
  { webhook, pause }: Pick<Latest, 'webhook' | 'pause'>,
): boolean {
  const isToBegin = waitsFor !== null || nextAttemptAt !== null;
  return held || (isToBegin && (pause !== null || webhook?.status !== 'ACTIVE'));
}

/** In the form of the API. */
export function verdictFrom(document: DocumentName, latest: Latest) {
  const { webhook, delivery, request: lastRequest } = latest;
  const verdict = delivery ? verdictOn(delivery, latest) : 'STUCK';
  const nextAttemptAt = latest.stuck || verdict === 'HELD' ? null : (delivery?.nextAttemptAt ?? null);
  return { verdict, sentence: sentenceFor(verdict, document, latest), nextAttemptAt, webhook, delivery, lastRequest };
}
// One or two sentences, for support agents.
function sentenceFor(verdict: Verdict, { documentType, name }: DocumentName, latest: Latest): string {
  const what = `${latest.event} of ${documentType} ${name}`;
  const { webhook, delivery } = latest;
  if (!webhook || !delivery) return `${what} to ${webhook?.name ?? 'its webhooks'} is stuck${untilRepaired(latest)}`;
  return SENTENCES[verdict](webhook.name, what, { ...latest, webhook, delivery }) + beside(latest, delivery);
}

interface LatestDelivery extends Latest {
  webhook: WebhookRow;
  delivery: DeliveryRow;
}

const SENTENCES: Record<Verdict, (name: string, what: string, latest: LatestDelivery) => string> = {
  ARRIVED: (name, what, { delivery, stuck, webhook, pause }) => {
    const at = delivery.deliveredAt ?? delivery.finishedAt;
    const arrived = `${name} received ${what}${at ? ` on ${timeText(at)}` : ''}.`;
    if (delivery.finishedAt) return arrived;
    if (stuck) return `${arrived} It cannot be sent again: ${faultOf(stuck)}.`;
    return `${arrived} It is ${isHeld(delivery, { webhook, pause }) ? 'held before it is' : 'being'} sent again.`;
  },
  ON_ITS_WAY: (name, what, { delivery, request }) => {
    const attempt = delivery.attempts + 1;
    if (delivery.cancelRequested) return `${what} to ${name} was cancelled while an attempt was on the wire.`;
    if (delivery.nextAttemptAt === null) {
      const begun = request ? `, begun on ${timeText(request.startedAt)}` : '';
      return `${what} is being sent to ${name} now: attempt ${delivery.attempts}${begun}.`;
    }
    return `${what} is on its way to ${name}: attempt ${attempt} is due on ${timeText(delivery.nextAttemptAt)}.`;
  },
  WAITING: (name, what, { delivery }) =>
    delivery.waitsFor === 'PREDECESSOR'
      ? `${what} to ${name} waits for an earlier delivery of the same document.`
      : `${what} to ${name} waits for the limits or the circuit of the webhook.`,
  HELD: (name, what, { delivery, webhook, pause }) =>
    delivery.held || webhook.status !== 'ACTIVE' || pause === null
      ? `${what} is held: ${name} is ${webhook.status.toLowerCase()}. It continues when ${name} is resumed.${because(webhook.statusReason)}`
      : `${what} to ${name} is held: all deliveries are paused. It continues when they are resumed.${because(pause)}`,
  STUCK: (name, what, latest) =>
    latest.stuck?.ahead
      ? `${what} to ${name} waits for an earlier delivery of the same document, which is stuck${untilRepaired(latest)}`
      : `${what} to ${name} is stuck${untilRepaired(latest)}`,
  GIVEN_UP: (name, what, { delivery }) =>
    `${name} did not receive ${what}: the delivery failed after ${numberText(delivery.attempts, 'attempt')}` +
    `${delivery.finishedAt ? `, on ${timeText(delivery.finishedAt)}` : ''}.`,
  NOT_SENT: (name, what, { delivery }) =>
    `${what} was not sent to ${name}: ${asSentence(delivery.skipMessage ?? String(delivery.skipReason))}`,
  CANCELLED: (name, what, { delivery }) =>
    `${what} to ${name} was cancelled before it arrived` +
    `${delivery.finishedAt ? `, on ${timeText(delivery.finishedAt)}` : ''}.`,
};

const because = (reason: string | null) => (reason ? ` Reason: ${asSentence(reason)}` : '');

const faultOf = ({ code }: Stuck) => `something in the database is wrong with it (${code})`;

// which may be a lock that ends by itself, and usually is not
const untilRepaired = ({ stuck }: Latest) =>
  `${stuck ? `: ${faultOf(stuck)}` : ''}. Nothing more is sent until a system manager has repaired it.`;

// the error of the last attempt, unless the delivery succeeded
function beside({ request }: Latest, { deliveredAt, status }: DeliveryRow): string {
  if (deliveredAt !== null || status === 'DELIVERED' || !request?.error) return '';
  return ` The last attempt failed: ${asSentence(request.error)}`;
}

// The sentence of an entry of a timeline.

export function sentenceOf(row: TimelineRow): string {
  const sentence = ROW_SENTENCES[row.kind](row, row.webhookName ?? 'an unknown partner', row.event ?? 'it');
  return row.test ? `Test: ${sentence}` : sentence;
}

const ROW_SENTENCES: Record<TimelineKind, (row: TimelineRow, name: string, event: string) => string> = {
  EVENT_PUBLISHED: ({ userName, wantedBy }, _name, event) =>
    `${event} happened${userName ? `, by ${userName}` : ''}.${wantedBy === 0 ? ' No webhook matched.' : ''}`,
  DELIVERY_MADE: (_row, name, event) => `A delivery of ${event} to ${name} was created.`,
  DELIVERY_SKIPPED: ({ skipMessage, skipReason }, name, event) =>
    `${event} was not sent to ${name}: ${asSentence(skipMessage ?? String(skipReason))}`,
  ATTEMPT_MADE: (row, name) => `Attempt ${row.attempts} to ${name}${outcomeOf(row)}`,
  CALL_RECEIVED: (row, name) => `A call from ${name}${outcomeOf(row)}`,
  DELIVERED: (_row, name, event) => `${event} was delivered to ${name}.`,
  GIVEN_UP: ({ attempts }, name, event) =>
    `The delivery of ${event} to ${name} failed after ${numberText(attempts ?? 0, 'attempt')}.`,
  CANCELLED: (_row, name, event) => `The delivery of ${event} to ${name} was cancelled.`,
};

function outcomeOf({ requestStatus, responseStatus, durationMs, error }: TimelineRow): string {
  if (requestStatus === 'PENDING') return ' began; its outcome is not known yet.';
  const took = durationMs === null ? '' : ` after ${durationMs} ms`;
  if (error) return `: ${asSentence(error)}`;
  return responseStatus === null ? `: ${requestStatus}${took}.` : ` was answered with ${responseStatus}${took}.`;
}

// The parts of which verdicts and timelines are made.

// made at the first use: it loads names of months, a tenth of the program's start
let format: Intl.DateTimeFormat | undefined;

const FORMAT = {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
} as const;

/** Such as "3 March 2026 at 14:05:09 UTC". */
function timeText(at: Date): string {
  format ??= new Intl.DateTimeFormat('en-GB', FORMAT);
  return `${format.format(at)} UTC`;
}

/** Such as "3 attempts". */
function numberText(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** The text with a full stop, unless it ends with punctuation. */
function asSentence(text: string): string {
  return /[.!?…]$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`;
}
