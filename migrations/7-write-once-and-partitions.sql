-- The record is write-once: a closed request changes only by an erasure, and no row of the record is deleted. The serving login
-- has no right to (src/database/roles.ts); the triggers also stop mistakes of the owner.

create function refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception '% on % is refused: the record is write-once', tg_op, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;

-- Allows only an erasure: content becomes null, or '[erased]' where it cannot be null, nothing else changes, and the record of
-- the row has the same hash. Of an entry of the audit trail, one part may be erased after another, each with its salt. The
-- arguments of the trigger are the columns with content and the kind of the leaf.
create function refuse_all_but_erasure() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  content constant text[] := tg_argv[0];
  before constant jsonb := to_jsonb(old);
  after constant jsonb := to_jsonb(new);
  salts constant text[] := '{content_salt,body_salt,criteria_salt,reason_salt,origin_salt,identity_salt}';
  own constant text[] := content || salts || '{erased_digests,erased_digest,erasure_id}';
  in_parts constant boolean := tg_argv[1] = 'audit';
  is_same boolean;
begin
  if (in_parts or old.erasure_id is null) and new.erasure_id is not null and before - own = after - own
      and not exists (select from unnest(content || salts) as name
        where coalesce(after ->> name, '[erased]') <> '[erased]' and not (in_parts and after -> name = before -> name))
      and exists (select from unnest(salts) as name where before ->> name is not null and after ->> name is null) then
    if tg_argv[1] = 'request' then
      is_same := public.request_leaf_hash(new) = old.leaf_hash;
    elsif tg_argv[1] = 'event' then
      is_same := public.event_leaf_hash(new) = old.leaf_hash;
    elsif tg_argv[1] = 'decision' then
      is_same := public.decision_leaf_hash(new) = old.leaf_hash;
    elsif tg_argv[1] = 'audit' then
      is_same := public.audit_leaf_hash(new) = old.leaf_hash;
    elsif tg_argv[1] = 'name' then
      is_same := public.name_leaf_hash(new) = old.leaf_hash;
    else
      is_same := public.payload_digest(new.body_salt, new.body, new.byte_length, new.content_type, new.erased_digest)
        = old.body_digest;
    end if;
  end if;
  if is_same then
    return new;
  end if;
  raise exception '% on % is refused: the record is write-once', tg_op, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;

create trigger closed_rows_never_change before update on webhook_request_logs
  for each row when (old.finished_at is not null) execute function refuse_all_but_erasure(
    '{url,headers,reference_document,response_headers,response_body,error,remote_address}', 'request');

create trigger payloads_never_change before update on payloads
  for each row execute function refuse_all_but_erasure('{body}', 'payload');
create trigger entries_never_change before update on audit_entries
  for each row execute function refuse_all_but_erasure('{criteria,reason,remote_address,user_agent,identity_issuer,identity_subject}', 'audit');
create trigger versions_never_change before update on webhook_versions
  for each row execute function refuse_change();
create trigger decisions_never_change before update on delivery_decisions
  for each row execute function refuse_all_but_erasure('{message}', 'decision');
-- the condition names all columns but fanned_out_at and wanted_by
create trigger events_are_only_fanned_out before update on business_events
  for each row when (
    (new.id, new.document_type, new.event, new.reference_document, new.payload_id, new.enveloped, new.user_id, new.published_by,
     new.api_key_id, new.session_id, new.remote_address, new.idempotency_key, new.request_id, new.directed_to,
     new.caused_by, new.cause_path, new.trace_id, new.traceparent, new.created_at, new.content_salt, new.body_digest, new.leaf_hash,
     new.erased_digests, new.erasure_id)
    is distinct from
    (old.id, old.document_type, old.event, old.reference_document, old.payload_id, old.enveloped, old.user_id, old.published_by,
     old.api_key_id, old.session_id, old.remote_address, old.idempotency_key, old.request_id, old.directed_to,
     old.caused_by, old.cause_path, old.trace_id, old.traceparent, old.created_at, old.content_salt, old.body_digest, old.leaf_hash,
     old.erased_digests, old.erasure_id))
  execute function refuse_all_but_erasure('{reference_document,idempotency_key,remote_address}', 'event');

