import { changedBy, type Db, statement } from '../../sql/db';

/** The channel on which committed transactions announce work. Workers also poll, so a lost notification only delays. */
export const NOTIFY_CHANNEL = 'hookledger';

/** What is sent after events were committed whose ids had just been made. `events` says nothing about their ids. */
export const NEW_EVENTS = 'new events';

/** The name of the session in which a process with a worker listens. */
export const LISTENER_SESSION = 'notify listener';

/** Wakes the workers of all processes when the transaction commits. */
export async function notifyDeliveries(db: Db): Promise<void> {
  await changedBy(db, statement(`select pg_notify('hookledger', 'deliveries')`));
}
