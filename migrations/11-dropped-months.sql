-- Whole months of the record are dropped once they have passed `row_months` and no row of them must be kept. docs/privacy.md
-- describes the rules.
--
-- First an order is written: the audit entry retention.month_dropped, which names the leaves of the month. When it is sealed, the
-- month is dropped. Functions of the owner do both and check all conditions: the login that runs them can drop no other table,
-- and cannot write such an entry.

-- Why months that have passed the limit are still there: the obstacles that the last attempt to drop them found.
create table kept_months (
  what text not null,
  month date not null,              -- the first day
  because text not null,
  error text,                       -- FAILED: the error of the database
  since timestamptz(3) not null,    -- when this reason was first found
  constraint kept_months_pkey primary key (what, month),
  constraint kept_months_what_check check (what in ('ROWS', 'PAYLOADS')),
  constraint kept_months_error_check check ((error is not null) = (because = 'FAILED'))
);

-- A limit applies a day after its last change, once a head that was signed a day ago contains its entry in the audit trail.
-- Therefore the serving login may give changes and heads only the present time. It is compared with clock_timestamp(), because
-- now() is the start of the transaction.
--
-- The argument of the trigger is the column with the time.
create function refuse_time_but_now() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
    return new;
  end if;
  raise exception '% on % is refused: % % must be within 10 minutes of the time of the database, %',
      tg_op, tg_table_name, tg_argv[0], to_json(new) ->> tg_argv[0], clock_timestamp()
    using errcode = 'integrity_constraint_violation', constraint = tg_name, column = tg_argv[0],
      hint = 'Let NTP set the clocks of both machines.';
end $$;
create trigger limits_change_in_time before insert or update on retention_limits
  for each row when (new.changed_at not between clock_timestamp() - interval '10 minutes' and clock_timestamp() + interval '10 minutes')
  execute function refuse_time_but_now('changed_at');
create trigger heads_are_in_time before insert on evidence_heads
  for each row when (new.signed_at not between clock_timestamp() - interval '10 minutes' and clock_timestamp() + interval '10 minutes')
  execute function refuse_time_but_now('signed_at');

-- Refuses entries by which verifyEvidence accepts that rows or content are gone, unless the owner writes them.
create function refuse_forged_order() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
    return new;
  end if;
  raise exception 'insert into audit_entries is refused: % is written by the functions that erase and drop', new.action
    using errcode = 'insufficient_privilege';
end $$;
create trigger orders_are_not_forged before insert on audit_entries
  for each row when (new.action in ('content.erased', 'retention.month_dropped', 'retention.month_kept'))
  execute function refuse_forged_order();

create function first_id_of(month date) returns uuid
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
  select public.first_id_at(month::timestamp at time zone 'UTC')
$$;

create function next_month(month date) returns date
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
  select (month + interval '1 month')::date
$$;

-- The partition of a table for a month; null if there is none.
create function partition_of(parent text, month date) returns regclass
language sql stable strict set search_path = pg_catalog, pg_temp as $$
  select c.oid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = format('public.%I', parent)::regclass and c.relname = parent || to_char(month, '_YYYY_MM')
$$;

-- The tables whose partitions are dropped together. ROWS: requests, deliveries, events and decisions; PAYLOADS: bodies, which rows
-- of later months may need; null for any other word.
create function tables_of(what text) returns text[]
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
  select case what
    when 'ROWS' then '{webhook_request_logs,request_index,deliveries,finished_deliveries,delivery_decisions,business_events}'::text[]
    when 'PAYLOADS' then '{payloads}' end
$$;

create function has_partitions(what text, month date) returns boolean
language sql stable strict set search_path = pg_catalog, pg_temp as $$
  select exists (select from unnest(public.tables_of(what)) as parent where public.partition_of(parent, month) is not null)
$$;

