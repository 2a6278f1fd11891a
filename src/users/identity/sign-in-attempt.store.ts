import { changedBy, type Db, rowOf, statement } from '../../sql/db';
import type { SignInAttemptEntity } from './sign-in-attempt.entity';

/** Deletes those that have expired, too. */
export async function insertAttempt(db: Db, attempt: SignInAttemptEntity, now: Date): Promise<void> {
  await changedBy(db, statement('delete from sign_in_attempts where expires_at <= $1'), [now]);
  await changedBy(
    db,
    statement('insert into sign_in_attempts (token_hash, return_to, expires_at) values ($1, $2, $3)'),
    [attempt.tokenHash, attempt.returnTo, attempt.expiresAt],
  );
}

/** Takes it away: of concurrent calls one has it. */
export async function takeAttempt(db: Db, tokenHash: Buffer): Promise<SignInAttemptEntity | null> {
  const sql = `delete from sign_in_attempts where token_hash = $1
    returning token_hash as "tokenHash", return_to as "returnTo", expires_at as "expiresAt"`;
  return rowOf<SignInAttemptEntity>(db, statement(sql), [tokenHash]);
}
