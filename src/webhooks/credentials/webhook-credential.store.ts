import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { listing, type RowOf } from '../../sql/listing';
import { WebhookCredentialEntity } from './webhook-credential.entity';

const CREDENTIALS = listing(WebhookCredentialEntity);
export type CredentialRow = RowOf<typeof CREDENTIALS>;

/** Oldest first, which is the order of the headers in a request. */
export async function credentialsOfWebhooks(db: Db, webhookIds: readonly string[]): Promise<CredentialRow[]> {
  return rowsOf<CredentialRow>(
    db,
    statement(`select ${CREDENTIALS.columns} from webhook_credentials where webhook_id = any($1::uuid[]) order by id`),
    [webhookIds],
  );
}

export async function insertCredential(db: Db, credential: CredentialRow): Promise<void> {
  await db.insert(WebhookCredentialEntity, credential);
}

export async function deleteCredentials(db: Db, ids: readonly string[]): Promise<void> {
  await changedBy(db, 'delete from webhook_credentials where id = any($1::uuid[])', [ids]);
}