-- When the first head that contains an audit entry was signed; null if none contains it. The leaf at its place in the tree must
-- be that of the entry.
create function signed_since(entry audit_entries) returns timestamptz
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select h.signed_at from public.evidence_leaves l
    cross join lateral (select x.first_index, x.leaf_hashes from public.evidence_blocks x where x.tree_size > l.leaf_index
      order by x.tree_size limit 1) as b
    cross join lateral (select x.signed_at from public.evidence_heads x where x.tree_size > l.leaf_index order by x.tree_size limit 1) as h
  where l.kind = 2 and l.subject_id = entry.id and b.first_index <= l.leaf_index
    and substring(b.leaf_hashes from ((l.leaf_index - b.first_index) * 32 + 1)::int for 32) = public.audit_leaf_hash(entry)
$$;

-- The same for the newest entry about a limit; null also if the limit differs from this entry.
create function limit_signed_since(of_limit retention_limits) returns timestamptz
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select public.signed_since(newest) from (
    select a from public.audit_entries a where a.subject_id = of_limit.id and a.action = 'retention.changed' order by a.id desc limit 1
  ) as entry (newest)
  where (newest).details::jsonb -> 'after' = jsonb_build_object('contentDays', of_limit.content_days, 'minimumDays', of_limit.minimum_days,
    'minimumReason', of_limit.minimum_reason, 'rowMonths', of_limit.row_months)
$$;

-- Whether a limit or minimum differs from its newest entry, or this entry is in no signed head. It may have been changed without
-- the audit trail.
create function has_unrecorded_limits() returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (select from public.retention_limits r where public.limit_signed_since(r) is null)
$$;

-- For how many months rows are kept, by the clock of the database; null: permanently, or the limit does not apply yet. A limit that
-- is in no signed head applies, so that the obstacle UNRECORDED is shown.
create function row_months() returns integer
language sql stable set search_path = pg_catalog, pg_temp as $$
  select row_months from public.retention_limits r
  where id = '00000000-0000-0000-0000-000000000000' and changed_at <= clock_timestamp() - interval '1 day'
    and coalesce(public.limit_signed_since(r) <= clock_timestamp() - interval '1 day', true)
$$;

create function is_past_row_months(month date) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(public.next_month(month) + make_interval(months => public.row_months()) <= clock_timestamp() at time zone 'UTC',
    false)
$$;

-- The months that are past the limit and still there, oldest first.
create function months_past_limit() returns table (what text, month date)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select f.what, f.month from (
    select distinct w.what, to_date(substring(c.relname from '_(\d{4}_\d{2})$'), 'YYYY_MM') as month
    from unnest('{ROWS,PAYLOADS}'::text[]) as w (what) cross join unnest(public.tables_of(w.what)) as parent
      join pg_inherits i on i.inhparent = format('public.%I', parent)::regclass join pg_class c on c.oid = i.inhrelid
    where c.relname ~ '_\d{4}_\d{2}$') as f
  where public.is_past_row_months(f.month) order by f.what desc, f.month
$$;

