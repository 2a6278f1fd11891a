-- The Webhook Request Log, its change feed, the list of failed requests, and exports.

-- A row contains the ids and names of the objects that it belongs to, so that it is read without a join.
create table webhook_request_logs (
  id uuid not null,
  webhook_id uuid,
  direction text not null,
  document_type text,
  event text,
  reference_document text,
  business_event_id uuid,
  delivery_id uuid,
  replay_id uuid,
  user_id uuid,
  attempt_number integer not null,
  duplicate boolean not null,
  test boolean not null default false,
  method text not null,
  url text not null,
  headers text,                     -- JSON array of pairs in wire order, secret values replaced
  payload_id uuid,
  wire_payload_id uuid,             -- the received bytes, if they differ from payload_id by a content encoding
  secret_id uuid,                   -- the secret that signed
  started_at timestamptz(3) not null,
  trace_id text,                    -- of its delivery, of the W3C trace context; null: in no trace
  -- evidence: see 9-evidence.sql
  content_salt bytea default uuid_send(gen_random_uuid()),      -- null once erased
  body_digest bytea,                -- of the payload of payload_id
  wire_body_digest bytea,           -- of the payload of wire_payload_id
  -- what closing changes stands last: of an update, the write-ahead log contains only what follows the first changed byte
  status text not null,
  finished_at timestamptz(3),
  duration_ms integer,
  response_status integer,
  response_headers text,
  response_body bytea,              -- its first bytes
  response_bytes integer,           -- the length of the whole body
  response_truncated boolean,
  error text,
  error_code text,
  remote_address text,
  dns_ms integer,                   -- parts of duration_ms; null: not measured, as on a connection that was reused
  connect_ms integer,
  tls_ms integer,
  first_byte_ms integer,
  leaf_hash bytea,                  -- set by a trigger when the row is closed
  erased_digests text,              -- once its content was erased: the digests that its record has of it
  erasure_id uuid,                  -- the erasure, see 10-privacy.sql
  constraint webhook_request_logs_pkey primary key (id),
  constraint webhook_request_logs_status_check check (case when finished_at is null then status = 'PENDING' and leaf_hash is null
    else status in ('SUCCEEDED', 'FAILED', 'UNKNOWN', 'REFUSED') and leaf_hash is not null end),
  constraint webhook_request_logs_erased_check check ((content_salt is null) = (erasure_id is not null)
    and (content_salt is null) = (erased_digests is not null))
) partition by range (id);
create index webhook_request_logs_webhook_id_idx on webhook_request_logs (webhook_id, id);
create index webhook_request_logs_user_id_idx on webhook_request_logs (user_id, id);
create index webhook_request_logs_delivery_id_idx on webhook_request_logs (delivery_id, id);
create index webhook_request_logs_business_event_id_idx on webhook_request_logs (business_event_id, id);
create index webhook_request_logs_document_type_idx on webhook_request_logs (document_type, id);
create index webhook_request_logs_reference_idx on webhook_request_logs (reference_document text_pattern_ops, id);
create index webhook_request_logs_replay_id_idx on webhook_request_logs (replay_id, id) where replay_id is not null;
create index webhook_request_logs_trace_id_idx on webhook_request_logs (trace_id, id) where trace_id is not null;

-- The links of events, deliveries and requests to users and webhooks. An enforced foreign key looks the named row up and locks it,
-- for each row. Users and webhooks are never deleted and keep their ids (7-write-once-and-partitions.sql), so it is enough that
-- the statement triggers of these tables look each id up once, without a lock. The keys are declared for those who read the
-- schema; before version 18, PostgreSQL enforces what is declared.
do $do$
declare
  enforced constant text := case when current_setting('server_version_num')::integer >= 180000 then 'not enforced' else '' end;
  link record;
begin
  for link in select * from (values ('business_events', 'user_id', 'users'), ('business_events', 'published_by', 'users'),
      ('deliveries', 'webhook_id', 'webhooks'), ('deliveries', 'user_id', 'users'),
      ('webhook_request_logs', 'webhook_id', 'webhooks'), ('webhook_request_logs', 'user_id', 'users')) as v (source, name, target) loop
    execute format('alter table %I add constraint %I foreign key (%I) references %I (id) %s', link.source,
      link.source || '_' || link.name || '_fkey', link.name, link.target, enforced);
  end loop;
end $do$;

-- Fails unless these users and webhooks exist. Ids that are given twice cost a second look. It returns true, because plpgsql
-- evaluates an expression in less time than a statement.
create function are_known(source text, user_ids uuid[], webhook_ids uuid[]) returns boolean
language plpgsql as $$
declare
  unknown text;
