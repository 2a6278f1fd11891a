// Erases again what the journal says, after a backup was restored that still has it.
import { currentTime } from '../../clock';
import type { ErasureRow } from '../erasure.store';
import { eraseRows, isUserThere, notErased } from './erased-rows.store';
import { orderOwn } from './order-own';
import { type ErasingParts, report } from './run-erasures';

const REASON = 'It was erased before the backup was restored';

/** @returns the number of rows that were erased again. A person follows as an erasure of its own, within seconds */
export async function repeatErasures({ db, transaction, journal }: ErasingParts): Promise<number> {
  let repeated: ErasureRow | null = null;
  let rows = 0;
  const obstacles = {};
  for (const line of await journal.read()) {
    if (line.user !== null && (await isUserThere(db, line.user))) {
      await transaction((own) => orderOwn(own, 'PERSON', line.user, REASON, currentTime()));
    }
    const left = await notErased(db, line);
    if (left.events.length + left.deliveries.length + left.requests.length === 0) continue;
    const order: ErasureRow =
      repeated ?? (await transaction((own) => orderOwn(own, 'REPEATED', null, REASON, currentTime())));
    repeated = order;
    const erased = await transaction((own) => eraseRows(own, order.id, left));
    rows += erased.events.length + erased.deliveries.length + erased.requests.length;
    Object.assign(obstacles, erased.obstacles);
  }
  const done = repeated;
  if (done !== null) await transaction((own) => report(own, done, obstacles, rows));
  return rows;
}
