-- Statistics and the search index of the log. A loop for each reads the change feed and saves its position in the
-- transaction of what it counted or indexed, so that nothing is counted twice or left out, wherever it is killed.

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
  from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xid) as next
$$;

-- Begins the feed, the counts and the index anew after a restore. It holds its locks only briefly, however large the
-- log is: the requests of the log are counted and indexed afterwards, step by step (backfill_before).
create function rebuild_change_feed() returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not public.has_foreign_positions() then return false; end if;
  -- other sessions queue behind the locks that this one waits for: it gives up after a second
  perform set_config('lock_timeout', '1s', true);
  -- waits for a process that counts or indexes, or that is rebuilding the feed itself: hence the second check
  perform pg_advisory_xact_lock(hashtext('hookledger.request_index'));
  perform from public.feed_positions where reader = 'counts' for update;
  if not public.has_foreign_positions() then return false; end if;
  -- Waits for the transactions that have opened or closed requests: what they did is in the log. Later ones wait for this
  -- transaction, and what they do is in the feed.
  truncate public.request_changes, public.request_stats, public.request_stats_open;
  update public.feed_positions set from_snapshot = pg_current_snapshot()::text, to_snapshot = null, after_id = 0,
    counted_at = null, backfill_before = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  return true;
end $$;

revoke execute on function has_foreign_positions(), rebuild_change_feed() from public;
