import type { TestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';

/** Waits until the event of Hookledger about a replay with this reason is published: an erasure of what the reason names erases it too. */
export async function isReported(database: TestDatabase, reason: string): Promise<void> {
  await waitFor('the event of the replay', async () => {
    const [event] = await database.prepared(
      `select 1 from business_events join replays r on reference_document = 'rpl_' || replace(r.id::text, '-', '')
       where r.reason = $1`,
      [reason],
    );
    return event;
  });
}
