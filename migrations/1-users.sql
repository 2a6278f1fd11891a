-- Users, their API keys, and the audit trail.

create table users (
  id uuid not null,
  name text not null,
  full_name text,
  roles text[] not null,
  active boolean not null,
  email text,                       -- in lower case
  email_verified boolean not null default false,
  identity_issuer text,             -- with identity_subject: the person at the identity provider
  identity_subject text,
  receives_mail boolean not null default true,  -- whether the user wants mail: see 14-mail.sql
  roles_mapped boolean not null default false,  -- each sign-in sets the roles to those that the identity provider states
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  standing_since timestamptz(3) not null default date_trunc('milliseconds', clock_timestamp()),  -- of roles, state and identity: see 13-approvals.sql
  constraint users_pkey primary key (id),
  constraint users_name_key unique (name),
  constraint users_email_key unique (email),
  constraint users_identity_key unique (identity_issuer, identity_subject)
);
create index users_full_name_idx on users (full_name) where full_name is not null;
-- Users who are only named in events have none, and may be millions.
create index users_with_roles_idx on users (id) where roles <> '{}';

create table api_keys (
  id uuid not null,
  user_id uuid not null,
  label text not null,
  key_id text not null,             -- the part of the key by which the row is found; random for ADMIN_API_KEY; not secret
  token_hash bytea not null,        -- SHA-256 of the whole key: 256 random bits need no slow hash
  roles text[],                     -- null: all roles of the user
  networks text[],                  -- CIDR blocks from which the key may be used; null: every address
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  revoked_by uuid,                  -- null: it is not revoked, or Hookledger itself did it
  last_used_at timestamptz(3),
  expiry_notice_days smallint,      -- the last notice that was given, in days before the end: 30, 7 or 0 (expired); null: none
  constraint api_keys_pkey primary key (id),
  constraint api_keys_key_id_key unique (key_id),
  constraint api_keys_token_hash_key unique (token_hash),
  constraint api_keys_user_id_fkey foreign key (user_id) references users (id),
  constraint api_keys_revoked_by_fkey foreign key (revoked_by) references users (id),
  constraint api_keys_revoked_check check (revoked_by is null or revoked_at is not null)
);
create index api_keys_user_id_idx on api_keys (user_id);

-- Sign-ins of users in a browser.
create table sessions (
  id uuid not null,
  user_id uuid not null,
  token_hash bytea not null,        -- SHA-256 of the cookie: 256 random bits need no slow hash
  method text not null,             -- how the user signed in
  api_key_id uuid,                  -- the key that started the session: the session ends when the key does
  provider_session text,            -- the session at the identity provider (sid); null: it named none
  provider_time timestamptz(3),     -- of the sign-in, by the clock of the identity provider; null: the method is another one
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  last_used_at timestamptz(3) not null,
  ended_at timestamptz(3),          -- null: the session is live, unless it has expired or was not used for an hour
  end_reason text,
  ended_by uuid,                    -- the user who ended it; null: it has not ended, or no user ended it
  remote_address text,
  user_agent text,
  constraint sessions_pkey primary key (id),
  constraint sessions_token_hash_key unique (token_hash),
  constraint sessions_user_id_fkey foreign key (user_id) references users (id),
  constraint sessions_api_key_id_fkey foreign key (api_key_id) references api_keys (id),
  constraint sessions_ended_by_fkey foreign key (ended_by) references users (id),
  constraint sessions_method_check check (method in ('API_KEY', 'OPENID_CONNECT')),
  constraint sessions_ended_check check ((ended_at is null) = (end_reason is null)),
  constraint sessions_ended_by_check check (ended_by is null or ended_at is not null)
);
create index sessions_user_id_idx on sessions (user_id, id);

-- Sign-ins that a browser has started at the identity provider.
create table pending_sign_ins (
  token_hash bytea not null,        -- SHA-256 of the cookie
  return_to text not null,
  expires_at timestamptz(3) not null,
  constraint pending_sign_ins_pkey primary key (token_hash)
);

