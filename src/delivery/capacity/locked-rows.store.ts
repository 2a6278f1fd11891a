import { LRUCache } from 'lru-cache';
import { isLockTimeout, TablesLocked } from '../../sql/database-errors';
import { type Db, rowsOf, statement } from '../../sql/db';
import { idBounds } from '../../values/ids';
import { IS_KEPT_FREE } from '../../webhooks/webhook.store';

interface AskedRows {
  webhookIds?: readonly string[];
  /** Their webhooks are looked at too. */
  deliveryIds?: readonly string[];
}

const LOCKED = statement(`with deliveries_asked as materialized (
    select id, webhook_id from deliveries where id = any($1::uuid[]) and id between $2::uuid and $3::uuid
  ), deliveries_free as materialized (
    select id from deliveries where id = any($1::uuid[]) and id between $2::uuid and $3::uuid for update skip locked
  ), webhooks_asked as materialized (
    select id from unnest($4::uuid[]) as id union select webhook_id from deliveries_asked
  ), circuits_asked as materialized (
    select webhook_id as id from webhook_circuits where webhook_id = any(array(select id from webhooks_asked))
  ), circuits_free as materialized (
    select webhook_id as id from webhook_circuits where webhook_id = any(array(select id from webhooks_asked))
    for update skip locked
  )
  select id from deliveries_asked where id <> all(array(select id from deliveries_free))
  union select id from circuits_asked where id <> all(array(select id from circuits_free))
  union select id from webhooks_asked where not ${IS_KEPT_FREE}`);

/** Those of these webhooks and deliveries that other transactions hold at this moment. Waits for none. */
async function lockedRows(db: Db, { webhookIds = [], deliveryIds = [] }: AskedRows): Promise<string[]> {
  const [first, last] = deliveryIds.length > 0 ? idBounds(deliveryIds) : [null, null];
  const rows = await rowsOf<{ id: string }>(db, LOCKED, [deliveryIds, first, last, webhookIds]);
  return rows.map(({ id }) => id);
}

// Webhooks and deliveries that another transaction holds for longer than one lasts, such as that of a worker that stands still. What
// needs them is put off, and the transactions of all others need not wait for them.

/** Longer than a transaction waits for a lock: or each would wait for them again. */
const KEPT_MS = 2_000;
const MAX_ROWS = 10_000;

export interface LockedRows {
  /** Whether it was locked within the last two seconds. @param id of a webhook or of a delivery */
  has(id: string): boolean;
  isEmpty(): boolean;
  /**
   * After a transaction for these has waited for a lock in vain.
   * @returns whether some of them are locked: put these off, and try again @throws TablesLocked
   */
  look(asked: AskedRows): Promise<boolean>;
}

/** @param db for statements without a transaction */
export function createLockedRows(db: Db): LockedRows {
  const found = new LRUCache<string, true>({ max: MAX_ROWS, ttl: KEPT_MS });
  return {
    has: (id) => found.has(id),
    isEmpty() {
      if (found.size > 0) found.purgeStale();
      return found.size === 0;
    },
    async look(asked) {
      const ids = await lockedRows(db, asked).catch((error: unknown) => {
        throw isLockTimeout(error) ? new TablesLocked(error) : error;
      });
      for (const id of ids) found.set(id, true);
      return ids.length > 0;
    },
  };
}
