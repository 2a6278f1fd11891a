// A sign-in between its start and the way back from the provider.
import { createHmac, randomBytes } from 'node:crypto';
import { currentTime } from '../../clock';
import type { Db } from '../../sql/db';
import { hashToken } from '../token-hash';
import { insertAttempt, takeAttempt } from './sign-in-attempt.store';

const ATTEMPT_MS = 10 * 60_000;

/**
 * What ties the way back to this browser and this start. All three are made from the token, which only the cookie of the
 * browser has: the database keeps its hash, and so no secret.
 */
export interface AttemptSecrets {
  state: string;
  nonce: string;
  /** Of PKCE. */
  codeVerifier: string;
}

export async function startAttempt(db: Db, returnTo: string): Promise<{ token: string; secrets: AttemptSecrets }> {
  const token = randomBytes(32).toString('base64url');
  const now = currentTime();
  const expiresAt = new Date(now.getTime() + ATTEMPT_MS);
  await insertAttempt(db, { tokenHash: hashToken(token), returnTo, expiresAt }, now);
  return { token, secrets: secretsOf(token) };
}

/** Ends the attempt, which is good for one way back. null: it has expired, was used, or never was. */
export async function endAttempt(db: Db, token: string): Promise<{ returnTo: string; secrets: AttemptSecrets } | null> {
  const attempt = await takeAttempt(db, hashToken(token));
  if (!attempt || attempt.expiresAt <= currentTime()) return null;
  return { returnTo: attempt.returnTo, secrets: secretsOf(token) };
}

function secretsOf(token: string): AttemptSecrets {
  const secret = (use: string) => createHmac('sha256', token).update(use).digest('base64url');
  return { state: secret('state'), nonce: secret('nonce'), codeVerifier: secret('code verifier') };
}
