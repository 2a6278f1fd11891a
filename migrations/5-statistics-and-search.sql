-- Statistics of requests and deliveries, and the search index of the log. For each, a loop reads a change feed, and saves its
-- position in the transaction that writes the counts or the index. Therefore nothing is counted twice or left out, whenever
-- the process ends.

-- The groups of requests that are counted together.
create table request_stats_series (
  id integer generated always as identity,
  digest bytea not null,            -- SHA-256 of the columns below: a unique key of these would not compare nulls
  detailed boolean not null,        -- false: all webhooks and document types together
  webhook_id uuid,
  document_type text,
  direction text not null,
  status text not null,             -- of a finished request
  error_code text,
  constraint request_stats_series_pkey primary key (id),
  constraint request_stats_series_digest_key unique (digest)
);
create index request_stats_series_webhook_id_idx on request_stats_series (webhook_id) where detailed;

create table request_stats (
  series_id integer not null,
  grain smallint not null,          -- in minutes: 1 (not if detailed), 15, 60, 1440
  bucket timestamptz(3) not null,   -- its beginning, a multiple of the grain in UTC; requests are put into it by started_at
  requests integer not null,
  retries integer not null,         -- requests with an attempt_number above 1
  durations bytea not null,         -- how often each duration_ms occurred: see duration-percentiles.ts
  dns_times bytea not null,         -- the same of dns_ms, and so on
  connect_times bytea not null,
  tls_times bytea not null,
  first_byte_times bytea not null,
  constraint request_stats_pkey primary key (series_id, grain, bucket),
  constraint request_stats_grain_check check (grain in (1, 15, 60, 1440))
) partition by list (grain);
-- not compressed: the values are small, and each step of the loop would spend time on them
alter table request_stats alter durations set storage external, alter dns_times set storage external,
  alter connect_times set storage external, alter tls_times set storage external, alter first_byte_times set storage external;
create table request_stats_hours partition of request_stats for values in (1, 15, 60) with (fillfactor = 70);
-- Apart: the days of all webhooks are read together, and between the rows of shorter grains each would be on a page of its own.
create table request_stats_days partition of request_stats for values in (1440) with (fillfactor = 70);
-- All series of a time are found by this index, the times of a series by the primary key. It is partial, so that only
-- statements with `grain > 1` use it: a generic plan made while the table is empty would otherwise use it to find a single
-- row, and later read the whole index for each.
create index request_stats_time_idx on request_stats (grain, bucket) where grain > 1;

-- Requests that are counted as open.
create table request_stats_open (
  request_id uuid not null,
  webhook_id uuid,
  document_type text,
  direction text not null,
  attempt_number integer not null,
  started_at timestamptz(3) not null,
  constraint request_stats_open_pkey primary key (request_id)
);

-- The change feed of deliveries, which are counted by their state. It has a row for each group of deliveries that one statement
-- brought into a state or took out of it. A row is deleted once it is counted.
create table delivery_changes (
  id bigint generated always as identity,
  xid bigint not null,              -- as in request_changes
  minute integer not null,          -- in which the deliveries were created, in minutes since 1970
  webhook_id uuid not null,
  document_type text not null,
  status text not null,
  skip_reason text,
  deliveries integer not null,      -- negative: they left this state
  attempts integer not null,        -- ended attempts of these deliveries; negative likewise
  arrivals text,                    -- of delivered ones: milliseconds from the event to its arrival, separated by commas
  at timestamptz(3) not null default clock_timestamp(),
  constraint delivery_changes_pkey primary key (id)
);
create index delivery_changes_xid_idx on delivery_changes (xid);

-- The groups of deliveries that are counted together: as request_stats_series.
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

