// Matches whose condition or templates could not be evaluated in the fan-out.
import { columns } from '../../sql/columns';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';

export interface PendingDecision {
  webhookId: string;
  businessEventId: string;
}

const PENDING = columns<PendingDecision>([
  ['webhookId', 'webhook_id', 'uuid'],
  ['businessEventId', 'business_event_id', 'uuid'],
]);

export async function insertPendingDecisions(db: Db, pending: readonly PendingDecision[]): Promise<void> {
  if (pending.length === 0) return;
  await changedBy(
    db,
    statement(`insert into pending_decisions (${PENDING.names}) select * from unnest(${PENDING.arrays()})`),
    PENDING.valuesOf(pending),
  );
}

export async function deletePendingDecisions(db: Db, decided: readonly PendingDecision[]): Promise<void> {
  if (decided.length === 0) return;
  await changedBy(
    db,
    statement(`delete from pending_decisions as p using unnest(${PENDING.arrays()}) as d (${PENDING.names})
     where p.webhook_id = d.webhook_id and p.business_event_id = d.business_event_id`),
    PENDING.valuesOf(decided),
  );
}

/** @returns false if another transaction holds the lock: only one at a time decides */
export async function lockPendingDecisions(db: Db): Promise<boolean> {
  const row = await rowOf<{ taken: boolean }>(
    db,
    statement(`select pg_try_advisory_xact_lock(hashtext('hookledger.pending')) as taken`),
  );
  return row?.taken === true;
}

/**
 * The oldest pending decisions of some webhooks, chosen at random: a webhook with a long backlog and a slow condition
 * does not delay the others.
 */
export async function oldestPending(db: Db, webhooks: number, perWebhook: number): Promise<PendingDecision[]> {
  return rowsOf(
    db,
    statement(`with recursive waiting (webhook_id) as (
       (select webhook_id from pending_decisions order by webhook_id limit 1)
       union all
       select (select p.webhook_id from pending_decisions p where p.webhook_id > w.webhook_id
         order by p.webhook_id limit 1) from waiting w where w.webhook_id is not null
     ), chosen as (select webhook_id from waiting where webhook_id is not null order by random() limit $1)
     select oldest.* from chosen c cross join lateral (
       select webhook_id as "webhookId", business_event_id as "businessEventId" from pending_decisions p
       where p.webhook_id = c.webhook_id order by p.business_event_id limit $2) as oldest
     order by "businessEventId"`),
    [webhooks, perWebhook],
  );
}