begin
  if (select count(*) from public.users where id = any (user_ids)) + (select count(*) from public.webhooks where id = any (webhook_ids))
      = coalesce(cardinality(user_ids), 0) + coalesce(cardinality(webhook_ids), 0) then
    return true;
  end if;
  select string_agg(found.name, ', ') into unknown from (
    select 'user ' || named as name from unnest(user_ids) as named where not exists (select from public.users where id = named)
    union all
    select 'webhook ' || named from unnest(webhook_ids) as named where not exists (select from public.webhooks where id = named)
  ) as found;
  if unknown is null then
    return true;
  end if;
  raise exception 'insert into % is refused: there is no %', source, unknown
    using errcode = 'foreign_key_violation', constraint = source || '_names_are_known';
end $$;
revoke execute on function are_known(text, uuid[], uuid[]) from public;

-- Requests that did not succeed. An index on the status of the log would be written for each request that closes; this table
-- is written only for these few.
create table failed_requests (
  id uuid not null,                 -- of the request
  webhook_id uuid,
  document_type text,
  status text not null,
  constraint failed_requests_pkey primary key (id),
  constraint failed_requests_status_check check (status in ('FAILED', 'UNKNOWN', 'REFUSED'))
);
create index failed_requests_webhook_id_idx on failed_requests (webhook_id, id);
create index failed_requests_status_idx on failed_requests (status, id);

-- The change feed, which statistics, search and subscriptions read. New rows cannot be found by the ids of the log: an id
-- contains the time at which a request began, not that at which its transaction committed. Each statement that
-- opens or closes requests adds a row for up to 1,000 of them, and so does one that changes deliveries otherwise than by opening or
-- closing their attempts: who follows deliveries reads all kinds. The feed is not part of the record: rows that all readers have
-- read are deleted after a day.
create table request_changes (
  id bigint generated always as identity,
  xid bigint not null,              -- the transaction: readers compare it with the snapshot of what they have read
  kind text not null,               -- OPENED, CLOSED, DELIVERIES; only triggers write it
  request_ids uuid[] not null,      -- ascending; of DELIVERIES none
  delivery_ids uuid[],              -- of DELIVERIES, ascending
  at timestamptz(3) not null default clock_timestamp(),
  constraint request_changes_pkey primary key (id)
);
create index request_changes_xid_idx on request_changes (xid);

-- How far each reader has read its feed: a FeedPosition of src/request-log/feed/read-feed.store.ts.
create table feed_positions (
  reader text not null,             -- counts: statistics; index: search; deliveries: statistics of deliveries
  from_snapshot text not null,      -- every change that this snapshot sees is processed
  to_snapshot text,
  after_id bigint not null,
  backfill_before uuid,             -- rows with smaller ids are not processed yet; null: all are
  counted_at timestamptz(3),        -- changes committed by then are counted; null: rows before the feed are not; not for index
  constraint feed_positions_pkey primary key (reader),
  constraint feed_positions_reader_check check (reader in ('counts', 'index', 'deliveries'))
);
insert into feed_positions (reader, from_snapshot, after_id)
  values ('counts', '3:3:', 0), ('index', '3:3:', 0), ('deliveries', '3:3:', 0);

-- Both functions run as their owner, because no other login may write these tables. They write ids in pieces of 1,000,
-- because one statement may change millions of rows. Most statements change few: these functions read the rows once, and run a
-- further statement only if there is a row to write, since each costs about as much as the insert of a row.
create function write_opened_to_feed() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  open_ids uuid[];
  closed_ids uuid[];
  closed_hashes bytea;
  any_failed boolean;
  user_ids uuid[];
  webhook_ids uuid[];
  is_known boolean;
  earliest constant timestamptz := public.earliest_time();
  latest constant timestamptz := public.latest_time();
  all_in_time boolean;
