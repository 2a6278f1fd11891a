import { bindings, type Condition, toSql } from '../sql/condition';
import { type Db, rowOf, rowsOf, statement } from '../sql/db';
import { byIds, listing, type RowOf } from '../sql/listing';
import { type Ordering, WebhookEntity, type WebhookStatus } from './webhook.entity';
import { WebhookCircuitEntity } from './webhook-circuit.entity';

export const WEBHOOKS = listing(WebhookEntity, ['changedIn']);
export type WebhookRow = RowOf<typeof WEBHOOKS>;
export const webhooksById = byIds(WEBHOOKS);

/** Locks the webhook, so that its changes happen one after the other. */
export async function findWebhookForUpdate(db: Db, id: string): Promise<WebhookRow | null> {
  await lockWebhooks(db, [id]);
  return findWebhook(db, id);
}

/** Those that are not archived, of both directions. */
export async function countLiveWebhooks(db: Db): Promise<number> {
  const counted = statement(`select count(*)::int as webhooks from webhooks where status <> 'ARCHIVED'`);
  return (await rowOf<{ webhooks: number }>(db, counted))?.webhooks ?? 0;
}

/** Inserts the webhook and, if it is OUTGOING, a closed circuit. */
export async function insertWebhook(db: Db, webhook: WebhookRow): Promise<void> {
  await db.insert(WebhookEntity, webhook);
  if (webhook.direction === 'OUTGOING') {
    await db.insert(WebhookCircuitEntity, { webhookId: webhook.id, state: 'CLOSED', openings: 0, failures: 0 });
  }
}

/** Keeps the webhook from changes, such as pausing and resuming, until the transaction ends. */
export async function findWebhookForShare(db: Db, id: string): Promise<WebhookRow | null> {
  await keepWebhooks(db, [id]);
  return findWebhook(db, id);
}

async function findWebhook(db: Db, id: string): Promise<WebhookRow | null> {
  return rowOf<WebhookRow>(db, statement(`select ${WEBHOOKS.columns} from webhooks where id = $1`), [id]);
}

/** Locks these webhooks like `findWebhookForUpdate`. */
export async function webhooksForUpdate(db: Db, ids: readonly string[]): Promise<Map<string, WebhookRow>> {
  await lockWebhooks(db, ids);
  return webhooksById(db, ids);
}

export async function changeWebhook(db: Db, id: string, changes: Partial<WebhookRow>): Promise<void> {
  await db.update(WebhookEntity, { id }, changes);
}

/** Changes webhooks in the same way. */
export async function changeWebhooks(db: Db, ids: readonly string[], changes: Partial<WebhookRow>): Promise<void> {
  const update = db.createQueryBuilder().update(WebhookEntity).set(changes);
  await update.where('id = any(:ids::uuid[])', { ids }).execute();
}

/** A webhook that is kept from changes. */
export interface KeptWebhook {
  id: string;
  name: string;
  status: WebhookStatus;
  ordering: Ordering | null;
  receiveAuditEvents: boolean;
  /** The transaction that last changed it. */
  changedIn: string;
}

/** Keeps these webhooks from changes until the transaction ends. */
export async function webhooksForShare(db: Db, ids: readonly string[]): Promise<Map<string, KeptWebhook>> {
  await keepWebhooks(db, ids);
  const rows = await rowsOf<KeptWebhook>(
    db,
    statement(`select id, name, status, ordering, receive_audit_events as "receiveAuditEvents", changed_in as "changedIn"
     from webhooks where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

// The lock of a webhook: what changes it waits for the transactions that rely on it, and they wait for it. It is an advisory
// lock, because row locks are not fair: of many transactions that share the lock of a row, one always holds it, and a change
// would wait without end. Advisory locks are given in the order in which they are asked for.
//
// Take it before circuits and deliveries, and all webhooks of a transaction at once: any other order can deadlock. A statement
// that reads what is locked comes after it, since a statement does not see what was committed while it waited.

const KEYS = `(select distinct hashtext(id::text) as key from unnest($1::uuid[]) as id order by key) as keys`;
const CLASS = `hashtext('hookledger.webhook')`;

/** No webhook of these is changed until the transaction ends. */
export async function keepWebhooks(db: Db, ids: readonly string[]): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock_shared(${CLASS}, key) from ${KEYS}`), [ids]);
}

/** Waits until no transaction keeps these webhooks, and excludes others until this one ends. */
async function lockWebhooks(db: Db, ids: readonly string[]): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(${CLASS}, key) from ${KEYS}`), [ids]);
}

/** A condition for the webhook `id`: no transaction changes it, or waits for doing so. Then it is kept. */
export const IS_KEPT_FREE = `pg_try_advisory_xact_lock_shared(${CLASS}, hashtext(id::text))`;

/** A part of a statement: those of the webhooks `$1` that are kept. It does not wait for one that is being changed. */
export const TRY_KEEP_WEBHOOKS = `select id from unnest($1::uuid[]) as id
  where ${IS_KEPT_FREE}`;

/** One import after the other, so that two do not create a webhook of the same name. Until the transaction ends. */
export async function lockImports(db: Db): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.webhook-import'))`));
}

/** Webhooks that are not archived, at most `max`. */
export async function webhooksMeeting(db: Db, condition: Condition, max: number): Promise<WebhookRow[]> {
  const { values, bind } = bindings();
  const sql = `select ${WEBHOOKS.columns} from webhooks
    where status <> 'ARCHIVED' and ${toSql(condition, bind)} order by id limit ${max}`;
  return rowsOf<WebhookRow>(db, sql, values);
}

/** All statements of the transaction, of which this is the first, see the same rows. */
export async function useOneSnapshot(db: Db): Promise<void> {
  await rowsOf(db, 'set transaction isolation level repeatable read');
}

export interface NamedWebhook {
  id: string;
  name: string;
}

/** The webhooks that are not archived, oldest first. */
export async function namedWebhooks(db: Db): Promise<NamedWebhook[]> {
  return rowsOf<NamedWebhook>(db, statement(`select id, name from webhooks where status <> 'ARCHIVED' order by id`));
}
