import { type Db, rowsOf, statement } from '../sql/db';
import { WebhookSecretEntity } from './webhook-secret.entity';

export interface SecretRow {
  id: string;
  webhookId: string;
  kek: string;
  wrapped: Buffer;
  box: Buffer;
}

export async function insertSecret(db: Db, secret: Omit<WebhookSecretEntity, 'webhook'>): Promise<void> {
  await db.insert(WebhookSecretEntity, secret);
}

/** The secrets that sign for these webhooks now, newest first. */
export async function liveSecrets(db: Db, webhookIds: readonly string[], now: Date): Promise<SecretRow[]> {
  return rowsOf<SecretRow>(
    db,
    statement(`select id, webhook_id as "webhookId", kek, wrapped, box from webhook_secrets
     where webhook_id = any($1::uuid[]) and (expires_at is null or expires_at > $2) order by id desc`),
    [webhookIds, now],
  );
}

/** Which ENCRYPTION_KEYs are still needed. */
export async function keysInUse(db: Db): Promise<string[]> {
  return (await rowsOf<{ kek: string }>(db, statement('select distinct kek from webhook_secrets'))).map(
    (row) => row.kek,
  );
}