begin
  select array_agg(id order by id) filter (where finished_at is null),
      array_agg(id order by id) filter (where finished_at is not null),
      string_agg(leaf_hash, '' order by id) filter (where finished_at is not null),
      bool_or(status in ('FAILED', 'UNKNOWN', 'REFUSED')), array_agg(distinct user_id) filter (where user_id is not null),
      array_agg(distinct webhook_id) filter (where webhook_id is not null),
      bool_and(public.is_in_time(id, started_at, earliest, latest))
    into open_ids, closed_ids, closed_hashes, any_failed, user_ids, webhook_ids, all_in_time from opened;
  if not all_in_time then
    perform public.refuse_row_out_of_time('webhook_request_logs', 'started_at', id, started_at) from opened
      where not public.is_in_time(id, started_at, earliest, latest) limit 1;
  end if;
  is_known := public.are_known('webhook_request_logs', user_ids, webhook_ids);
  if cardinality(open_ids) > 1000 or cardinality(closed_ids) > 1000 then
    insert into public.request_changes (xid, kind, request_ids)
      select pg_current_xact_id()::text::bigint, kind, array_agg(id order by id)
      from (select id, case when finished_at is null then 'OPENED' else 'CLOSED' end as kind,
              (row_number() over (order by id) - 1) / 1000 as piece from opened) as numbered
      group by piece, kind order by piece, kind;
    perform public.queue_many_leaves(1, closed_ids, closed_hashes);
  else
    if closed_ids is not null then
      with queued as (
        insert into public.evidence_queue (kind, subject_ids, leaf_hashes) values (1, closed_ids, closed_hashes)
      )
      insert into public.request_changes (xid, kind, request_ids)
        values (pg_current_xact_id()::text::bigint, 'CLOSED', closed_ids);
    end if;
    if open_ids is not null then
      insert into public.request_changes (xid, kind, request_ids)
        values (pg_current_xact_id()::text::bigint, 'OPENED', open_ids);
    end if;
  end if;
  if any_failed then
    insert into public.failed_requests (id, webhook_id, document_type, status)
      select id, webhook_id, document_type, status from opened where status in ('FAILED', 'UNKNOWN', 'REFUSED');
  end if;
  return null;
end $$;

-- Closed rows that an erasure changes are left out: they were put into the feed when they closed.
create function write_closed_to_feed() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  ids uuid[];
  hashes bytea;
  any_failed boolean;
begin
  select array_agg(id order by id), string_agg(leaf_hash, '' order by id), bool_or(status in ('FAILED', 'UNKNOWN', 'REFUSED'))
    into ids, hashes, any_failed from closed where erasure_id is null;
  if ids is null then
    return null;
  end if;
  if cardinality(ids) > 1000 then
    insert into public.request_changes (xid, kind, request_ids)
      select pg_current_xact_id()::text::bigint, 'CLOSED', array_agg(id order by id)
      from (select id, (row_number() over (order by id) - 1) / 1000 as piece from closed where erasure_id is null) as numbered
      group by piece order by piece;
    perform public.queue_many_leaves(1, ids, hashes);
  else
    with queued as (insert into public.evidence_queue (kind, subject_ids, leaf_hashes) values (1, ids, hashes))
    insert into public.request_changes (xid, kind, request_ids)
      values (pg_current_xact_id()::text::bigint, 'CLOSED', ids);
  end if;
  if any_failed then
    insert into public.failed_requests (id, webhook_id, document_type, status)
      select id, webhook_id, document_type, status from closed
      where status in ('FAILED', 'UNKNOWN', 'REFUSED') and erasure_id is null;
  end if;
  return null;
end $$;

revoke execute on function write_opened_to_feed(), write_closed_to_feed() from public;

create trigger opened_requests_go_to_feed after insert on webhook_request_logs
  referencing new table as opened for each statement execute function write_opened_to_feed();
create trigger closed_requests_go_to_feed after update on webhook_request_logs
  referencing new table as closed for each statement execute function write_closed_to_feed();

-- Exports of the log, and of all rows about a person. The file is made while it is downloaded, and is never stored.
create table exports (
  id uuid not null,
  kind text not null,
  format text not null,
  include_content boolean not null, -- with headers and bodies
  byte_order_mark boolean not null,
  reads_content boolean not null,   -- its user may see whole URLs and search in bodies
  condition text,                   -- JSON: the WebhookRequestLogWhere of the export; null: all requests
  ordered_by uuid not null,
  last_request_id uuid not null,    -- the newest request that it may contain
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  downloads integer not null,       -- how many have begun
  rows_sent bigint not null,        -- in all downloads
  bytes_sent bigint not null,       -- before compression
  completed_at timestamptz(3),      -- when the last complete download ended
  user_id uuid,                     -- PERSON: the user; null: a person whom these events and requests name
  event_ids uuid[],                 -- with their deliveries and requests
  request_ids uuid[],               -- requests without an event
  constraint exports_pkey primary key (id),
  constraint exports_kind_check check (kind in ('REQUESTS', 'PERSON')),
  constraint exports_user_id_fkey foreign key (user_id) references users (id),
  constraint exports_format_check check (format in ('NDJSON', 'CSV')),
  constraint exports_ordered_by_fkey foreign key (ordered_by) references users (id)
);
