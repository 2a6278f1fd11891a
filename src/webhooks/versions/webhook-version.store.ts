import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { WebhookVersionEntity } from './webhook-version.entity';

export interface WebhookVersionRow {
  id: string;
  webhookId: string;
  version: number;
  /** JSON: RecordedSettings. */
  settings: string;
  createdBy: string | null;
  createdAt: Date;
}

export const WEBHOOK_VERSIONS = {
  table: 'webhook_versions',
  columns: `id, webhook_id as "webhookId", version, settings, created_by as "createdBy", created_at as "createdAt"`,
};

export async function webhookVersionsById(db: Db, ids: readonly string[]): Promise<Map<string, WebhookVersionRow>> {
  const rows = await rowsOf<WebhookVersionRow>(
    db,
    statement(`select ${WEBHOOK_VERSIONS.columns} from webhook_versions where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

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
