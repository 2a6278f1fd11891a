import { type Db, rowsOf, statement } from '../../sql/db';
import type { SecretKind } from '../../verification/claim';

export interface VerificationSecretRow {
  id: string;
  webhookId: string;
  kind: SecretKind;
  kek: string;
  wrapped: Buffer;
  box: Buffer;
  createdAt: Date;
  expiresAt: Date | null;
}

/** Retired secrets are read too, so that a refusal can say that a call was signed with an earlier secret. */
const MAX_RETIRED = 10;

/** The secrets that verify calls to these webhooks, and the latest retired ones, newest first. */
export async function verificationSecrets(
  db: Db,
  webhookIds: readonly string[],
  now: Date,
): Promise<VerificationSecretRow[]> {
  return rowsOf<VerificationSecretRow>(
    db,
    statement(`select s.id, s.webhook_id as "webhookId", s.kind, s.kek, s.wrapped, s.box, s.created_at as "createdAt",
       s.expires_at as "expiresAt"
     from unnest($1::uuid[]) as w (id), lateral (
       select * from webhook_secrets where webhook_id = w.id and (expires_at is null or expires_at > $2)
       union all
       (select * from webhook_secrets where webhook_id = w.id and expires_at <= $2
        order by expires_at desc, id desc limit ${MAX_RETIRED})
     ) s order by s.id desc`),
    [webhookIds, now],
  );
}
