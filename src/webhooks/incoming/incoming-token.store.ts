import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { IncomingTokenEntity } from './incoming-token.entity';

export interface TokenRow {
  webhookId: string;
  createdAt: Date;
  expiresAt: Date | null;
}

export async function insertToken(db: Db, token: Omit<IncomingTokenEntity, 'webhook'>): Promise<void> {
  await db.insert(IncomingTokenEntity, token);
}

/** The live tokens of these webhooks, newest first. */
export async function liveTokens(db: Db, webhookIds: readonly string[], now: Date): Promise<TokenRow[]> {
  return rowsOf<TokenRow>(
    db,
    statement(`select webhook_id as "webhookId", created_at as "createdAt", expires_at as "expiresAt" from incoming_tokens
     where webhook_id = any($1::uuid[]) and (expires_at is null or expires_at > $2) order by id desc`),
    [webhookIds, now],
  );
}

/** Expires the tokens of this webhook at `at`. Those that expire earlier do not change. */
export async function expireTokens(db: Db, webhookId: string, at: Date): Promise<void> {
  await changedBy(
    db,
    statement(`update incoming_tokens set expires_at = $2
     where webhook_id = $1 and (expires_at is null or expires_at > $2)`),
    [webhookId, at],
  );
}

/** Deletes the tokens of this webhook that have expired: nothing names them. */
export async function deleteExpiredTokens(db: Db, webhookId: string, now: Date): Promise<void> {
  await changedBy(db, statement('delete from incoming_tokens where webhook_id = $1 and expires_at <= $2'), [
    webhookId,
    now,
  ]);
}

/** The webhook of a token, and the version of its settings. */
export interface TokenTarget {
  hash: Buffer;
  webhookId: string;
  version: number;
}

export async function targetsOfTokens(db: Db, hashes: readonly Buffer[], now: Date): Promise<TokenTarget[]> {
  return rowsOf<TokenTarget>(
    db,
    statement(`select t.hash, a.webhook_id as "webhookId", a.version
     from incoming_tokens t join incoming_agreements a on a.webhook_id = t.webhook_id
     where t.hash = any($1::bytea[]) and (t.expires_at is null or t.expires_at > $2)`),
    [hashes, now],
  );
}
