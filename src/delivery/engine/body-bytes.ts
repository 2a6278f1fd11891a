// The bodies of deliveries of the queue: at most as many are read as one step, and the process, can hold.
import type { Db } from '../../sql/db';
import { bodiesOf, type DueDelivery, LARGE_BODY, type QueuedDelivery } from '../delivery.store';

/** The bodies that one step takes, in bytes; a single one may be larger. They come in one answer of the database. */
export const MAX_BODIES_OF_A_STEP = 16 * 1024 * 1024;
/** While the bodies of the attempts on the wire are more than this, no further jobs are taken. */
const MAX_BODIES_ON_THE_WIRE = 64 * 1024 * 1024;

/** Counts the bodies of the jobs on the wire. */
export interface BodiesOnTheWire {
  isFull(): boolean;
  begun(delivery: DueDelivery): void;
  ended(delivery: DueDelivery): void;
}

export function countBodies(limit = MAX_BODIES_ON_THE_WIRE): BodiesOnTheWire {
  let bytes = 0;
  return {
    isFull: () => bytes >= limit,
    begun: ({ body }) => {
      bytes += body?.length ?? 0;
    },
    ended: ({ body }) => {
      bytes -= body?.length ?? 0;
    },
  };
}

/**
 * Divides deliveries into those whose bodies fit, and those for a later step. After one that does not fit, those of its webhook are
 * for a later step too.
 */
export function withinBytes(
  deliveries: readonly QueuedDelivery[],
  limit: number,
): { first: QueuedDelivery[]; later: QueuedDelivery[] } {
  const first: QueuedDelivery[] = [];
  const later: QueuedDelivery[] = [];
  const full = new Set<string>();
  let bytes = 0;
  for (const delivery of deliveries) {
    const more = delivery.bodyBytes ?? 0;
    if (full.has(delivery.webhookId) || (bytes > 0 && bytes + more > limit)) {
      full.add(delivery.webhookId);
      later.push(delivery);
    } else {
      bytes += more;
      first.push(delivery);
    }
  }
  return { first, later };
}

/** Reads the bodies that were not read with their deliveries. */
export async function withBodies(db: Db, deliveries: readonly QueuedDelivery[]): Promise<DueDelivery[]> {
  const isUnread = ({ body, bodyBytes }: QueuedDelivery) => body === null && (bodyBytes ?? 0) > LARGE_BODY;
  const bodies = await bodiesOf(db, [...new Set(deliveries.filter(isUnread).map(({ payloadId }) => payloadId))]);
  return deliveries.map((each) => (isUnread(each) ? { ...each, body: bodies.get(each.payloadId) ?? null } : each));
}
