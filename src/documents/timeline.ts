// What an entry of a timeline says, in a sentence.
import { asSentence, spokenNumber } from './spoken-time';
import type { TimelineKind, TimelineRow } from './timeline.store';

export function sentenceOf(row: TimelineRow): string {
  const sentence = SENTENCES[row.kind](row, row.webhookName ?? 'nobody that we know', row.event ?? 'it');
  return row.test ? `Test: ${sentence}` : sentence;
}

const SENTENCES: Record<TimelineKind, (row: TimelineRow, name: string, event: string) => string> = {
  EVENT_PUBLISHED: ({ userName, wantedBy }, _name, event) =>
    `${event} happened${userName ? `, by ${userName}` : ''}.${wantedBy === 0 ? ' No webhook wants to know of it.' : ''}`,
  DELIVERY_MADE: (_row, name, event) => `${name} is to be told of ${event}.`,
  DELIVERY_SKIPPED: ({ skipMessage, skipReason }, name, event) =>
    `${name} is not told of ${event}: ${asSentence(skipMessage ?? String(skipReason))}`,
  ATTEMPT_MADE: (row, name) => `Attempt ${row.attempts} to tell ${name}${outcomeOf(row)}`,
  CALL_RECEIVED: (row, name) => `A call from ${name}${outcomeOf(row)}`,
  DELIVERED: (_row, name, event) => `${name} has been told of ${event}.`,
  GIVEN_UP: ({ attempts }, name, event) =>
    `Telling ${name} of ${event} was given up after ${spokenNumber(attempts ?? 0, 'attempt')}.`,
  CANCELLED: (_row, name, event) => `Telling ${name} of ${event} was cancelled.`,
};

function outcomeOf({ requestStatus, responseStatus, durationMs, error }: TimelineRow): string {
  if (requestStatus === 'PENDING') return ' began; what came of it is not known yet.';
  const took = durationMs === null ? '' : ` after ${durationMs} ms`;
  if (error) return `: ${asSentence(error)}`;
  return responseStatus === null ? `: ${requestStatus}${took}.` : ` was answered with ${responseStatus}${took}.`;
}