-- As request_stats, for the deliveries that are in this state now. There is no row without deliveries.
create table delivery_stats (
  series_id integer not null,
  grain smallint not null,
  bucket timestamptz(3) not null,   -- deliveries are put into it by created_at
  deliveries integer not null,
  attempts integer not null,        -- attempts of these deliveries that have ended
  durations bytea not null,         -- milliseconds from event to arrival
  constraint delivery_stats_pkey primary key (series_id, grain, bucket),
  constraint delivery_stats_grain_check check (grain in (1, 15, 60, 1440))
) with (fillfactor = 70);
create index delivery_stats_time_idx on delivery_stats (grain, bucket) where grain > 1;
alter table delivery_stats alter durations set storage external;

-- The time in an id: milliseconds since 1970.
create function ms_of_id(id uuid) returns bigint
language sql immutable strict parallel safe as $$
  select ('x' || encode(substring(uuid_send(id), 1, 6), 'hex'))::bit(48)::bigint
$$;

-- The milliseconds from an event to the first success of its delivery, at most the largest integer. date_part() gives a double, which is
-- exact enough for milliseconds, in a third of the time that extract() takes.
create function arrival_ms(business_event_id uuid, delivered_at timestamptz) returns integer
language sql stable parallel safe as $$
  select case when delivered_at is not null then
    least(greatest(round(date_part('epoch', delivered_at) * 1000)::bigint - public.ms_of_id(business_event_id), 0),
      2147483647)::integer end
$$;

-- The attempts of a delivery that have ended: all but the one on the wire.
create function ended_attempts(attempts integer, open_request_id uuid) returns integer
language sql immutable parallel safe as $$
  select attempts - (open_request_id is not null)::integer
$$;

-- Writes deliveries into the feed of changes of the log, in pieces of 1,000.
create function write_moved_deliveries(ids uuid[]) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  insert into public.request_changes (xid, kind, request_ids, delivery_ids)
    select pg_current_xact_id()::text::bigint, 'DELIVERIES', '{}', array_agg(id order by place)
    from unnest(ids) with ordinality as moved (id, place) group by (place - 1) / 1000 order by (place - 1) / 1000
$$;

create function write_new_deliveries_to_feed() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  user_ids uuid[];
  webhook_ids uuid[];
  is_known boolean;
  earliest constant timestamptz := public.earliest_time();
  latest constant timestamptz := public.latest_time();
  all_in_time boolean;
  moved_ids uuid[];  -- an attempt that is opened with its delivery is in the feed
begin
  select array_agg(distinct user_id), array_agg(distinct webhook_id), bool_and(public.is_in_time(id, created_at, earliest, latest)),
      array_agg(id order by id) filter (where open_request_id is null)
    into user_ids, webhook_ids, all_in_time, moved_ids from made;
  if not all_in_time then
    perform public.refuse_row_out_of_time('deliveries', 'created_at', id, created_at) from made
      where not public.is_in_time(id, created_at, earliest, latest) limit 1;
  end if;
  is_known := public.are_known('deliveries', user_ids, webhook_ids);
  insert into public.delivery_changes (xid, minute, webhook_id, document_type, status, skip_reason, deliveries, attempts,
      arrivals)
    select pg_current_xact_id()::text::bigint, ms_of_id(id) / 60000 as minute, webhook_id, document_type, status, skip_reason,
      count(*), sum(ended_attempts(attempts, open_request_id)),
      string_agg(arrival_ms(business_event_id, delivered_at)::text, ',')
    from made group by minute, webhook_id, document_type, status, skip_reason;
  if moved_ids is not null then
    perform public.write_moved_deliveries(moved_ids);
  end if;
  return null;
end $$;

-- The two tables are not joined: a join costs more for few rows, and its plan, which is made once in a session, may be a nested
-- loop that takes half a minute for ten thousand. Deliveries whose state is the same before and after are written with both
-- signs.
create function write_changed_deliveries_to_feed() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  moved_ids uuid[];
begin
  -- The attempt on the wire is the same as before: no request that was opened or closed tells of the change. Who opens or closes an
  -- attempt changes the delivery in the same transaction.
  select array_agg(id order by id) into moved_ids from (
    select id, open_request_id from became intersect select id, open_request_id from was) as moved;
  if moved_ids is not null then
    perform public.write_moved_deliveries(moved_ids);
  end if;
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

