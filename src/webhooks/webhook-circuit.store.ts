import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';
import { equalsByIndex } from '../sql/index-lookup';
import { listing, type RowOf } from '../sql/listing';
import { WebhookCircuitEntity } from './webhook-circuit.entity';

const CIRCUITS = listing(WebhookCircuitEntity);
export type CircuitRow = RowOf<typeof CIRCUITS>;

/**
 * Locks the circuits: only the transaction that holds the lock decides what is sent to a webhook. Lock webhooks first,
 * then circuits, then deliveries; any other order can deadlock.
 */
export async function lockCircuits(db: Db, webhookIds: readonly string[]): Promise<Map<string, CircuitRow>> {
  if (webhookIds.length === 0) return new Map();
  const rows = await rowsOf<CircuitRow>(
    db,
    statement(
      `select ${CIRCUITS.columns} from webhook_circuits where webhook_id = any($1::uuid[]) order by webhook_id for update`,
    ),
    [webhookIds],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}

/**
 * Locks only the circuits that record a failure, and those of `always`. A success changes no other circuit.
 */
export async function lockFailingCircuits(
  db: Db,
  webhookIds: readonly string[],
  always: readonly string[],
): Promise<Map<string, CircuitRow>> {
  const rows = await rowsOf<CircuitRow>(
    db,
    statement(
      `select ${CIRCUITS.columns} from webhook_circuits where webhook_id = any($1::uuid[])
         and (failures > 0 or state <> 'CLOSED' or webhook_id = any($2::uuid[])) order by webhook_id for update`,
    ),
    [webhookIds, always],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}

/** Those of some webhooks whose circuit `lockFailingCircuits` would not lock, as an array. @param among the number of a parameter, their ids */
export const cleanCircuitsSql = (among: number) => `array(select c.webhook_id from webhook_circuits c
  where c.webhook_id = any ($${among}::uuid[]) and c.failures = 0 and c.state = 'CLOSED')`;

export async function circuitsById(db: Db, webhookIds: readonly string[]): Promise<Map<string, CircuitRow>> {
  const rows = await rowsOf<CircuitRow>(
    db,
    `select ${CIRCUITS.columns} from webhook_circuits where webhook_id = any($1::uuid[])`,
    [webhookIds],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}

export async function saveCircuits(db: Db, circuits: readonly CircuitRow[]): Promise<void> {
  if (circuits.length === 0) return;
  const column = <Key extends keyof CircuitRow>(key: Key) => circuits.map((circuit) => circuit[key]);
  await changedBy(
    db,
    statement(`update webhook_circuits as c set state = n.state, open_until = n.open_until, reason = n.reason,
       openings = n.openings, probe_delivery_id = n.probe_delivery_id, failures = n.failures,
       failing_since = n.failing_since, has_waiting = n.has_waiting
     from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::integer[], $6::uuid[], $7::integer[],
       $8::timestamptz[], $9::boolean[])
       as n (webhook_id, state, open_until, reason, openings, probe_delivery_id, failures, failing_since, has_waiting)
     where c.webhook_id = n.webhook_id`),
    [
      column('webhookId'),
      column('state'),
      column('openUntil'),
      column('reason'),
      column('openings'),
      column('probeDeliveryId'),
      column('failures'),
      column('failingSince'),
      column('hasWaiting'),
    ],
  );
}

/** From now on, new deliveries of these webhooks queue behind the waiting ones. */
export async function markWaiting(db: Db, webhookIds: readonly string[]): Promise<void> {
  if (webhookIds.length === 0) return;
  await changedBy(
    db,
    statement('update webhook_circuits set has_waiting = true where webhook_id = any($1::uuid[]) and not has_waiting'),
    [webhookIds],
  );
}

export interface WebhookWithWaiting extends Pick<CircuitRow, 'webhookId' | 'state' | 'openUntil'> {
  /** Whether the number of requests on the wire has reached max_concurrency. */
  isFull: boolean;
  /** When the webhook was last changed. */
  updatedAt: Date;
}

/** The webhooks whose deliveries wait for capacity; none while all deliveries are paused. */
export async function webhooksWithWaiting(db: Db): Promise<WebhookWithWaiting[]> {
  return rowsOf<WebhookWithWaiting>(
    db,
    statement(`select c.webhook_id as "webhookId", c.state, c.open_until as "openUntil", w.updated_at as "updatedAt",
       w.status = 'ACTIVE' and w.max_concurrency is not null and w.max_concurrency <= (
         select count(*) from webhook_slots s where s.webhook_id = w.id) as "isFull"
     from webhook_circuits c join webhooks w on w.id ${equalsByIndex('c.webhook_id')}
     where c.has_waiting and not exists (select from deliveries_pause) order by c.webhook_id`),
  );
}

/**
 * How many outgoing webhooks have a circuit that is not closed (`open`), have deliveries that wait for capacity (`waiting`),
 * or are `disabled`.
 */
export async function webhookConditions(db: Db): Promise<Record<string, number>> {
  const sql = statement(`select count(*) filter (where c.state <> 'CLOSED')::int as open,
      count(*) filter (where c.has_waiting)::int as waiting, count(*) filter (where w.status = 'DISABLED')::int as disabled
    from webhooks w join webhook_circuits c on c.webhook_id = w.id where w.status <> 'ARCHIVED'`);
  return (await rowOf<Record<string, number>>(db, sql)) ?? {};
}

/**
 * The number of requests on the wire for each of these webhooks. Only webhooks with slots are counted: see `takeSlots`.
 */
export async function slotsTaken(db: Db, webhookIds: readonly string[]): Promise<Map<string, number>> {
  if (webhookIds.length === 0) return new Map();
  const rows = await rowsOf<{ webhookId: string; taken: number }>(
    db,
    statement(`select webhook_id as "webhookId", count(*)::integer as taken from webhook_slots
     where webhook_id = any($1::uuid[]) group by webhook_id`),
    [webhookIds],
  );
  return new Map(rows.map((row) => [row.webhookId, row.taken]));
}

/**
 * Takes a slot for each request to a webhook with a max_concurrency. Call it in the transaction that opens the
 * requests.
 */
export async function takeSlots(db: Db, requests: readonly { webhookId: string; requestId: string }[]): Promise<void> {
  if (requests.length === 0) return;
  await changedBy(
    db,
    statement('insert into webhook_slots (webhook_id, request_id) select * from unnest($1::uuid[], $2::uuid[])'),
    [requests.map((each) => each.webhookId), requests.map((each) => each.requestId)],
  );
}

/** Releases the slots. Call it in the transaction that closes the requests. */
export async function giveSlotsBack(
  db: Db,
  requests: readonly { webhookId: string; requestId: string }[],
): Promise<void> {
  if (requests.length === 0) return;
  await changedBy(
    db,
    statement(`delete from webhook_slots as s using unnest($1::uuid[], $2::uuid[]) as r (webhook_id, request_id)
     where s.webhook_id = r.webhook_id and s.request_id = r.request_id`),
    [requests.map((each) => each.webhookId), requests.map((each) => each.requestId)],
  );
}
