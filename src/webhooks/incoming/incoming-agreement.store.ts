import { hash } from 'node:crypto';
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { listing, type RowOf } from '../../sql/listing';
import { newId, timeOfId } from '../../values/ids';
import { checksum, randomText } from '../../values/random';
import { IncomingAgreementEntity } from './incoming-agreement.entity';
import { IncomingTokenEntity } from './incoming-token.entity';

const AGREEMENTS = listing(IncomingAgreementEntity);
export type AgreementRow = RowOf<typeof AGREEMENTS>;

export async function insertAgreement(db: Db, agreement: AgreementRow): Promise<void> {
  await db.insert(IncomingAgreementEntity, agreement);
}

export async function agreementsById(db: Db, webhookIds: readonly string[]): Promise<Map<string, AgreementRow>> {
  const rows = await rowsOf<AgreementRow>(
    db,
    statement(`select ${AGREEMENTS.columns} from incoming_agreements where webhook_id = any($1::uuid[])`),
    [webhookIds],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}

/** The settings of an INCOMING webhook, which always exist. */
export async function getAgreement(db: Db, webhookId: string): Promise<AgreementRow> {
  const agreement = (await agreementsById(db, [webhookId])).get(webhookId);
  if (!agreement) throw new Error(`the INCOMING webhook ${webhookId} has no agreement`);
  return agreement;
}

/** The caller must have locked the webhook. */
export async function changeAgreement(db: Db, webhookId: string, changes: Partial<AgreementRow>): Promise<void> {
  await db.update(IncomingAgreementEntity, { webhookId }, changes);
}

/**
 * Invalidates the cached settings of these webhooks in all processes when the transaction commits. Does nothing for an
 * OUTGOING webhook.
 */
export async function renewAgreements(db: Db, webhookIds: readonly string[]): Promise<void> {
  const sql = statement('update incoming_agreements set version = version + 1 where webhook_id = any($1::uuid[])');
  await changedBy(db, sql, [webhookIds]);
}

export interface TokenRow {
  webhookId: string;
  createdAt: Date;
  expiresAt: Date | null;
}

async function insertToken(db: Db, token: Omit<IncomingTokenEntity, 'webhook'>): Promise<void> {
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

// The token at the end of the address of an INCOMING webhook: in_ + 40 random characters + 6 characters of checksum.

const FORM = /^in_([0-9A-Za-z]{40})([0-9A-Za-z]{6})$/;

/** A new token with 238 random bits. Only its hash is stored. */
export function makeIncomingToken(): string {
  const body = randomText(40);
  return `in_${body}${checksum(body)}`;
}

/** The hash of a token; null: it was mistyped or has another form. */
export function hashIncomingToken(token: string): Buffer | null {
  const [, body = '', check] = FORM.exec(token) ?? [];
  return body !== '' && checksum(body) === check ? hash('sha256', token, 'buffer') : null;
}

/** Creates an address, which works at once. @returns its token, which is never shown again */
export async function createIncomingToken(db: Db, webhookId: string): Promise<string> {
  const token = makeIncomingToken();
  const id = newId();
  const hash = hashIncomingToken(token) as Buffer;
  await insertToken(db, { id, webhookId, hash, createdAt: timeOfId(id), expiresAt: null });
  return token;
}
