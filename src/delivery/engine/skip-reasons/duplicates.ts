// Duplicates: events with the same document type, name, reference and data, published within `dedupeSeconds`.
import { createHash } from 'node:crypto';
import { documentBytes } from '../../../events/data/envelope';
import type { Db } from '../../../sql/db';
import { firstIdAt, timeOfId, toNodeId } from '../../../values/ids';
import { earlierOf, type Original } from './duplicates.store';
import type { Match, Skip } from './skip';

type Candidate = Original & { index: number; seconds: number };

/**
 * Which of these repeat an event that their webhook received within its `dedupeSeconds`, or an earlier one of the list.
 * Call it last, for the deliveries that would be sent: one that is skipped for another reason is no original.
 * The caller has locked the circuits of webhooks with this setting: of two concurrent transactions with the same event,
 * both would send it.
 * @param matches in the order in which the events were published
 * @returns one for each. Runs no statement if no webhook has the setting
 */
export async function duplicatesAmong(db: Db, matches: readonly Match[]): Promise<(Skip | null)[]> {
  const skips: (Skip | null)[] = matches.map(() => null);
  const candidates = matches.flatMap(candidateAt);
  if (candidates.length === 0) return skips;
  const earlier = await earlierOf(db, candidates);
  const sent = new Map<string, string>();
  for (const [index, each] of candidates.entries()) {
    const key = keyOf(each);
    const before = inTime(sent.get(key), each) ?? earlier.get(index);
    if (before) skips[each.index] = skipFor(each.eventId, before);
    else sent.set(key, each.eventId);
  }
  return skips;
}

// An event whose data was erased has no bytes to compare.
function candidateAt({ event, webhook }: Match, index: number): Candidate[] {
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
      sha256: createHash('sha256').update(documentBytes(event, event.body)).digest(),
      from: firstIdAt(time - seconds * 1000),
      // includes later events: one whose transaction took longer is fanned out after them
      until: firstIdAt(time + seconds * 1000 + 1),
    },
  ];
}

function keyOf(each: Candidate): string {
  const { webhookId, documentType, event, referenceDocument, sha256 } = each;
  return JSON.stringify([webhookId, documentType, event, referenceDocument, sha256.toString('base64')]);
}

function inTime(eventId: string | undefined, { from }: Candidate): string | null {
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
