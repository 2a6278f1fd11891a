// Events of one document become deliveries in order, also when several relays fan out at the same time.
import type { EventInOrder } from '../../events/business-event.store';
import type { WebhookDirectory } from './webhook-directory';

/**
 * Leaves out the events that would overtake another one: an earlier event of the same document, for the same webhook with
 * an ordering, that is still in the outbox and not among these. Another relay writes it.
 * @param events in their order @param others of the outbox, in their order
 */
export function withoutOvertaking<Event extends EventInOrder>(
  events: readonly Event[],
  others: readonly EventInOrder[],
  directory: WebhookDirectory,
): Event[] {
  const blocked = new Set<string>();
  const kept: Event[] = [];
  let next = 0;
  for (const event of events) {
    for (; next < others.length && (others[next] as EventInOrder).id < event.id; next += 1) {
      for (const key of sequencesOf(others[next] as EventInOrder, directory)) blocked.add(key);
    }
    const sequences = sequencesOf(event, directory);
    // an event that is left out is overtaken by none of those after it
    if (sequences.some((key) => blocked.has(key))) for (const key of sequences) blocked.add(key);
    else kept.push(event);
  }
  return kept;
}

function sequencesOf(event: EventInOrder, directory: WebhookDirectory): string[] {
  return directory
    .matching(event)
    .filter((webhook) => webhook.ordering !== null)
    .map(({ id }) => JSON.stringify([id, event.documentType, event.referenceDocument]));
}
