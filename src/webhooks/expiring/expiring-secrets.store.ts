// Reads what stops working at a time: rotated secrets, old addresses, certificates, and API keys. Few of the rows have
// such a time, and the tables have a few rows for each webhook and user.
import { bindings } from '../../sql/condition';
import { type Db, rowsOf } from '../../sql/db';

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
  kind: ExpiringKind;
  /** The subject of a certificate, the label of an API key; null: another kind. */
  name: string | null;
  expiresAt: Date;
  webhookId: string | null;
  apiKeyId: string | null;
}

const OF_WEBHOOK = `join webhooks w on w.id = s.webhook_id and w.status <> 'ARCHIVED'`;
const OF_CREDENTIAL = `s.webhook_id, null::uuid as api_key_id from webhook_credentials s ${OF_WEBHOOK}`;

const SOURCES = [
  `select case w.direction when 'OUTGOING' then 'SIGNING_KEY' else 'VERIFICATION_KEY' end as kind, null as name,
     s.expires_at, s.webhook_id, null::uuid as api_key_id from webhook_secrets s ${OF_WEBHOOK}`,
  `select 'INCOMING_ADDRESS', null, s.expires_at, s.webhook_id, null from incoming_tokens s ${OF_WEBHOOK}`,
];
const CERTIFICATES = [
  `select 'CLIENT_CERTIFICATE' as kind, s.settings::jsonb ->> 'name' as name,
     (s.settings::jsonb ->> 'expiresAt')::timestamptz as expires_at, ${OF_CREDENTIAL} where s.kind = 'CERTIFICATE'`,
  `select 'CA_CERTIFICATE', c.each ->> 'subject', (c.each ->> 'expiresAt')::timestamptz, ${OF_CREDENTIAL}
     cross join lateral jsonb_array_elements(s.settings::jsonb -> 'certificates') as c (each) where s.kind = 'AUTHORITIES'`,
];
const KEYS = `select 'API_KEY', s.label, s.expires_at, null, s.id from api_keys s
  join users u on u.id = s.user_id and u.active where s.revoked_at is null`;

/**
 * What expires after `now` and not after `until`, and certificates that have expired already: the first to expire first.
 * @param withApiKeys false: without API keys
 */
export function expiringSecrets(
  db: Db,
  { now, until, limit, withApiKeys }: { now: Date; until: Date; limit: number; withApiKeys: boolean },
): Promise<ExpiringSecretRow[]> {
  const { values, bind } = bindings();
  const [from, to] = [bind(now), bind(until)];
  const sources = withApiKeys ? [...SOURCES, KEYS] : SOURCES;
  return rowsOf<ExpiringSecretRow>(
    db,
    `select kind, name, expires_at as "expiresAt", webhook_id as "webhookId", api_key_id as "apiKeyId" from (
       select * from (${sources.join(' union all ')}) as ends where expires_at > ${from}
       union all
       ${CERTIFICATES.join(' union all ')}
     ) as expiring where expires_at <= ${to}
     order by expires_at, kind, webhook_id, api_key_id, name limit ${bind(limit)}`,
    values,
  );
}
