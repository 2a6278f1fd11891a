-- Business events and their payloads, the deliveries that the fan-out makes of events, and replays.

-- Partitioned by month, as all tables of the record: see 7-write-once-and-partitions.sql.
create table payloads (
  id uuid not null,
  body bytea,                       -- the exact bytes; null once erased
  byte_length integer not null,     -- of the whole body; `body` may be only its beginning
  content_type text not null,
  body_salt bytea default uuid_send(gen_random_uuid()),     -- evidence: see 9-evidence.sql; null once erased
  body_digest bytea not null,       -- set by a trigger
  erased_digest text,               -- once erased: the salted digest of the bytes, in hex
  erasure_id uuid,                  -- the erasure, see 10-privacy.sql
  constraint payloads_pkey primary key (id),
  constraint payloads_erased_check check ((body is null) = (erasure_id is not null)
    and (body is null) = (body_salt is null) and (body is null) = (erased_digest is not null))
) partition by range (id);

create table business_events (
  id uuid not null,
  document_type text not null,
  event text not null,
  reference_document text not null,
  payload_id uuid not null,
  enveloped boolean not null default false,           -- the payload is {type, timestamp, data}, as webhooks get it; else the data alone
  user_id uuid not null,            -- the user of the business system who caused it
  published_by uuid not null,       -- the user or login that published it
  api_key_id uuid,                  -- the key that published it; null: a session, SQL, a received call, or Hookledger itself
  session_id uuid,                  -- the browser session that published it; null: anything else
  remote_address text,              -- the address of the publisher
  idempotency_key text,
  request_id uuid,                  -- the received call that it was made of
  directed_to uuid[],               -- the only webhooks that receive it; null: all that match
  caused_by uuid,                   -- the delivery that caused it
  cause_path uuid[] not null default '{}',            -- the webhooks that led to it, oldest first, at most 16
  trace_id text,                    -- of traceparent
  traceparent text,                 -- where it was published in a trace, of the W3C trace context; null: in none
  created_at timestamptz(3) not null,
  fanned_out_at timestamptz(3),     -- null: it has a row in the outbox
  wanted_by integer,                -- how many webhooks it matched
  content_salt bytea default uuid_send(gen_random_uuid()),  -- evidence: see 9-evidence.sql; null once erased
  body_digest bytea not null,       -- that of its payload
  leaf_hash bytea not null,         -- set by a trigger
  erased_digests text,              -- once its content was erased: the digests that its record has of it
  erasure_id uuid,                  -- the erasure, see 10-privacy.sql
  constraint business_events_pkey primary key (id),
  constraint business_events_erased_check check ((content_salt is null) = (erasure_id is not null)
    and (content_salt is null) = (erased_digests is not null))
) partition by range (id);
create index business_events_reference_idx on business_events (reference_document text_pattern_ops, id);
create index business_events_user_id_idx on business_events (user_id, id);
-- partial, because few events have a cause
create index business_events_caused_by_idx on business_events (caused_by, id) where caused_by is not null;
-- partial, because an installation may have no traces, or sample few
create index business_events_trace_id_idx on business_events (trace_id, id) where trace_id is not null;

-- Events that have not been fanned out yet. No index of business_events or deliveries names a column that changes, so that
-- an update writes no index (HOT). Rows are found by such columns through small tables, of which this is the first.
create table outbox (
  event_id uuid not null,
  constraint outbox_pkey primary key (event_id)
);

create table idempotency_keys (
  user_id uuid not null,
  key text not null,
  event_id uuid not null,
  content_hash bytea not null,
  created_at timestamptz(3) not null,
  constraint idempotency_keys_pkey primary key (user_id, key)
);
create index idempotency_keys_created_at_idx on idempotency_keys (created_at);

