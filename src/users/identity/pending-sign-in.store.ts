import { changedBy, type Db, rowOf, statement } from '../../sql/db';
import type { PendingSignInEntity } from './pending-sign-in.entity';

/** Deletes those that have expired, too. */
export async function insertPendingSignIn(db: Db, signIn: PendingSignInEntity, now: Date): Promise<void> {
  await changedBy(db, statement('delete from pending_sign_ins where expires_at <= $1'), [now]);
  await changedBy(
    db,
    statement('insert into pending_sign_ins (token_hash, return_to, expires_at) values ($1, $2, $3)'),
    [signIn.tokenHash, signIn.returnTo, signIn.expiresAt],
  );
}

/** Deletes and returns the sign-in: only one of concurrent calls gets it. */
export async function takePendingSignIn(db: Db, tokenHash: Buffer): Promise<PendingSignInEntity | null> {
  const sql = `delete from pending_sign_ins where token_hash = $1
    returning token_hash as "tokenHash", return_to as "returnTo", expires_at as "expiresAt"`;
  return rowOf<PendingSignInEntity>(db, statement(sql), [tokenHash]);
}