-- What users and the system did: changes, readings of content, and denials. The entry of a change is written in the
-- transaction of the change. Partitioned by month.
create table audit_entries (
  id uuid not null,
  at timestamptz(3) not null,
  action text not null,             -- subject.verb, past tense: webhook.paused
  actor_id uuid,                    -- null: the system
  actor_kind text not null,
  api_key_id uuid,
  session_id uuid,                  -- the browser session; null: an API key, or the system
  subject_type text,
  subject_id uuid,
  outcome text not null default 'DONE',
  reason text,                      -- the reason that the caller gave
  criteria text,                    -- JSON: values of filters, and names that the caller gave: see criteria_keys() in 10-privacy.sql
  details text,                     -- JSON: what changed; never a secret
  remote_address text,
  user_agent text,
  identity_issuer text,             -- with identity_subject: the person at the identity provider who ordered or decided an erasure or a
  identity_subject text,            -- release of a hold, in a session that began there
  request_id text,
  -- evidence: see 9-evidence.sql. What can be erased without the rest has a salt of its own, which is null once it was erased
  content_salt bytea not null default uuid_send(gen_random_uuid()),  -- of details, which are never erased
  criteria_salt bytea default uuid_send(gen_random_uuid()),
  reason_salt bytea default uuid_send(gen_random_uuid()),
  origin_salt bytea default uuid_send(gen_random_uuid()),            -- of remote_address and user_agent
  identity_salt bytea default uuid_send(gen_random_uuid()),          -- of identity_issuer and identity_subject
  leaf_hash bytea not null,         -- set by a trigger
  erased_digests text,              -- JSON: the digests that its record has of parts that were erased; null: none was
  erasure_id uuid,                  -- the last erasure of a part, see 10-privacy.sql
  constraint audit_entries_pkey primary key (id),
  constraint audit_entries_erased_check check ((erasure_id is null) = (erased_digests is null)
    and (erasure_id is not null) = (num_nulls(criteria_salt, reason_salt, origin_salt, identity_salt) > 0)
    and (criteria_salt is not null or criteria is null) and (reason_salt is not null or reason is null)
    and (origin_salt is not null or num_nonnulls(remote_address, user_agent) = 0)
    and (identity_salt is not null or num_nonnulls(identity_issuer, identity_subject) = 0)),
  constraint audit_entries_actor_kind_check check (actor_kind in ('USER', 'SYSTEM')),
  constraint audit_entries_outcome_check check (outcome in ('DONE', 'DENIED'))
) partition by range (id);
create index audit_entries_subject_id_idx on audit_entries (subject_id, id);
create index audit_entries_actor_id_idx on audit_entries (actor_id, id);
create index audit_entries_action_idx on audit_entries (action, id);
create index audit_entries_session_id_idx on audit_entries (session_id, id) where session_id is not null;

-- The windows of time that have one entry each. The entry of readings of content is written when the window begins, that of
-- denials when the window has ended.
create table audit_windows (
  key bytea not null,               -- SHA-256 of what the entry is about, and of the window
  ends_at timestamptz(3) not null,
  denial text,                      -- JSON: who was denied what; null: a reading
  count integer not null default 1,
  constraint audit_windows_pkey primary key (key)
);
create index audit_windows_ends_at_idx on audit_windows (ends_at);

-- Entries that will be published as events: see 9-evidence.sql.
create table audit_event_queue (
  entry_id uuid not null,
  constraint audit_event_queue_pkey primary key (entry_id)
);

-- The clusters on which this database was, in a row for each time that a start found another one: a dump has those of before.
create table clusters (
  since timestamptz not null,
  system_identifier text not null,
  timeline integer not null,        -- another one: it was recovered to a point in time, or promoted
  constraint clusters_pkey primary key (since)
);

-- The logins of processes that serve requests. A start that finds the same fingerprint has nothing to prepare.
create table prepared_logins (
  login text not null,
  fingerprint text not null,        -- of what was prepared, and of the rights and settings that this left
  constraint prepared_logins_pkey primary key (login)
);
