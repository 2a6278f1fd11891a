// What a webhook was told already: an event with the same words and the same bytes, a short while ago.
import { createHash } from 'node:crypto';
import { firstIdAt, timeOfId, toNodeId } from '../../ids';
import type { Db } from '../../sql/db';
import { earlierOf, type Original } from './duplicates.store';
import type { Wanted } from './render-requests';

type Skip = { skipReason: 'DUPLICATE'; skipMessage: string };
type Candidate = Original & { index: number; seconds: number };

/**
 * Which of these repeat what their webhook was told within its `dedupeSeconds`, or what stands before them here. To be
 * asked last, of those that would be sent: one that is skipped for another reason must not swallow the next.
 * The caller holds the circuits of webhooks with the setting: two that decide at once would both let the same through.
 * @param wanted in the order in which the events were published
 * @returns one for each, in the order given. No statement where no webhook has the setting.
 */
export async function duplicatesAmong(db: Db, wanted: readonly Wanted[]): Promise<(Skip | null)[]> {
  const skips: (Skip | null)[] = wanted.map(() => null);
  const candidates = wanted.flatMap(candidateAt);
  if (candidates.length === 0) return skips;
  const earlier = await earlierOf(db, candidates);
  const going = new Map<string, string>();
  for (const [place, each] of candidates.entries()) {
    const alike = keyOf(each);
    const before = nearEnough(going.get(alike), each) ?? earlier.get(place);
    if (before) skips[each.index] = skipFor(each.eventId, before);
    else going.set(alike, each.eventId);
  }
  return skips;
}

// An event whose data was erased has no bytes to compare.
function candidateAt({ event, webhook }: Wanted, index: number): Candidate[] {
  const seconds = webhook.dedupeSeconds;
  if (seconds === null || event.body === null) return [];
  const time = timeOfId(event.id).getTime();
  return [
    {
      index,
      seconds,
      webhookId: webhook.id,
      eventId: event.id,
      documentType: event.documentType,
      event: event.event,
      referenceDocument: event.referenceDocument,
      sha256: createHash('sha256').update(event.body).digest(),
      from: firstIdAt(time - seconds * 1000),
      // also what was published after it: an event whose transaction took longer comes here later
      until: firstIdAt(time + seconds * 1000 + 1),
    },
  ];
}

function keyOf(each: Candidate): string {
  const { webhookId, documentType, event, referenceDocument, sha256 } = each;
  return JSON.stringify([webhookId, documentType, event, referenceDocument, sha256.toString('base64')]);
}

function nearEnough(eventId: string | undefined, { from }: Candidate): string | null {
  return eventId !== undefined && eventId >= from ? eventId : null;
}

function skipFor(eventId: string, before: string): Skip {
  const apart = timeOfId(eventId).getTime() - timeOfId(before).getTime();
  const seconds = Number((Math.abs(apart) / 1000).toPrecision(2));
  const name = toNodeId('BusinessEvent', before);
  return {
    skipReason: 'DUPLICATE',
    skipMessage: `The same as ${name}, ${seconds} s ${apart < 0 ? 'after' : 'before'}.`,
  };
}
