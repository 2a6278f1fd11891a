// The lock of a webhook: what changes it waits for the transactions that rely on it, and they wait for it. It is an advisory
// lock, because row locks are not fair: of many transactions that share the lock of a row, one always holds it, and a change
// would wait without end. Advisory locks are given in the order in which they are asked for.
//
// Take it before circuits and deliveries, and all webhooks of a transaction at once: any other order can deadlock. A statement
// that reads what is locked comes after it, since a statement does not see what was committed while it waited.
import { type Db, rowsOf, statement } from '../sql/db';

const KEYS = `(select distinct hashtext(id::text) as key from unnest($1::uuid[]) as id order by key) as keys`;
const CLASS = `hashtext('hookledger.webhook')`;

/** No webhook of these is changed until the transaction ends. */
export async function keepWebhooks(db: Db, ids: readonly string[]): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock_shared(${CLASS}, key) from ${KEYS}`), [ids]);
}

/** Waits until no transaction keeps these webhooks, and excludes others until this one ends. */
export async function lockWebhooks(db: Db, ids: readonly string[]): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(${CLASS}, key) from ${KEYS}`), [ids]);
}

/** A condition for the webhook `id`: no transaction changes it, or waits for doing so. Then it is kept. */
export const IS_KEPT_FREE = `pg_try_advisory_xact_lock_shared(${CLASS}, hashtext(id::text))`;

/** A part of a statement: those of the webhooks `$1` that are kept. It does not wait for one that is being changed. */
export const TRY_KEEP_WEBHOOKS = `select id from unnest($1::uuid[]) as id
  where ${IS_KEPT_FREE}`;
