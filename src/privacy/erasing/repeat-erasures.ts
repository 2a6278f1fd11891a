// Erases again what the journal says, after a backup was restored that still has it.
import { currentTime } from '../../clock';
import type { Db } from '../../sql/db';
import { isUserThere, type Targets, targetsLeft } from './erased-rows.store';
import type { ErasureJournal } from './journal';
import { orderOwn } from './order-own-erasure';
import { type ErasingParts, eraseOrdered } from './run-erasures';

const REASON = 'It was erased before the backup was restored';
/** The number of ids that one statement looks up: a journal may have millions. */
const IDS = 1_000;

/**
 * Ends what is pending of it too, so it must run before anything is sent. What cannot be erased yet is left in the order,
 * which continues as others do.
 * @returns the number of rows that were erased again. A person follows as an erasure of its own, within seconds
 */
export async function repeatErasures(parts: ErasingParts): Promise<number> {
  const { db, transaction, journal } = parts;
  const { users, targets } = await leftOf(db, journal);
  for (const user of users) {
    await transaction((own) => orderOwn(own, 'PERSON', { userId: user }, REASON, currentTime()));
  }
  if (targets.events.length + targets.requests.length === 0) return 0;
  const order = await transaction((own) => orderOwn(own, 'REPEATED', { targets }, REASON, currentTime()));
  return eraseOrdered(parts, order);
}

/** The rows and users that the journal names and the database still has. */
async function leftOf(db: Db, journal: ErasureJournal): Promise<{ users: string[]; targets: Targets }> {
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
  for (const id of persons) if (await isUserThere(db, id)) users.push(id);
  return { users, targets: { events: [...events], requests: [...requests] } };
}
