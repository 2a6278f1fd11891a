import { bindings, type Condition, toSql } from '../../sql/condition';
import { type Db, rowsOf, statement } from '../../sql/db';
import { WEBHOOKS, type WebhookRow } from '../webhook.store';

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
