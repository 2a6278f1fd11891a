-- Webhooks, their secrets and credentials, and the state of their circuits.

create table webhooks (
  id uuid not null,
  name text not null,
  direction text not null,
  status text not null,
  status_reason text,               -- why it is not ACTIVE: the reason that a user gave, or a sentence of Hookledger
  url text,
  document_type text,               -- null: every type
  events text[] not null,           -- empty: every event
  condition text,                   -- CEL expression; null: none
  dedupe_seconds integer,           -- an event that repeats an earlier one within this time is skipped; null: none is
  method text not null default 'POST',
  headers text not null default '[]',                 -- JSON array of [name, Liquid template]; no secret
  body_format text not null default 'STANDARD',
  body text,                        -- Liquid template of a JSON body
  fields text,                      -- JSON array of [key, fieldname]
  pass_headers text[] not null default '{}',          -- names of headers of a received call that are sent on with its body
  signatures text[] not null default '{V1}',
  retry_schedule integer[],         -- seconds to wait before each attempt, the first too; null: the default schedule
  timeout_ms integer not null,
  rate_limit integer,               -- requests in rate_limit_seconds; null: no limit
  rate_limit_seconds integer,
  max_concurrency integer,          -- requests on the wire at once; null: no limit
  ordering text,                    -- one delivery per document at a time; null: several may be sent at once
  receive_audit_events boolean not null default false,  -- may receive audit entries as events; a SYSTEM_MANAGER sets it
  send_evidence_head boolean not null default false,  -- requests carry the newest head of the evidence log
  send_traceparent boolean not null default false,  -- requests carry where they belong in a trace
  support_may_reveal boolean not null default false,  -- SUPPORT may see masked content, with a reason
  owner_id uuid not null,
  version integer not null default 1,                 -- the version of the settings: see webhook_versions
  status_changed_by uuid,           -- null: the system changed it, or it has its first status
  status_changed_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  changed_in bigint not null,       -- id of the transaction that inserted or last updated the row; set by a trigger
  constraint webhooks_pkey primary key (id),
  constraint webhooks_direction_check check (direction in ('OUTGOING', 'INCOMING')),
  constraint webhooks_status_check check (status in ('ACTIVE', 'PAUSED', 'DISABLED', 'ARCHIVED')),
  constraint webhooks_method_check check (method in ('POST', 'PUT', 'PATCH', 'DELETE')),
  constraint webhooks_body_format_check check (body_format in ('STANDARD', 'JSON', 'FORM', 'ORIGINAL')),
  constraint webhooks_rate_limit_check check ((rate_limit is null) = (rate_limit_seconds is null)),
  constraint webhooks_ordering_check check (ordering in ('HOLD', 'SKIP')),
  constraint webhooks_owner_id_fkey foreign key (owner_id) references users (id),
  constraint webhooks_status_changed_by_fkey foreign key (status_changed_by) references users (id)
);
create index webhooks_owner_id_idx on webhooks (owner_id, id);
-- The fan-out keeps outgoing webhooks in memory, and reads by this index those that have changed since.
create index webhooks_changed_in_idx on webhooks (changed_in) where direction = 'OUTGOING';
-- Received calls: whether any webhook is for their events.
create index webhooks_document_type_idx on webhooks (document_type) where direction = 'OUTGOING' and status <> 'ARCHIVED';

-- How many there are, and the names of an import: archived ones have no limit.
create index webhooks_live_idx on webhooks (id) where status <> 'ARCHIVED';
-- Asked for each entry of the audit trail: without it, an import that archives many webhooks would read all of them for each.
create index webhooks_audit_events_idx on webhooks (id) where receive_audit_events and status <> 'ARCHIVED';

create function note_webhook_change() returns trigger
language plpgsql as $$
begin
  new.changed_in := pg_current_xact_id()::text::bigint;
  return new;
end $$;

create trigger webhooks_note_their_change before insert or update on webhooks
  for each row execute function note_webhook_change();

