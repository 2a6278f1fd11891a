// Erases again what the journal says, after a backup was restored that still has it.

import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { type ErasureRow, isBeingErased, openRepetitions } from '../erasure.store';
import { existsUnerased, type Targets, targetsLeft } from './erased-rows.store';
import type { ErasureJournal } from './journal';
import { orderOwn } from './order-erasure';
import { type ErasingParts, eraseOrdered } from './run-erasures';

const REASON = 'It was erased before the backup was restored';
/** The number of ids that one statement looks up: a journal may have millions. */
const IDS = 1_000;

/**
 * Ends what is pending of it too, so it must run before anything is sent. What cannot be erased yet is left in the order,
 * which continues as others do: the next start carries it out again, and makes another one only for what it does not have.
 * @returns the number of rows that were erased again. A person follows as an erasure of its own, within seconds
 */
export async function repeatErasures(parts: ErasingParts): Promise<number> {
  const { db, transaction, journal } = parts;
  const begun = await openRepetitions(db);
  let erased = 0;
  for (const order of begun) erased += await eraseOrdered(parts, order);
  const { users, targets } = await erasuresLeft(db, journal);
  for (const user of users) {
    await transaction((own) => orderOwn(own, 'PERSON', { userId: user }, REASON, currentTime()));
  }
  const news = without(targets, begun);
  if (news.events.length + news.requests.length === 0) return erased;
  const order = await transaction((own) => orderOwn(own, 'REPEATED', { targets: news }, REASON, currentTime()));
  return erased + (await eraseOrdered(parts, order));
}

function without({ events, requests }: Targets, orders: readonly ErasureRow[]): Targets {
  const ordered = new Set(orders.flatMap(({ eventIds, requestIds }) => [...eventIds, ...requestIds]));
  const isNew = (id: string) => !ordered.has(id);
  return { events: events.filter(isNew), requests: requests.filter(isNew) };
}

/** The rows, and the users whom no order erases yet, that the journal names and the database still has. */
export async function erasuresLeft(db: Db, journal: ErasureJournal): Promise<{ users: string[]; targets: Targets }> {
  const persons = new Set<string>();
  const events = new Set<string>();
  const requests = new Set<string>();
  let rows = { events: [] as string[], deliveries: [] as string[], requests: [] as string[] };
  const look = async () => {
    const left = await targetsLeft(db, rows);
    for (const id of left.events) events.add(id);
    for (const id of left.requests) requests.add(id);
    rows = { events: [], deliveries: [], requests: [] };
  };
  for await (const line of journal.read()) {
    if (line.user !== null) persons.add(line.user);
    rows.events.push(...line.events);
    rows.deliveries.push(...line.deliveries);
    rows.requests.push(...line.requests);
    if (rows.events.length + rows.deliveries.length + rows.requests.length >= IDS) await look();
  }
  await look();
  const users: string[] = [];
  for (const id of persons) if ((await existsUnerased(db, id)) && !(await isBeingErased(db, id))) users.push(id);
  return { users, targets: { events: [...events], requests: [...requests] } };
}
