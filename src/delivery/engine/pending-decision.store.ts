// Matches whose condition or templates could not be evaluated in the fan-out.
import { columns } from '../../sql/columns';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { type HashPart, isInPartSql } from '../../sql/index-lookup';

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

/**
 * Those of these that are still pending; null: another transaction decides. Of two, the one with the later events could commit first.
 */
export async function claimPendingDecisions(
  db: Db,
  pending: readonly PendingDecision[],
): Promise<PendingDecision[] | null> {
  // sent together, executed in this order
  const [lock, found] = await Promise.all([
    rowOf<{ mine: boolean }>(db, statement(`select pg_try_advisory_xact_lock(hashtext('hookledger.pending')) as mine`)),
    rowsOf<PendingDecision>(
      db,
      statement(`select p.webhook_id as "webhookId", p.business_event_id as "businessEventId"
       from unnest(${PENDING.arrays()}) as w (${PENDING.names})
       join pending_decisions p on p.webhook_id = w.webhook_id and p.business_event_id = w.business_event_id
       order by p.business_event_id`),
      PENDING.valuesOf(pending),
    ),
  ]);
  return lock?.mine === true ? found : null;
}

/** Which of these webhooks have pending decisions. */
export async function webhooksWithPending(db: Db, webhookIds: readonly string[]): Promise<Set<string>> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select w.id from unnest($1::uuid[]) as w (id)
     where (select true from pending_decisions p where p.webhook_id = w.id limit 1)`),
    [webhookIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * The oldest pending decisions of some webhooks of a part, chosen at random: a webhook with many of them and a slow
 * condition does not delay the others.
 */
export async function oldestPending(
  db: Db,
  { index, of }: HashPart,
  webhooks: number,
  perWebhook: number,
): Promise<PendingDecision[]> {
  return rowsOf(
    db,
    statement(`with recursive waiting (webhook_id) as (
       (select webhook_id from pending_decisions order by webhook_id limit 1)
       union all
       select (select p.webhook_id from pending_decisions p where p.webhook_id > w.webhook_id
         order by p.webhook_id limit 1) from waiting w where w.webhook_id is not null
     ), chosen as (
       select webhook_id from waiting where webhook_id is not null and ${isInPartSql('webhook_id', 3, 4)}
       order by random() limit $1
     )
     select oldest.* from chosen c cross join lateral (
       select webhook_id as "webhookId", business_event_id as "businessEventId" from pending_decisions p
       where p.webhook_id = c.webhook_id order by p.business_event_id limit $2) as oldest
     order by "businessEventId"`),
    [webhooks, perWebhook, index, of],
  );
}

/** The number of pending decisions, counted up to `atMost`. */
export async function countPendingDecisions(db: Db, atMost: number): Promise<number> {
  const sql = statement('select count(*)::int as n from (select from pending_decisions limit $1) as pending');
  return (await rowOf<{ n: number }>(db, sql, [atMost]))?.n ?? 0;
}
