import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { type StoredKind, WebhookCredentialEntity } from './webhook-credential.entity';

export interface CredentialRow {
  id: string;
  webhookId: string;
  kind: StoredKind;
  /** JSON: the settings that are not secret. */
  settings: string;
  kek: string;
  wrapped: Buffer;
  box: Buffer;
  createdAt: Date;
}

/** Oldest first, which is the order of the headers in a request. */
export async function credentialsOfWebhooks(db: Db, webhookIds: readonly string[]): Promise<CredentialRow[]> {
  return rowsOf<CredentialRow>(
    db,
    statement(`select id, webhook_id as "webhookId", kind, settings, kek, wrapped, box, created_at as "createdAt"
     from webhook_credentials where webhook_id = any($1::uuid[]) order by id`),
    [webhookIds],
  );
}

export async function insertCredential(db: Db, credential: CredentialRow): Promise<void> {
  await db.insert(WebhookCredentialEntity, credential);
}

export async function deleteCredentials(db: Db, ids: readonly string[]): Promise<void> {
  await changedBy(db, 'delete from webhook_credentials where id = any($1::uuid[])', [ids]);
}
