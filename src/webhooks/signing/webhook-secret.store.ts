import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { MAX_EXPIRED_KEYS } from '../setting-limits';
import type { SignatureScheme } from '../webhook.entity';
import { type StoredSecretKind, WebhookSecretEntity } from './webhook-secret.entity';

export interface SecretRow {
  id: string;
  webhookId: string;
  kind: SignatureScheme;
  kek: string;
  wrapped: Buffer;
  box: Buffer;
}

/** A key without its secret. */
export interface SigningKeyRow {
  id: string;
  webhookId: string;
  kind: SignatureScheme;
  /** V1A: 32 bytes. */
  publicKey: Buffer | null;
  createdAt: Date;
  expiresAt: Date | null;
}

const KEY_COLUMNS = `s.id, s.webhook_id as "webhookId", s.kind, s.public_key as "publicKey", s.created_at as "createdAt",
  s.expires_at as "expiresAt"`;

export async function insertSecret(db: Db, secret: Omit<WebhookSecretEntity, 'webhook'>): Promise<void> {
  await db.insert(WebhookSecretEntity, secret);
}

/** The secrets that sign for these webhooks now, newest first. */
export async function liveSecrets(db: Db, webhookIds: readonly string[], now: Date): Promise<SecretRow[]> {
  return rowsOf<SecretRow>(
    db,
    statement(`select id, webhook_id as "webhookId", kind, kek, wrapped, box from webhook_secrets
     where webhook_id = any($1::uuid[]) and (expires_at is null or expires_at > $2) order by id desc`),
    [webhookIds, now],
  );
}

/** The keys of one webhook that sign now. */
export async function liveKeys(db: Db, webhookId: string, now: Date): Promise<SigningKeyRow[]> {
  return rowsOf<SigningKeyRow>(
    db,
    statement(`select ${KEY_COLUMNS} from webhook_secrets s
     where s.webhook_id = $1 and (s.expires_at is null or s.expires_at > $2)`),
    [webhookId, now],
  );
}

/** For each webhook, the keys that sign now and the latest expired ones, newest first, at most `most` in all. */
export async function signingKeysOf(
  db: Db,
  webhookIds: readonly string[],
  now: Date,
  most: number,
): Promise<SigningKeyRow[]> {
  return rowsOf<SigningKeyRow>(
    db,
    `select ${KEY_COLUMNS} from unnest($1::uuid[]) as w (id), lateral (
       select * from webhook_secrets where webhook_id = w.id
       order by (expires_at is null or expires_at > $2) desc, id desc limit $3
     ) s order by s.id desc`,
    [webhookIds, now, most],
  );
}

/**
 * The public keys of one webhook, or of all, that can verify signatures made after `since`, newest first.
 */
export async function publishedKeys(
  db: Db,
  webhookId: string | null,
  since: Date,
  most: number,
): Promise<SigningKeyRow[]> {
  return rowsOf<SigningKeyRow>(
    db,
    statement(`select ${KEY_COLUMNS} from webhook_secrets s join webhooks w on w.id = s.webhook_id
     where s.kind = 'V1A' and w.direction = 'OUTGOING' and ($1::uuid is null or s.webhook_id = $1) and (s.expires_at is null or s.expires_at > $2)
       and (w.status <> 'ARCHIVED' or w.updated_at > $2)
     order by s.id desc limit $3`),
    [webhookId, since, most],
  );
}

/**
 * Expires the secrets of these kinds at `at`; those that expire earlier do not change. Of those of any kind that have expired before
 * now, only the latest are kept.
 */
export async function expireSecrets(
  db: Db,
  webhookId: string,
  kinds: readonly StoredSecretKind[],
  at: Date,
): Promise<void> {
  await changedBy(
    db,
    statement(`update webhook_secrets set expires_at = $3
     where webhook_id = $1 and kind = any($2::text[]) and (expires_at is null or expires_at > $3)`),
    [webhookId, kinds, at],
  );
  await changedBy(
    db,
    statement(`delete from webhook_secrets where id in (
       select id from webhook_secrets where webhook_id = $1 and expires_at <= $2
       order by expires_at desc, id desc offset ${MAX_EXPIRED_KEYS})`),
    [webhookId, currentTime()],
  );
}