revoke execute on function write_moved_deliveries(uuid[]), write_new_deliveries_to_feed(), write_changed_deliveries_to_feed() from public;

create trigger new_deliveries_go_to_feed after insert on deliveries
  referencing new table as made for each statement execute function write_new_deliveries_to_feed();
create trigger changed_deliveries_go_to_feed after update on deliveries
  referencing old table as was new table as became
  for each statement execute function write_changed_deliveries_to_feed();

-- The columns by which closed requests are found and sorted. They are beside the log, and are filled a moment after a request
-- closes, so that closing a request writes no index.
create table request_index (
  id uuid not null,                 -- of the request
  outcome text not null,            -- status of the request
  took_ms integer not null,         -- duration_ms of the request; -1: null
  words tsvector not null,          -- see src/request-log/search/index-terms.ts
  constraint request_index_pkey primary key (id)
) partition by range (id);
-- Outside of the rows: words are found by their index, and rows are read by the hundred, for which they must be short.
alter table request_index alter column words set storage external;
create index request_index_words_idx on request_index using gin (words);
create index request_index_outcome_idx on request_index (outcome, id);
create index request_index_took_ms_idx on request_index (took_ms, id);

-- Null if a body is not JSON that PostgreSQL stores. A body of a partner may be no UTF-8 and no JSON, and may have NUL, numbers
-- of a million digits, or more levels than the stack.
create function json_or_null(body bytea) returns jsonb
language plpgsql immutable strict parallel safe cost 1000 set search_path = pg_catalog, pg_temp as $$
begin
  return convert_from(body, 'UTF8')::jsonb;
exception when data_exception or program_limit_exceeded then
  return null;
end $$;

-- Whether the database was restored from a dump of another cluster. Its transaction ids then mean nothing: readers of the feeds
-- would miss new changes, or take old ones for new.
--
-- It is one statement and has one snapshot, so each position that it sees was saved by a transaction that had ended before the
-- snapshot was taken. With a snapshot older than the rows, a busy database would be taken for a restored one.
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

-- Empties the feeds and the counts after a restore into another cluster. Returns false if the database was not restored. It
-- holds its locks only briefly, however large the log is: requests and deliveries are counted and indexed afterwards, step by
-- step (backfill_before). Statistics of months whose rows were dropped stay: their rows cannot be counted again.
create function rebuild_change_feed() returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  months timestamptz[];  -- those that have rows
begin
  if not public.has_foreign_positions() then return false; end if;
  -- it gives up after a second, because other sessions queue behind the locks that it waits for
  perform set_config('lock_timeout', '1s', true);
  -- These locks wait for a process that counts, indexes, or is here itself. Therefore the check is repeated.
  perform pg_advisory_xact_lock(hashtext('hookledger.request_index'));
  perform from public.feed_positions where reader in ('counts', 'deliveries') order by reader for update;
  if not public.has_foreign_positions() then return false; end if;
  months := public.months_with('webhook_request_logs');
  delete from public.request_stats s where date_trunc('month', s.bucket, 'UTC') = any (months);
  months := public.months_with('deliveries');
  delete from public.delivery_stats s where date_trunc('month', s.bucket, 'UTC') = any (months);
  -- This waits for the transactions that have opened or closed requests or changed deliveries: the statements below see their
  -- changes. Later transactions wait for this one, and their changes are in the feeds.
  truncate public.request_changes, public.request_stats_open, public.delivery_changes;
  delete from public.dead_letters where kind in ('COUNT_OPENED', 'COUNT_CLOSED', 'COUNT_DELIVERIES');
  update public.feed_positions set from_snapshot = pg_current_snapshot()::text, to_snapshot = null, after_id = 0,
    counted_at = null, backfill_before = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  return true;
end $$;

revoke execute on function has_foreign_positions(), rebuild_change_feed() from public;