create trigger rows_are_never_deleted before delete on webhook_request_logs
  for each row execute function refuse_change();
create trigger rows_are_never_deleted before delete on payloads
  for each row execute function refuse_change();
create trigger rows_are_never_deleted before delete on business_events
  for each row execute function refuse_change();
create trigger rows_are_never_deleted before delete on deliveries
  for each row execute function refuse_change();
create trigger rows_are_never_deleted before delete on audit_entries
  for each row execute function refuse_change();
-- Only the latest 1,000 versions of a webhook are kept (src/webhooks/setting-limits.ts): entries of the audit trail say what each one
-- changed. No login can delete others.
create function refuse_deleting_latest_versions() returns trigger
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if (select count(*) from (select from public.webhook_versions v
      where v.webhook_id = old.webhook_id and v.version > old.version limit 1000) as newer) = 1000 then
    return old;
  end if;
  raise exception '% on % is refused: the record is write-once', tg_op, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger latest_versions_are_never_deleted before delete on webhook_versions
  for each row execute function refuse_deleting_latest_versions();
create function delete_old_versions() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  delete from public.webhook_versions where webhook_id = new.webhook_id and version <= new.version - 1000;
  return null;
end $$;
create trigger old_versions_are_deleted after insert on webhook_versions
  for each row when (new.version > 1000) execute function delete_old_versions();
create trigger rows_are_never_deleted before delete on delivery_decisions
  for each row execute function refuse_change();
-- users and webhooks are named by the record
create trigger rows_are_never_deleted before delete on users
  for each row execute function refuse_change();
create trigger rows_are_never_deleted before delete on webhooks
  for each row execute function refuse_change();
create trigger ids_never_change before update of id on users
  for each row when (new.id is distinct from old.id) execute function refuse_change();
create trigger ids_never_change before update of id on webhooks
  for each row when (new.id is distinct from old.id) execute function refuse_change();
create trigger links_never_change before update of webhook_id, user_id on deliveries
  for each row when ((new.webhook_id, new.user_id) is distinct from (old.webhook_id, old.user_id)) execute function refuse_change();

create trigger never_truncated before truncate on webhook_request_logs
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on payloads
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on business_events
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on deliveries
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on audit_entries
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on webhook_versions
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on delivery_decisions
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on users
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on webhooks
  for each statement execute function refuse_change();