create table deliveries (
  id uuid not null,
  business_event_id uuid not null,
  webhook_id uuid not null,
  user_id uuid not null,
  document_type text not null,
  event text not null,
  reference_document text not null,
  test boolean not null default false,                -- testWebhook made it
  method text,                      -- method to payload_id are rendered at fan-out; null: skipped before that
  url text,
  headers text,                     -- JSON array of pairs
  payload_id uuid,
  traceparent text,                 -- where its attempts belong in a trace: that of its event, until a replay in another one
  created_at timestamptz(3) not null,
  -- what attempts change stands last: of an update, the write-ahead log contains only what follows the first changed byte
  status text not null,
  skip_reason text,
  skip_message text,
  attempts integer not null,
  round_start integer not null default 0,             -- attempts before the last replay: a replay restarts the retry schedule
  next_attempt_at timestamptz(3),
  held boolean not null,            -- it has no job because its webhook is paused or disabled
  waits_for text,                   -- it has no job because it waits for CAPACITY of its webhook, or for its PREDECESSOR
  blocks boolean not null default false,              -- later deliveries of its document wait for it: see `ordering` of webhooks
  job_id uuid,                      -- the job that makes it due; another one that names it is left over
  lease_id uuid,                    -- the lease under which its last attempt was opened
  open_request_id uuid,             -- the attempt on the wire: an outcome is written only if it is of this attempt
  replay_id uuid,                   -- the last replay
  cancel_requested boolean not null default false,    -- cancelled during an attempt: no further one is made
  delivered_at timestamptz(3),      -- when it first succeeded
  finished_at timestamptz(3),
  erasure_id uuid,                  -- the erasure of its url, headers, skip_message and reference: see 10-privacy.sql
  constraint deliveries_pkey primary key (id),
  -- one constraint: PostgreSQL reads the text of each, and plans it, for each statement that writes the table
  constraint deliveries_status_check check (case when finished_at is null then status in ('PENDING', 'RETRYING')
    else status in ('DELIVERED', 'EXHAUSTED', 'SKIPPED', 'CANCELLED') end),
  constraint deliveries_waits_for_check check (waits_for in ('CAPACITY', 'PREDECESSOR'))
) partition by range (id);
create index deliveries_webhook_id_idx on deliveries (webhook_id, id);
create index deliveries_business_event_id_idx on deliveries (business_event_id);
create index deliveries_reference_idx on deliveries (reference_document text_pattern_ops, id);
-- partial, because few deliveries are ever replayed; only a replay changes the column
create index deliveries_replay_id_idx on deliveries (replay_id, id) where replay_id is not null;
create index deliveries_skip_reason_idx on deliveries (skip_reason, id) where skip_reason is not null;

-- Why a delivery was not sent, or was given up. A trigger on deliveries inserts a row each time that a delivery becomes SKIPPED,
-- CANCELLED or EXHAUSTED: several for one delivery, if it is replayed. Only an erasure changes a row.
create table delivery_decisions (
  id uuid not null,
  delivery_id uuid not null,
  business_event_id uuid not null,
  webhook_id uuid not null,
  status text not null,
  reason text,                      -- the skip_reason
  message text,                     -- the skip_message
  attempts integer not null,        -- how many had been made
  at timestamptz(3) not null,       -- the finished_at of the delivery
  content_salt bytea default uuid_send(gen_random_uuid()),  -- evidence: see 9-evidence.sql; null once erased
  leaf_hash bytea not null,
  erased_digests text,              -- once its content was erased: the digests that its record has of it
  erasure_id uuid,                  -- the erasure, see 10-privacy.sql
  constraint delivery_decisions_pkey primary key (id),
  constraint delivery_decisions_erased_check check ((content_salt is null) = (erasure_id is not null)
    and (content_salt is null) = (erased_digests is not null)),
  constraint delivery_decisions_status_check check (status in ('EXHAUSTED', 'SKIPPED', 'CANCELLED'))
) partition by range (id);
create index delivery_decisions_delivery_id_idx on delivery_decisions (delivery_id, id);

-- The columns by which open deliveries are found: copies of those of deliveries, which the same statements change and whose
-- constraints hold for them. Opening and closing an attempt changes a row only if the delivery ends or waits for its next attempt.
create table open_deliveries (
  id uuid not null,
  webhook_id uuid not null,
  document_type text not null,
  status text not null,
  held boolean not null,
  waits_for text,
  next_attempt_at timestamptz(3),   -- during an attempt, still the time at which it was due
  constraint open_deliveries_pkey primary key (status, id)
);
create index open_deliveries_webhook_id_idx on open_deliveries (webhook_id, status, id);
create index open_deliveries_waiting_idx on open_deliveries (webhook_id, id) where waits_for = 'CAPACITY';
create index open_deliveries_held_idx on open_deliveries (webhook_id, id) where held;
create index open_deliveries_next_attempt_at_idx on open_deliveries (next_attempt_at, id) where next_attempt_at is not null;
create index open_deliveries_webhook_next_attempt_at_idx on open_deliveries (webhook_id, next_attempt_at, id)
  where next_attempt_at is not null;

-- The columns by which finished deliveries are found. A row is deleted when its delivery is replayed.
create table finished_deliveries (
  id uuid not null,
  webhook_id uuid not null,
  document_type text not null,
  status text not null,
  finished_at timestamptz(3) not null,
  constraint finished_deliveries_pkey primary key (status, id)
) partition by range (id);
create index finished_deliveries_webhook_id_idx on finished_deliveries (webhook_id, status, id);
create index finished_deliveries_finished_at_idx on finished_deliveries (status, finished_at, id);
create index finished_deliveries_webhook_finished_at_idx on finished_deliveries (webhook_id, status, finished_at, id);

-- The deliveries whose `blocks` is true: later deliveries of their documents wait for them.
create table blocking_deliveries (
  webhook_id uuid not null,
  document_type text not null,
  reference_document text not null,
  id uuid not null,
  constraint blocking_deliveries_pkey primary key (webhook_id, document_type, reference_document, id)
);

