-- Calls of partners: the settings of INCOMING webhooks, the tokens in their URLs, and the rows by which repeated and refused
-- calls are found and counted.

create table incoming_agreements (
  webhook_id uuid not null,
  provider text not null,           -- which rules its calls are verified by
  settings text not null,           -- JSON: the settings of a provider without a name; no secret
  tolerance_seconds integer not null,
  event_location text,              -- JSON [from, name]; null: the location of the provider
  id_location text,
  reference_location text,
  becomes text not null,
  forward_to uuid[] not null,       -- FORWARD: outgoing webhooks
  answer_status integer not null,
  answer_body text,
  answer_type text,
  user_id uuid not null,            -- the user of its events, which stands for the partner
  version integer not null,         -- increases with each change that can change the answer to a call
  constraint incoming_agreements_pkey primary key (webhook_id),
  constraint incoming_agreements_becomes_check check (becomes in ('BUSINESS_EVENT', 'FORWARD', 'RECORD')),
  constraint incoming_agreements_webhook_id_fkey foreign key (webhook_id) references webhooks (id),
  constraint incoming_agreements_user_id_fkey foreign key (user_id) references users (id)
);

create table incoming_tokens (
  id uuid not null,
  webhook_id uuid not null,
  hash bytea not null,              -- SHA-256: the token itself is not stored
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),        -- set by rotation: until then the token is valid beside its successor
  constraint incoming_tokens_pkey primary key (id),
  constraint incoming_tokens_hash_key unique (hash),
  constraint incoming_tokens_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
);
create index incoming_tokens_webhook_id_idx on incoming_tokens (webhook_id);

-- The ids of accepted calls, by which repeated calls are found. They have no foreign key: the webhook
-- of the call is looked up for its row, which the same transaction inserts.
create table incoming_ids (
  webhook_id uuid not null,
  id_hash bytea not null,
  request_id uuid not null,
  business_event_id uuid,
  created_at timestamptz(3) not null,
  constraint incoming_ids_pkey primary key (webhook_id, id_hash)
);
create index incoming_ids_created_at_idx on incoming_ids (created_at);

-- Refused calls above the rate at which they are recorded, counted by minute.
create table unrecorded_refusals (
  webhook_id uuid not null,
  minute timestamptz(3) not null,
  error_code text not null,
  calls integer not null,
  constraint unrecorded_refusals_pkey primary key (webhook_id, minute, error_code),
  constraint unrecorded_refusals_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
);