-- The smallest id that contains this time.
create function first_id_at(at timestamptz) returns uuid
language sql immutable strict parallel safe as $$
  select (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- The serving login may insert a row only if its id and its time are close to the time of the database, so that a stolen login
-- can add no history, past or future. The owner may import old rows, as pg_restore does.
--
-- The triggers of statements that insert requests, deliveries, events and audit entries call this for each row, with a range from
-- earliest_time() to latest_time(). PostgreSQL writes its expression into their queries.
create function is_in_time(id uuid, at timestamptz, earliest timestamptz, latest timestamptz) returns boolean
language sql stable parallel safe as $$
  select at between earliest and latest and abs(public.ms_of_id(id) - (date_part('epoch', at) * 1000)::bigint) <= 600000
$$;

-- now() is the start of the transaction, and may be long ago.
create function earliest_time() returns timestamptz
language sql stable parallel safe as $$ select now() - interval '10 minutes' $$;
create function latest_time() returns timestamptz
language sql volatile parallel safe as $$ select clock_timestamp() + interval '10 minutes' $$;

-- Called for a row that is not in time, by functions that run as the owner: who inserts it is the role of the session.
create function refuse_row_out_of_time(source text, time_column text, id uuid, at timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  inserting constant text := case when current_setting('role') = 'none' then session_user else current_setting('role') end;
begin
  if pg_has_role(inserting, (select relowner from pg_class where oid = format('public.%I', source)::regclass), 'usage') then
    return;
  end if;
  raise exception 'insert into % is refused: % %, id %: both times must be within 10 minutes of the time of the database, %',
      source, time_column, to_json(at) #>> '{}', id, clock_timestamp()
    using errcode = 'integrity_constraint_violation', constraint = 'rows_are_in_time', column = time_column,
      hint = 'Let NTP set the clocks of both machines. To import old rows, insert them as the owner of the table.';
end $$;
revoke execute on function refuse_row_out_of_time(text, text, uuid, timestamptz) from public;

-- Each table of the record, finished_deliveries, the search index and the leaves have one partition per calendar month (UTC).
-- Its bounds are the smallest ids of its month and of the next one: id alone stays the key, and a whole month can be dropped.
-- The serving login may create nothing; it runs these functions of the owner, which make only missing partitions.

-- Last month, this one and the given number of months after it. Beside each partition of the log there is one of the search
-- index and one of the leaves, and beside each of deliveries one of finished_deliveries, also for a partition made by hand.
create function missing_partitions(months_ahead integer) returns table (name text, parent text, bounds text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if months_ahead is null or months_ahead not between 0 and 24 then
    raise exception 'months_ahead must be 0 to 24, not %', months_ahead;
  end if;
  return query
    with wanted as (
      select format('%s_%s', p.parent, to_char(m.month, 'YYYY_MM')) as name, p.parent,
        format('FOR VALUES FROM (%L) TO (%L)', public.first_id_at(m.month at time zone 'UTC'),
          public.first_id_at((m.month + interval '1 month') at time zone 'UTC')) as bounds
      -- with last month: an id may have been made just before the month ended
      from generate_series(
          date_trunc('month', now() at time zone 'UTC') - interval '1 month',
          date_trunc('month', now() at time zone 'UTC') + make_interval(months => months_ahead),
          interval '1 month') as m (month)
        cross join unnest(array['audit_entries', 'payloads', 'business_events', 'deliveries', 'finished_deliveries',
          'delivery_decisions', 'webhook_request_logs', 'request_index', 'evidence_leaves']) as p (parent)
      union all
      select b.beside || substr(c.relname, length(b.parent) + 1), b.beside, pg_get_expr(c.relpartbound, c.oid)
      from (values ('webhook_request_logs', 'request_index'), ('webhook_request_logs', 'evidence_leaves'),
          ('deliveries', 'finished_deliveries')) as b (parent, beside)
        join pg_inherits i on i.inhparent = format('public.%I', b.parent)::regclass
        join pg_class c on c.oid = i.inhrelid
    )
    select distinct on (w.name) w.name, w.parent, w.bounds from wanted w
    where to_regclass(format('public.%I', w.name)) is null order by w.name;
end $$;

-- The partition is made as a table and then attached, which does not block reading and writing of the other partitions: CREATE
-- TABLE ... PARTITION OF would wait for every reader of the parent, such as a pg_dump of an hour, and other statements would
-- wait behind it. Attaching a table with foreign keys waits for transactions that write users and webhooks; it fails after a
-- second, and the caller tries again.
create function make_partition(missing text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  part record;
begin
  perform pg_advisory_xact_lock(hashtext('hookledger.partitions'));
  select * into part from public.missing_partitions(24) m where m.name = missing;
  if not found then return false; end if;
  perform set_config('lock_timeout', '1s', true);
  execute format('create table public.%I (like public.%I including all) with (%s)', part.name, part.parent,
    case
      -- rows grow when they are closed: with free space on the page, the update writes no index
      when part.parent = 'webhook_request_logs' then 'fillfactor = 45'
      when part.parent = 'deliveries' then 'fillfactor = 50'
      when part.parent = 'business_events' then 'fillfactor = 70'
      when part.parent = 'request_index' then 'toast_tuple_target = 128'
      else 'fillfactor = 100'
    end);
  -- partitions do not get statement triggers of their parent: without this one, the partition could be truncated directly
  if part.parent not in ('request_index', 'finished_deliveries') then
    execute format('create trigger never_truncated before truncate on public.%I
      for each statement execute function public.refuse_change()', part.name);
  end if;
  execute format('alter table public.%I attach partition public.%I %s', part.parent, part.name, part.bounds);
  return true;
end $$;

revoke execute on function missing_partitions(integer), make_partition(text) from public;