-- The queue. A job makes its delivery due once: the transaction that opens the attempt deletes it.
create table delivery_jobs (
  due_at timestamptz not null,
  id uuid not null,
  delivery_id uuid not null,
  constraint delivery_jobs_pkey primary key (due_at, id)
);

-- Work that cannot be done because something in the database is wrong with it. It was taken out of its queue, so that it stops no
-- other, and is put back when `retry_at` comes.
create table dead_letters (
  id uuid not null,
  kind text not null,
  work_id uuid not null,            -- of the job, or of the event; made of the kind and the ids of other work
  delivery_id uuid,
  business_event_id uuid,
  webhook_id uuid,
  request_id uuid,
  change_id bigint,                 -- COUNT_DELIVERIES: of delivery_changes
  code text not null,               -- SQLSTATE, or the name of another error: it says nothing of values
  error text not null,
  failures integer not null,
  created_at timestamptz(3) not null,
  failed_at timestamptz(3) not null,
  retry_at timestamptz(3),          -- null: it is in its queue again, or was done
  constraint dead_letters_pkey primary key (id),
  constraint dead_letters_work_id_key unique (work_id),
  constraint dead_letters_kind_check check (case kind
    when 'JOB' then delivery_id is not null
    when 'EVENT' then business_event_id is not null
    when 'DECISION' then business_event_id is not null and webhook_id is not null
    when 'COUNT_DELIVERIES' then change_id is not null
    else kind in ('INDEX', 'COUNT_OPENED', 'COUNT_CLOSED') and request_id is not null end)
);
create index dead_letters_delivery_id_idx on dead_letters (delivery_id, id) where delivery_id is not null;
create index dead_letters_business_event_id_idx on dead_letters (business_event_id, id) where business_event_id is not null;
create index dead_letters_request_id_idx on dead_letters (request_id) where request_id is not null;
create index dead_letters_change_id_idx on dead_letters (change_id) where change_id is not null;
create index dead_letters_retry_at_idx on dead_letters (retry_at);

-- The process that makes attempts keeps leases, whose expiry it postpones. When a lease has expired, its deliveries that are still
-- on the wire get jobs.
create table worker_leases (
  id uuid not null,
  oldest_delivery_id uuid not null, -- no older delivery of the lease is on the wire
  delivery_ids uuid[],              -- its deliveries; null: those since the oldest one, whose first attempts it holds
  expires_at timestamptz(3) not null,
  constraint worker_leases_pkey primary key (id)
);

-- Events that match a webhook whose condition or template could not be evaluated within the time limit.
create table pending_decisions (
  webhook_id uuid not null,
  business_event_id uuid not null,
  constraint pending_decisions_pkey primary key (webhook_id, business_event_id),
  constraint pending_decisions_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
);

-- While its only row exists, no attempt begins.
create table deliveries_pause (
  id uuid not null,
  since timestamptz(3) not null,
  user_id uuid,                     -- null: Hookledger itself, at a start with START_PAUSED
  reason text not null,
  constraint deliveries_pause_pkey primary key (id),
  constraint deliveries_pause_only_row_check check (id = '00000000-0000-0000-0000-000000000000'),
  constraint deliveries_pause_user_id_fkey foreign key (user_id) references users (id)
);

-- Whether deliveries are paused. The answer holds until the transaction ends: pausing waits for the lock. A function, so
-- that the row is read with a snapshot that is taken after the lock.
create function deliveries_are_paused() returns boolean
language plpgsql volatile as $$
begin
  perform pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtext('hookledger.pause'));
  return exists (select from public.deliveries_pause);
end $$;

create table replays (
  id uuid not null,
  status text not null,
  condition text,                   -- JSON: the DeliveryWhere of replayDeliveries; null: one delivery
  delivery_id uuid,
  reason text not null,
  rate integer not null,            -- most deliveries a second
  ordered_by uuid not null,
  approval_id uuid,                 -- SUPPORT requested it: see 13-approvals.sql
  last_delivery_id uuid not null,   -- the newest delivery that it may contain
  cursor uuid,                      -- the last delivery that was processed
  delivery_count integer not null,  -- deliveries that met the condition when the replay was created
  of_audit_receiver boolean not null default false,  -- some of them are of webhooks that receive the audit trail
  replayed integer not null,
  skipped integer not null,         -- deliveries that could not be sent again, such as one on the wire
  traceparent text,                 -- where it was ordered in a trace, of the W3C trace context; null: in none
  next_step_at timestamptz(3) not null,
  error text,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  erasure_id uuid,                  -- the erasure of its condition, reason and error
  constraint replays_pkey primary key (id),
  constraint replays_status_check check
    (status in ('PENDING', 'RUNNING', 'PAUSED', 'QUEUED', 'CANCELLED', 'FAILED')),
  constraint replays_finished_check check ((finished_at is null) = (status in ('PENDING', 'RUNNING', 'PAUSED'))),
  constraint replays_ordered_by_fkey foreign key (ordered_by) references users (id)
);
create index replays_open_idx on replays (next_step_at) where status in ('PENDING', 'RUNNING');
