// Reads what stops working at a time: rotated secrets, old addresses, certificates, and API keys. Few of the rows have
// such a time, and the tables have a few rows for each webhook and user.
import { type Condition, sqlTest } from '../../sql/condition';
import { type Db, rowsOf, statement } from '../../sql/db';
import type { Listing } from '../../sql/listing';

export const EXPIRING_KINDS = [
  'SIGNING_KEY',
  'VERIFICATION_KEY',
  'INCOMING_ADDRESS',
  'CLIENT_CERTIFICATE',
  'CA_CERTIFICATE',
  'API_KEY',
] as const;
export type ExpiringKind = (typeof EXPIRING_KINDS)[number];

export interface ExpiringSecretRow {
  /** Of the row that has it; of a certificate authority, which is one of several in a row, made from its place. */
  id: string;
  kind: ExpiringKind;
  /** The subject of a certificate, the label of an API key; null: another kind. */
  name: string | null;
  expiresAt: Date;
  webhookId: string | null;
  apiKeyId: string | null;
}

const OF_WEBHOOK = `join webhooks w on w.id = s.webhook_id and w.status <> 'ARCHIVED'`;
const OF_CREDENTIAL = `s.webhook_id, null::uuid as api_key_id from webhook_credentials s ${OF_WEBHOOK}`;

const OF_WEBHOOKS = `select s.id, case w.direction when 'OUTGOING' then 'SIGNING_KEY' else 'VERIFICATION_KEY' end as kind,
    null as name, s.expires_at, s.webhook_id, null::uuid as api_key_id from webhook_secrets s ${OF_WEBHOOK}
  union all
  select s.id, 'INCOMING_ADDRESS', null, s.expires_at, s.webhook_id, null from incoming_tokens s ${OF_WEBHOOK}
  union all
  select s.id, 'CLIENT_CERTIFICATE', s.settings::jsonb ->> 'name', (s.settings::jsonb ->> 'expiresAt')::timestamptz,
    ${OF_CREDENTIAL} where s.kind = 'CERTIFICATE'
  union all
  select md5(s.id || ' ' || c.place)::uuid, 'CA_CERTIFICATE', c.each ->> 'subject', (c.each ->> 'expiresAt')::timestamptz,
    ${OF_CREDENTIAL} cross join lateral jsonb_array_elements(s.settings::jsonb -> 'certificates')
      with ordinality as c (each, place) where s.kind = 'AUTHORITIES'`;
const API_KEYS = `select s.id, 'API_KEY', s.label, s.expires_at, null, s.id from api_keys s
  join users u on u.id = s.user_id and u.active where s.revoked_at is null`;

const listingOf = (rows: string): Listing => ({
  table: `(${rows}) as expiring_secrets`,
  columns: 'id, kind, name, expires_at as "expiresAt", webhook_id as "webhookId", api_key_id as "apiKeyId"',
});

export const EXPIRING_SECRETS = listingOf(`${OF_WEBHOOKS} union all ${API_KEYS}`);
/** For those who may not read API keys. */
export const EXPIRING_SECRETS_OF_WEBHOOKS = listingOf(OF_WEBHOOKS);

/** What expires after this time, and certificates that have expired already. */
export function expiresAfter(now: Date): Condition {
  return sqlTest(
    (bind) =>
      `(expires_at > ${bind(now)} or expires_at is not null and kind in ('CLIENT_CERTIFICATE', 'CA_CERTIFICATE'))`,
  );
}

/** Of each kind of which something expires; negative: a certificate that is in use has expired already. */
export async function secondsToNextExpiry(db: Db, now: Date): Promise<Record<string, number>> {
  const rows = await rowsOf<{ kind: ExpiringKind; seconds: number }>(
    db,
    statement(`select kind, extract(epoch from min(expires_at) - $1::timestamptz)::float8 as seconds
     from (${OF_WEBHOOKS} union all ${API_KEYS}) as expiring
     where expires_at > $1 or expires_at is not null and kind in ('CLIENT_CERTIFICATE', 'CA_CERTIFICATE') group by kind`),
    [now],
  );
  return Object.fromEntries(rows.map(({ kind, seconds }) => [kind, seconds]));
}
