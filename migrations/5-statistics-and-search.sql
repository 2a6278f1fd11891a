-- Statistics of requests and deliveries, and the search index of the log. A loop for each reads a change feed and saves its
-- position in the transaction of what it counted or indexed, so that nothing is counted twice or left out, wherever it is
-- killed.

-- Requests that are counted together.
create table request_stats_series (
  id integer generated always as identity,
  digest bytea not null,            -- SHA-256 of the columns below: several may be null, which a unique key ignores
  detailed boolean not null,        -- false: all webhooks and document types together
  webhook_id uuid,
  document_type text,
  direction text not null,
  status text not null,             -- of finished requests
  error_code text,
  constraint request_stats_series_pkey primary key (id),
  constraint request_stats_series_digest_key unique (digest)
);
create index request_stats_series_webhook_id_idx on request_stats_series (webhook_id) where detailed;

create table request_stats (
  series_id integer not null,
  grain smallint not null,          -- minutes: 1 (not if detailed), 15, 60, 1440
  bucket timestamptz(3) not null,   -- its beginning, a multiple of the grain in UTC; by started_at of the requests
  requests integer not null,
  retries integer not null,         -- requests with an attempt_number above 1
  durations bytea not null,         -- how often each duration_ms occurred: see duration-percentiles.ts
  constraint request_stats_pkey primary key (series_id, grain, bucket),
  constraint request_stats_grain_check check (grain in (1, 15, 60, 1440))
) with (fillfactor = 70);
-- Finds all series of a time; the primary key finds the times of a series. Partial, so that only statements with
-- `grain > 1` use it: a generic plan made while the table is empty would otherwise use it to find a single row, and
-- later read the whole index for each.
create index request_stats_time_idx on request_stats (grain, bucket) where grain > 1;
-- small numbers: compressing them costs time at each step of the loop and saves little
alter table request_stats alter durations set storage external;

-- Requests that were counted as opened and are not counted as finished yet.
create table request_stats_open (
  request_id uuid not null,
  webhook_id uuid,
  document_type text,
  direction text not null,
  attempt_number integer not null,
  started_at timestamptz(3) not null,
  constraint request_stats_open_pkey primary key (request_id)
);

-- Deliveries are counted by their state, which changes. Their feed has a row for each group of deliveries that one
-- statement brought to a state or took out of it. Deleted once it is counted.
create table delivery_changes (
  id bigint generated always as identity,
  xid bigint not null,              -- as of request_changes
  minute integer not null,          -- when the deliveries were created, since 1970
  webhook_id uuid not null,
  document_type text not null,
  status text not null,
  skip_reason text,
  deliveries integer not null,      -- negative: they left this state
  attempts integer not null,        -- of these deliveries, those that ended; negative likewise
  arrivals text,                    -- of those that have arrived: milliseconds since their event, separated by commas
  at timestamptz(3) not null default clock_timestamp(),
  constraint delivery_changes_pkey primary key (id)
);
create index delivery_changes_xid_idx on delivery_changes (xid);

-- Deliveries that are counted together: as request_stats_series.
create table delivery_stats_series (
  id integer generated always as identity,
  digest bytea not null,
  detailed boolean not null,        -- false: all webhooks and document types together
  webhook_id uuid,
  document_type text,
  status text not null,
  skip_reason text,
  constraint delivery_stats_series_pkey primary key (id),
  constraint delivery_stats_series_digest_key unique (digest)
);
create index delivery_stats_series_webhook_id_idx on delivery_stats_series (webhook_id) where detailed;

-- As request_stats, with the deliveries that are in this state now. There is no row without deliveries.
create table delivery_stats (
  series_id integer not null,
  grain smallint not null,
  bucket timestamptz(3) not null,   -- by created_at of the deliveries
  deliveries integer not null,
  attempts integer not null,        -- attempts of these deliveries that have ended
  durations bytea not null,         -- milliseconds from event to arrival
  constraint delivery_stats_pkey primary key (series_id, grain, bucket),
  constraint delivery_stats_grain_check check (grain in (1, 15, 60, 1440))
) with (fillfactor = 70);
create index delivery_stats_time_idx on delivery_stats (grain, bucket) where grain > 1;
alter table delivery_stats alter durations set storage external;

