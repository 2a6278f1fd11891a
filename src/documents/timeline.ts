// The sentence of an entry of a timeline.
import { asSentence, numberText } from './sentence-parts';
import type { TimelineKind, TimelineRow } from './timeline.store';

export function sentenceOf(row: TimelineRow): string {
  const sentence = SENTENCES[row.kind](row, row.webhookName ?? 'an unknown partner', row.event ?? 'it');
  return row.test ? `Test: ${sentence}` : sentence;
}

const SENTENCES: Record<TimelineKind, (row: TimelineRow, name: string, event: string) => string> = {
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