-- The settings of a webhook after each change. Insert only.
create table webhook_versions (
  id uuid not null,
  webhook_id uuid not null,
  version integer not null,
  settings text not null,           -- JSON in the form of the API; secrets as fingerprints
  created_by uuid,                   -- null: the system
  created_at timestamptz(3) not null,
  constraint webhook_versions_pkey primary key (id),
  constraint webhook_versions_version_key unique (webhook_id, version),
  constraint webhook_versions_webhook_id_fkey foreign key (webhook_id) references webhooks (id),
  constraint webhook_versions_created_by_fkey foreign key (created_by) references users (id)
);
create index webhook_versions_webhook_id_idx on webhook_versions (webhook_id, id);

-- What users with some roles see of parts of recorded content.
create table masking_rules (
  id uuid not null,
  roles text[] not null,
  document_type text,               -- null: every type
  webhook_id uuid,                  -- null: every webhook
  part text not null,
  path text not null,               -- such as $.items[*].sku
  strategy text not null,
  created_by uuid not null,
  created_at timestamptz(3) not null,
  constraint masking_rules_pkey primary key (id),
  constraint masking_rules_webhook_id_fkey foreign key (webhook_id) references webhooks (id),
  constraint masking_rules_created_by_fkey foreign key (created_by) references users (id),
  constraint masking_rules_part_check check (part in ('DATA', 'HEADERS', 'RESPONSE', 'RESPONSE_HEADERS')),
  constraint masking_rules_strategy_check check (strategy in ('SHOW', 'LAST4', 'HIDE'))
);

-- Secrets that sign outgoing requests or verify incoming calls.
create table webhook_secrets (
  id uuid not null,
  webhook_id uuid not null,
  kind text not null default 'V1',
  public_key bytea,                 -- V1A: the 32 bytes that partners verify with
  kek text not null,                -- the name of the key of ENCRYPTION_KEY that encrypted `wrapped`
  wrapped bytea not null,           -- the key that encrypted `box`, encrypted
  box bytea not null,               -- the secret, encrypted
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),        -- set by rotation: until then the secret is used beside its successor
  constraint webhook_secrets_pkey primary key (id),
  constraint webhook_secrets_kind_check check (kind in ('V1', 'V1A', 'FRAPPE', 'TEXT', 'CERTIFICATE')),
  constraint webhook_secrets_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
);
create index webhook_secrets_webhook_id_idx on webhook_secrets (webhook_id);

-- Credentials sent to the partner, the proxy through which it is called, and the certificate authorities trusted for it.
create table webhook_credentials (
  id uuid not null,
  webhook_id uuid not null,
  kind text not null,
  settings text not null,           -- JSON: what is not secret, such as the name of a header or of a user
  kek text not null,                -- as in webhook_secrets
  wrapped bytea not null,
  box bytea not null,
  created_at timestamptz(3) not null,
  constraint webhook_credentials_pkey primary key (id),
  constraint webhook_credentials_kind_check check
    (kind in ('HEADER', 'BASIC', 'OAUTH2', 'CERTIFICATE', 'PROXY', 'AUTHORITIES')),
  constraint webhook_credentials_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
);
create index webhook_credentials_webhook_id_idx on webhook_credentials (webhook_id);

-- The circuit breaker of each outgoing webhook.
create table webhook_circuits (
  webhook_id uuid not null,
  state text not null,
  open_until timestamptz(3),        -- OPEN: nothing is sent before; HALF_OPEN: another probe may be sent then
  reason text,
  openings integer not null,        -- since it was last CLOSED: each lasts longer than the one before
  probe_delivery_id uuid,           -- HALF_OPEN: the one delivery that may be sent
  failures integer not null,        -- failed attempts since the last success
  failing_since timestamptz(3),     -- null: the last attempt succeeded, or there was none
  has_waiting boolean not null default false,             -- deliveries wait for CAPACITY: new ones queue behind them
  constraint webhook_circuits_pkey primary key (webhook_id),
  constraint webhook_circuits_state_check check (state in ('CLOSED', 'OPEN', 'HALF_OPEN')),
  constraint webhook_circuits_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
) with (fillfactor = 50);
-- each worker reads these webhooks once a second, and twice a second while there are any
create index webhook_circuits_waiting_idx on webhook_circuits (webhook_id) where has_waiting;

-- Requests on the wire, of webhooks with a max_concurrency.
create table webhook_slots (
  webhook_id uuid not null,
  request_id uuid not null,
  constraint webhook_slots_pkey primary key (webhook_id, request_id),
  constraint webhook_slots_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
);
