import { type Db, rowOf, statement } from '../../sql/db';
import { byIds, listing, type RowOf } from '../../sql/listing';
import { WebhookVersionEntity } from './webhook-version.entity';

export const WEBHOOK_VERSIONS = listing(WebhookVersionEntity);
export type WebhookVersionRow = RowOf<typeof WEBHOOK_VERSIONS>;
export const webhookVersionsById = byIds(WEBHOOK_VERSIONS);

export async function findWebhookVersion(
  db: Db,
  webhookId: string,
  version: number,
): Promise<WebhookVersionRow | null> {
  return rowOf<WebhookVersionRow>(
    db,
    statement(`select ${WEBHOOK_VERSIONS.columns} from webhook_versions where webhook_id = $1 and version = $2`),
    [webhookId, version],
  );
}

/** Inserts the version. A trigger deletes those that are more than MAX_VERSIONS earlier. */
export async function insertWebhookVersion(db: Db, version: WebhookVersionRow): Promise<void> {
  await db.insert(WebhookVersionEntity, version);
}
