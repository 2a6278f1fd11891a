import { createHmac, randomBytes } from 'node:crypto';
import { changedBy, type Db, rowOf, statement } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { hashToken } from '../token-hash';

export interface PendingSignIn {
  tokenHash: Buffer;
  returnTo: string;
  expiresAt: Date;
}

/** Deletes those that have expired, too. */
async function insertPendingSignIn(db: Db, signIn: PendingSignIn, now: Date): Promise<void> {
  await changedBy(db, statement('delete from pending_sign_ins where expires_at <= $1'), [now]);
  await changedBy(
    db,
    statement('insert into pending_sign_ins (token_hash, return_to, expires_at) values ($1, $2, $3)'),
    [signIn.tokenHash, signIn.returnTo, signIn.expiresAt],
  );
}

/** Deletes and returns the sign-in: only one of concurrent calls gets it. */
async function takePendingSignIn(db: Db, tokenHash: Buffer): Promise<PendingSignIn | null> {
  const sql = `delete from pending_sign_ins where token_hash = $1
    returning token_hash as "tokenHash", return_to as "returnTo", expires_at as "expiresAt"`;
  return rowOf<PendingSignIn>(db, statement(sql), [tokenHash]);
}

// A sign-in between its start and the way back from the provider.

const PENDING_MS = 10 * 60_000;

/**
 * What ties the way back to this browser and this start. All three are made from the token, which only the cookie of the
 * browser has: the database keeps its hash, and so no secret.
 */
export interface SignInSecrets {
  state: string;
  nonce: string;
  /** The code verifier of PKCE. */
  codeVerifier: string;
}

export async function beginSignIn(db: Db, returnTo: string): Promise<{ token: string; secrets: SignInSecrets }> {
  const token = randomBytes(32).toString('base64url');
  const now = currentTime();
  const expiresAt = new Date(now.getTime() + PENDING_MS);
  await insertPendingSignIn(db, { tokenHash: hashToken(token), returnTo, expiresAt }, now);
  return { token, secrets: secretsOf(token) };
}

/** Ends the sign-in, which is good for one way back. null: it has expired, was used, or never was. */
export async function endSignIn(db: Db, token: string): Promise<{ returnTo: string; secrets: SignInSecrets } | null> {
  const signIn = await takePendingSignIn(db, hashToken(token));
  if (!signIn || signIn.expiresAt <= currentTime()) return null;
  return { returnTo: signIn.returnTo, secrets: secretsOf(token) };
}

function secretsOf(token: string): SignInSecrets {
  const secret = (use: string) => createHmac('sha256', token).update(use).digest('base64url');
  return { state: secret('state'), nonce: secret('nonce'), codeVerifier: secret('code verifier') };
}