-- The milliseconds since 1970 in an id.
create function ms_of_id(id uuid) returns bigint
language sql immutable strict parallel safe as $$
  select ('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint
$$;

-- The milliseconds from an event to the first success of its delivery, as far as an integer can tell.
create function arrival_ms(business_event_id uuid, delivered_at timestamptz) returns integer
language sql stable parallel safe as $$
  select case when delivered_at is not null then
    least(greatest(round(extract(epoch from delivered_at) * 1000)::bigint - public.ms_of_id(business_event_id), 0),
      2147483647)::integer end
$$;

-- The attempts of a delivery that have ended: all but the one on the wire.
create function ended_attempts(attempts integer, open_request_id uuid) returns integer
language sql immutable parallel safe as $$
  select attempts - (open_request_id is not null)::integer
$$;

create function write_new_deliveries_to_feed() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into public.delivery_changes (xid, minute, webhook_id, document_type, status, skip_reason, deliveries, attempts,
      arrivals)
    select pg_current_xact_id()::text::bigint, ms_of_id(id) / 60000 as minute, webhook_id, document_type, status, skip_reason,
      count(*), sum(ended_attempts(attempts, open_request_id)),
      string_agg(arrival_ms(business_event_id, delivered_at)::text, ',')
    from made group by minute, webhook_id, document_type, status, skip_reason;
  return null;
end $$;

-- It does not join the two tables: a join costs more for few rows, and its plan, which is made once in a session, may be a
-- nested loop that takes half a minute for ten thousand. What is the same before and after is written twice, with both signs.
create function write_changed_deliveries_to_feed() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into public.delivery_changes (xid, minute, webhook_id, document_type, status, skip_reason, deliveries, attempts,
      arrivals)
    select pg_current_xact_id()::text::bigint, minute, webhook_id, document_type, status, skip_reason, sum(sign),
      sum(sign * ended), string_agg(arrival::text, ',')
    from (
      select -1 as sign, ms_of_id(id) / 60000 as minute, webhook_id, document_type, status, skip_reason,
        ended_attempts(attempts, open_request_id) as ended, arrival_ms(business_event_id, delivered_at) as arrival
      from was
      union all
      select 1, ms_of_id(id) / 60000, webhook_id, document_type, status, skip_reason,
        ended_attempts(attempts, open_request_id), arrival_ms(business_event_id, delivered_at)
      from became
    ) as states group by minute, webhook_id, document_type, status, skip_reason, sign order by sign;
  return null;
end $$;

revoke execute on function write_new_deliveries_to_feed(), write_changed_deliveries_to_feed() from public;

create trigger new_deliveries_go_to_feed after insert on deliveries
  referencing new table as made for each statement execute function write_new_deliveries_to_feed();
create trigger changed_deliveries_go_to_feed after update on deliveries
  referencing old table as was new table as became
  for each statement execute function write_changed_deliveries_to_feed();

-- By what closed requests are found and sorted. Beside the log and filled a moment after they close, so that closing a
-- request writes no index on what it changes.
create table request_index (
  id uuid not null,                 -- of the request
  outcome text not null,            -- its status
  took_ms integer not null,         -- its duration; -1 without one
  words tsvector not null,          -- see src/request-log/search/index-terms.ts
  constraint request_index_pkey primary key (id)
) partition by range (id);
-- outside of the rows: the index finds the rows with a word, and short rows are read by the hundred
alter table request_index alter column words set storage external;
create index request_index_words_idx on request_index using gin (words);
create index request_index_outcome_idx on request_index (outcome, id);
create index request_index_took_ms_idx on request_index (took_ms, id);

-- Bodies come from partners: not UTF-8, no JSON, numbers of a million digits, deeper than the stack, NUL.
create function json_or_null(body bytea) returns jsonb
language plpgsql immutable strict parallel safe cost 1000 set search_path = pg_catalog, pg_temp as $$
begin
  return convert_from(body, 'UTF8')::jsonb;
exception when data_exception or program_limit_exceeded then
  return null;
end $$;

-- A dump that is restored into another cluster contains transaction ids of the old one, which mean nothing in the new:
-- readers of the feed would miss new changes, or take old ones for new. has_foreign_positions() detects this.
-- One statement, so one snapshot: each position that it sees was saved by a transaction that ended before the snapshot
-- was taken. A snapshot older than the rows compared with it would take any busy database for a restored one.
create function has_foreign_positions() returns boolean
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from public.feed_positions
    where pg_snapshot_xmax(from_snapshot::pg_snapshot)::text::bigint > next.xid
  ) or exists (select from public.request_changes where request_changes.xid > next.xid)
    or exists (select from public.delivery_changes where delivery_changes.xid > next.xid)
  from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xid) as next
$$;

-- The beginnings of the months (UTC) for which a table has partitions.
create function months_with(parent text) returns timestamptz[]
language sql stable strict set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(to_date(substring(c.relname from '_(\d{4}_\d{2})$'), 'YYYY_MM')::timestamp at time zone 'UTC'), '{}')
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = format('public.%I', parent)::regclass and c.relname ~ '_\d{4}_\d{2}$'
$$;

-- Begins the feeds, the counts and the index anew after a restore. It holds its locks only briefly, however large the
-- log is: requests and deliveries are counted and indexed afterwards, step by step (backfill_before).
--
-- Statistics of months whose rows were dropped stay: nothing would be counted for them again.
create function rebuild_change_feed() returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  months timestamptz[];  -- with rows
begin
  if not public.has_foreign_positions() then return false; end if;
  -- other sessions queue behind the locks that this one waits for: it gives up after a second
  perform set_config('lock_timeout', '1s', true);
  -- waits for a process that counts or indexes, or that is rebuilding the feed itself: hence the second check
  perform pg_advisory_xact_lock(hashtext('hookledger.request_index'));
  perform from public.feed_positions where reader in ('counts', 'deliveries') order by reader for update;
  if not public.has_foreign_positions() then return false; end if;
  months := public.months_with('webhook_request_logs');
  delete from public.request_stats s where date_trunc('month', s.bucket, 'UTC') = any (months);
  months := public.months_with('deliveries');
  delete from public.delivery_stats s where date_trunc('month', s.bucket, 'UTC') = any (months);
  -- Waits for the transactions that have opened or closed requests or changed deliveries: what they did is in these tables.
  -- Later ones wait for this transaction, and what they do is in the feeds.
  truncate public.request_changes, public.request_stats_open, public.delivery_changes;
  update public.feed_positions set from_snapshot = pg_current_snapshot()::text, to_snapshot = null, after_id = 0,
    counted_at = null, backfill_before = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  return true;
end $$;

revoke execute on function has_foreign_positions(), rebuild_change_feed() from public;