-- The number of leaves of a month, and SHA-256 over their places in the tree. The places are hashed in groups of 65,536, because a
-- value has at most 1 GiB. src/evidence/verifying/dropped-months.ts computes the same.
create function leaves_of_month(month date, out leaf_count bigint, out digest text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(sum(n), 0)::bigint, encode(sha256(coalesce(string_agg(part, ''::bytea order by piece), '')), 'hex') from (
    select leaf_index >> 16 as piece, count(*) as n,
      sha256(string_agg(int8send(leaf_index), ''::bytea order by leaf_index)) as part
    from public.evidence_leaves where kind in (1, 3, 4)
      and subject_id >= public.first_id_of(month) and subject_id < public.first_id_of(public.next_month(month))
    group by 1) as pieces
$$;

-- Whether work on a row of this month is left. Only small tables are read.
create function is_month_pending(month date) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  first constant uuid := public.first_id_of(month);
  past constant uuid := public.first_id_of(public.next_month(month));
begin
  return exists (select from public.outbox o where o.event_id >= first and o.event_id < past)
    or exists (select from public.pending_decisions p where p.business_event_id >= first and p.business_event_id < past)
    or exists (select from public.dead_letters l where l.business_event_id >= first and l.business_event_id < past and l.retry_at is not null)
    -- counts outlive their rows
    or exists (select from public.dead_letters l where l.request_id >= first and l.request_id < past and l.kind <> 'INDEX')
    or exists (select from public.open_deliveries o where o.id >= first and o.id < past)
    or exists (select from public.blocking_deliveries b where b.id >= first and b.id < past)
    or exists (select from public.approvals x where x.status = 'WAITING' and x.delivery_id >= first and x.delivery_id < past)
    or exists (select from public.open_deliveries o join public.deliveries d on d.id = o.id
      where d.business_event_id >= first and d.business_event_id < past)
    -- a replay sends deliveries from the oldest to the newest; its condition is not evaluated
    or exists (select from public.replays y where y.finished_at is null and y.last_delivery_id >= first
      and (y.cursor is null or y.cursor < past) and (y.delivery_id is null or (y.delivery_id >= first and y.delivery_id < past)));
end $$;

-- Whether an order that is not finished erases rows of this month. The partners that have received them are found by these rows.
create function is_month_to_be_erased(month date) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  first constant uuid := public.first_id_of(month);
  past constant uuid := public.first_id_of(public.next_month(month));
begin
  return exists (select from public.erasures x where x.finished_at is null and x.kind <> 'RETENTION' and (
    exists (select from unnest(x.event_ids || x.request_ids) as named where named >= first and named < past)
    or exists (select from public.webhook_request_logs r
      where r.business_event_id = any (x.event_ids) and r.id >= first and r.id < past)
    or exists (select from public.business_events e where e.user_id = x.user_id and e.id >= first and e.id < past)
    or exists (select from public.webhook_request_logs r where r.user_id = x.user_id and r.id >= first and r.id < past)));
end $$;

-- Whether a hold in force covers a row of this month. The statements contain only the criteria that the hold has, so that they use
-- indexes. Times are written into them as text: the function sets its own time zone and style of dates.
create function is_month_held(month date) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO' set timezone = 'UTC' as $$
declare
  hold public.legal_holds;
  first constant uuid := public.first_id_of(month);
  past constant uuid := public.first_id_of(public.next_month(month));
  of_whom text;
  in_time text;
  is_held boolean;
begin
  for hold in select * from public.legal_holds h where h.released_at is null order by h.id loop
    of_whom := concat(case when hold.webhook_id is not null then format(' and x.webhook_id = %L', hold.webhook_id) end,
      case when hold.document_type is not null then format(' and x.document_type = %L', hold.document_type) end,
      case when hold.reference_document is not null then format(' and x.reference_document = %L', hold.reference_document) end,
      case when hold.user_id is not null then format(' and x.user_id = %L', hold.user_id) end);
    in_time := concat(case when hold.from_at is not null then format(' and x.%%1$I >= %L', hold.from_at) end,
      case when hold.to_at is not null then format(' and x.%%1$I < %L', hold.to_at) end);
    execute concat('select exists (select from public.webhook_request_logs x where x.id >= $1 and x.id < $2', of_whom,
        format(in_time, 'started_at'), ') or exists (select from public.deliveries x where x.id >= $1 and x.id < $2', of_whom,
        format(in_time, 'created_at'), ')') into is_held using first, past;
    if not is_held and hold.webhook_id is null then
      execute concat('select exists (select from public.business_events x where x.id >= $1 and x.id < $2', of_whom,
        format(in_time, 'created_at'), ')') into is_held using first, past;
    elsif not is_held then
      -- an event of this month with a delivery or request in a later one; the times of the hold are not compared
      execute concat('select exists (select from public.deliveries x where x.business_event_id >= $1 and x.business_event_id < $2',
        of_whom, ') or exists (select from public.webhook_request_logs x where x.business_event_id >= $1
          and x.business_event_id < $2', of_whom, ')') into is_held using first, past;
    end if;
    if is_held then
      return true;
    end if;
  end loop;
  return false;
end $$;

-- Whether a minimum keeps a row of this month.
create function is_month_within_minimum(month date) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  minimum record;
  since uuid;
  past constant uuid := public.first_id_of(public.next_month(month));
begin
  for minimum in select m.id, m.minimum_days from public.retention_limits m where m.minimum_days is not null order by m.id loop
    -- an id may be ten minutes older than its row says
    since := greatest(public.first_id_of(month),
      public.first_id_at(greatest('epoch',
        clock_timestamp() - make_interval(days => minimum.minimum_days) - interval '10 minutes')));
    if since < past and (minimum.id = '00000000-0000-0000-0000-000000000000'
        or exists (select from public.webhook_request_logs r where r.webhook_id = minimum.id and r.id >= since and r.id < past)
        or exists (select from public.deliveries d where d.webhook_id = minimum.id and d.id >= since and d.id < past)
        or exists (select from public.deliveries d where d.webhook_id = minimum.id
          and d.business_event_id >= since and d.business_event_id < past)) then
      return true;
    end if;
  end loop;
  return false;
end $$;

-- Whether a row of this month has no leaf in the tree, such as an open request.
create function is_month_unsealed(month date) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  first constant uuid := public.first_id_of(month);
  past constant uuid := public.first_id_of(public.next_month(month));
begin
  return exists (select from public.webhook_request_logs r where r.id >= first and r.id < past and not exists (
      select from public.evidence_leaves l where l.kind = 1 and l.subject_id = r.id and l.subject_id >= first and l.subject_id < past))
    or exists (select from public.business_events e where e.id >= first and e.id < past and not exists (
      select from public.evidence_leaves l where l.kind = 3 and l.subject_id = e.id and l.subject_id >= first and l.subject_id < past))
    or exists (select from public.delivery_decisions x where x.id >= first and x.id < past and not exists (
      select from public.evidence_leaves l where l.kind = 4 and l.subject_id = x.id and l.subject_id >= first and l.subject_id < past));
end $$;

-- Whether a sealed row of this month is gone. An order must not hide a deletion.
create function is_month_incomplete(month date) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  first constant uuid := public.first_id_of(month);
  past constant uuid := public.first_id_of(public.next_month(month));
begin
  return exists (select from public.evidence_leaves l where l.subject_id >= first and l.subject_id < past and l.kind in (1, 3, 4)
    and not exists (select from public.webhook_request_logs r
      where l.kind = 1 and r.id = l.subject_id and r.id >= first and r.id < past)
    and not exists (select from public.business_events e
      where l.kind = 3 and e.id = l.subject_id and e.id >= first and e.id < past)
    and not exists (select from public.delivery_decisions x
      where l.kind = 4 and x.id = l.subject_id and x.id >= first and x.id < past));
end $$;

-- Whether an existing row needs a body of this month. It reads all rows, because no index has the ids of bodies: an index would
-- make each delivery slower, and this is called at most once a day. A body that is not needed now is not needed later: a new row
-- takes a new body, or that of an existing row.
create function are_payloads_needed(month date) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  first constant uuid := public.first_id_of(month);
  past constant uuid := public.first_id_of(public.next_month(month));
begin
  return exists (select from public.business_events e where e.payload_id >= first and e.payload_id < past)
    or exists (select from public.deliveries d where d.payload_id >= first and d.payload_id < past)
    or exists (select from public.webhook_request_logs r where r.payload_id >= first and r.payload_id < past)
    or exists (select from public.webhook_request_logs r where r.wire_payload_id >= first and r.wire_payload_id < past);
end $$;

-- Why a month must stay; null: it can be dropped.
create function month_obstacle(what text, month date) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when public.has_unrecorded_limits() then 'UNRECORDED'
    when what = 'PAYLOADS' and public.has_partitions('ROWS', month) then 'ROWS'
    when what = 'PAYLOADS' and (public.month_order('ROWS', month)).id is null then 'INCOMPLETE'
    when what = 'PAYLOADS' then case when public.are_payloads_needed(month) then 'NEEDED' end
    when public.is_month_pending(month) or public.is_month_to_be_erased(month) then 'PENDING'
    when public.is_month_held(month) then 'HOLD'
    when public.is_month_within_minimum(month) then 'MINIMUM'
    when public.is_month_unsealed(month) then 'UNSEALED'
    when public.is_month_incomplete(month) then 'INCOMPLETE'
  end;
end $$;

-- The newest order to drop a month that was not taken back.
create function month_order(what text, month date) returns audit_entries
language sql stable set search_path = pg_catalog, pg_temp as $$
  select a from public.audit_entries a
  where a.subject_id = public.first_id_of(month) and a.action = 'retention.month_dropped' and a.details::json ->> 'what' = what
    and not exists (select from public.audit_entries k where k.subject_id = a.subject_id
      and k.action = 'retention.month_kept' and k.details::json ->> 'order' = a.id::text)
  order by a.id desc limit 1
$$;

create function write_month_entry(action text, month date, details json) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  entry_id constant uuid := public.new_id();
begin
  insert into public.audit_entries (id, at, action, actor_kind, subject_type, subject_id, details)
    values (entry_id, to_timestamp(public.ms_of_id(entry_id) / 1000.0), action, 'SYSTEM', 'Month', public.first_id_of(month),
      details::text);
end $$;

-- Orders to drop a month, if there is no such order yet. Returns 'ORDERED', or why it did not: 'LIMIT', 'DROPPED', or an obstacle. It
-- takes no lock that other sessions wait for, and writes only after all reading.
create function order_month(what text, month date) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  in_force uuid[];
  obstacle text;
  leaves record;
begin
  perform public.refuse_old_snapshot();
  if public.tables_of(what) is null or month is null or extract(day from month) <> 1 then
    raise exception 'what must be ROWS or PAYLOADS, and month the first day of a month, not % and %', what, month
      using errcode = 'invalid_parameter_value';
  end if;
  if not pg_try_advisory_xact_lock(hashtext('hookledger.retention')) then
    raise exception 'another session orders or drops a month' using errcode = 'object_in_use';
  end if;
  if not public.is_past_row_months(month) then return 'LIMIT'; end if;
  if (public.month_order(what, month)).id is not null then
    return case when public.has_partitions(what, month) then 'ORDERED' else 'DROPPED' end;
  end if;
  -- the partitions are gone without an order: dropped by hand
  if not public.has_partitions(what, month) then return 'INCOMPLETE'; end if;
  -- listed before the obstacles are read: a hold that is placed after this is not in the list, and takes the order back
  in_force := array(select h.id from public.legal_holds h where h.released_at is null order by h.id);
  obstacle := public.month_obstacle(what, month);
  if obstacle is not null then return obstacle; end if;
  select * into leaves from public.leaves_of_month(month);
  perform public.write_month_entry('retention.month_dropped', month, json_build_object('what', what,
    'month', to_char(month, 'YYYY-MM'), 'rowMonths', public.row_months(), 'keptRows', 0, 'holds', in_force,
    'treeSize', (select max(b.tree_size) from public.evidence_blocks b),
    'leaves', case when what = 'ROWS' then leaves.leaf_count end, 'digest', case when what = 'ROWS' then leaves.digest end,
    'rows', case when what = 'ROWS' then (select json_build_object(
      'requests', (select count(*) from public.webhook_request_logs r where r.id >= b.first and r.id < b.past),
      'deliveries', (select count(*) from public.deliveries d where d.id >= b.first and d.id < b.past),
      'events', (select count(*) from public.business_events e where e.id >= b.first and e.id < b.past),
      'decisions', (select count(*) from public.delivery_decisions x where x.id >= b.first and x.id < b.past))
      from (select public.first_id_of(month) as first, public.first_id_of(public.next_month(month)) as past) as b) end,
    'payloads', case when what = 'PAYLOADS' then (select count(*) from public.payloads p
      where p.id >= public.first_id_of(month) and p.id < public.first_id_of(public.next_month(month))) end));
  return 'ORDERED';
end $$;
revoke execute on function order_month(text, date) from public;

-- Locks these tables within 0.8 seconds in all, or fails with lock_not_available, because other sessions queue behind a lock that
-- is waited for. The time is shorter than deadlock_timeout: in a deadlock this session gives up, and no other is cancelled.
create function lock_for_drop(parents text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  begun constant timestamptz := clock_timestamp();
  parent text;
begin
  foreach parent in array parents loop
    perform set_config('lock_timeout', greatest(1, 800 - extract(epoch from clock_timestamp() - begun) * 1000)::int::text, true);
    execute format('lock table only public.%I in access exclusive mode', parent);
  end loop;
  perform set_config('lock_timeout', greatest(1, 800 - extract(epoch from clock_timestamp() - begun) * 1000)::int::text, true);
end $$;

-- Drops a month that a sealed order names, if nothing that the order depends on has changed. Returns 'DROPPED', or why it did not:
-- 'NO_ORDER'; 'ORDERED': no signed head contains the order yet; 'PENDING': work on its rows is left; 'TAKEN_BACK': something has
-- changed, and it wrote an entry that takes the order back. It fails with lock_not_available or object_in_use if the tables are
-- in use. The checks that take long come before the locks; dropping takes milliseconds, and is one transaction.
create function drop_month(what text, month date) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  ordered public.audit_entries;
  parents constant text[] := public.tables_of(what);
  parent text;
  partition regclass;
  leaves record;
  is_whole boolean;      -- neither rows nor leaves were added or taken away
begin
  perform public.refuse_old_snapshot();
  if not pg_try_advisory_xact_lock(hashtext('hookledger.retention')) then
    raise exception 'another session orders or drops a month' using errcode = 'object_in_use';
  end if;
  ordered := public.month_order(what, month);
  if ordered.id is null then return 'NO_ORDER'; end if;
  if not public.has_partitions(what, month) then return 'DROPPED'; end if;
  if public.signed_since(ordered) is null then return 'ORDERED'; end if;
  select * into leaves from public.leaves_of_month(month);
  is_whole := what = 'PAYLOADS' or not (public.is_month_unsealed(month) or public.is_month_incomplete(month));
  -- a hold that is placed now waits for this transaction, or this transaction sees it
  perform pg_advisory_xact_lock_shared(hashtext('hookledger.holds'));
  if not is_whole or not public.is_past_row_months(month) or public.has_unrecorded_limits()
      or exists (select from public.retention_limits r where r.changed_at > ordered.at)
      -- a minimum may have been written before the order and committed after it
      or (what = 'ROWS' and public.is_month_within_minimum(month))
      or exists (select from public.legal_holds h where h.released_at is null and h.id not in (
        select json_array_elements_text(ordered.details::json -> 'holds')::uuid))
      or (what = 'ROWS' and leaves.digest is distinct from ordered.details::json ->> 'digest') then
    perform public.write_month_entry('retention.month_kept', month, json_build_object('order', ordered.id, 'what', what));
    return 'TAKEN_BACK';
  end if;
  if what = 'ROWS' and (public.is_month_pending(month) or public.is_month_to_be_erased(month)) then return 'PENDING'; end if;
  if what = 'ROWS' then
    delete from public.failed_requests f
      where f.id >= public.first_id_of(month) and f.id < public.first_id_of(public.next_month(month));
  end if;
  -- no partition is made until the end of this transaction
  perform pg_advisory_xact_lock(hashtext('hookledger.partitions'));
  perform public.lock_for_drop(parents);
  -- a delivery may have been sent again before the locks were taken
  if what = 'ROWS' and public.is_month_pending(month) then
    raise exception 'something of the month % is to be sent again', to_char(month, 'YYYY-MM') using errcode = 'object_in_use';
  end if;
  foreach parent in array parents loop
    partition := public.partition_of(parent, month);
    if partition is not null then
      execute format('drop table %s', partition);
    end if;
  end loop;
  return 'DROPPED';
end $$;
revoke execute on function drop_month(text, date) from public;
