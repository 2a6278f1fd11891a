-- The SQL functions by which a business system that shares the database publishes events.

create function new_id() returns uuid
language sql volatile parallel safe as $$
  -- a random UUID that begins with the milliseconds since 1970, and has version 7 instead of 4 (RFC 9562, section 5.7)
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
    from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- The hash by which a repeated idempotency key is compared.
create function event_content_hash(document_type text, event text, reference_document text, user_name text, data text)
returns bytea
language sql immutable parallel safe as $$
  select sha256(convert_to(string_agg(octet_length(part) || ':' || part, '' order by position), 'UTF8'))
  from unnest(array[document_type, event, reference_document, user_name, data])
    with ordinality as parts (part, position)
$$;

-- The id of the user with this name. A user without roles is made if there is none.
create function user_named(wanted text) returns uuid
language plpgsql as $$
declare
  found_id uuid;
begin
  select id into found_id from users where name = wanted;
  if found_id is null then
    insert into users (id, name, roles, active, created_at, updated_at)
      values (new_id(), wanted, '{}', true, date_trunc('milliseconds', clock_timestamp()),
        date_trunc('milliseconds', clock_timestamp()))
      on conflict (name) do nothing;
    select id into found_id from users where name = wanted;
  end if;
  return found_id;
end $$;
-- It finds its tables by the search_path of its caller, so that only publish_event(), which sets one, may run it.
revoke execute on function user_named(text) from public;

-- Whether a document type can be mistaken for that of Hookledger's own events (src/webhooks/setting-limits.ts).
create function is_own_document_type(value text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select lower(regexp_replace(normalize(value, nfkc),
    '[\s\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]',
    '', 'g')) = 'hookledger'
$$;

-- What is kept of a traceparent of the W3C trace context, as traceparentOf() of src/tracing/traceparent.ts keeps it; null if it is none.
create function traceparent_of(value text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select '00' || substr(value, 3, 50) || case when substr(value, 55, 1) ~ '[13579bdf]' then '-01' else '-00' end
  where value ~ '^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$'
    and (left(value, 2) <> '00' or length(value) = 55)
$$;

-- Publishes an event if and only if the transaction of the caller commits. The rules are those of the mutation publishEvents:
-- with a known key and the same content it returns the id of the first event, with other content it fails. The characters in
-- brackets are the white space of TEXT_RULES in src/values/text.ts, which no locale of the database changes. `data` is json and not
-- jsonb, so that its text is kept. The trace that the event belongs to is a setting and no argument: the application sets it once for
-- a transaction, and the triggers of watch_table() see it too.
create function publish_event(document_type text, event text, reference_document text, data json,
  user_name text default null, idempotency_key text default null, caused_by text default null) returns uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  event_id uuid := public.new_id();
  -- the time in the id, so that both agree also after a wait for the key of another publisher
  published_at timestamptz := to_timestamp(
    ('x' || translate(left(event_id::text, 13), '-', ''))::bit(48)::bigint / 1000.0);
  payload_id uuid := public.new_id();
  body_digest bytea;
  body bytea := convert_to(data::text, 'UTF8');
  acting_user text := coalesce(user_name, session_user);
  publisher uuid := public.user_named(session_user);
  hash bytea;
  known record;
  given record;
  cause_id uuid;
  path uuid[] := '{}';
  traceparent text := public.traceparent_of(current_setting('hookledger.traceparent', true));
begin
  for given in select * from (values ('document_type', document_type), ('event', event),
      ('reference_document', reference_document), ('user_name', acting_user),
      ('idempotency_key', coalesce(idempotency_key, 'none'))) as v (word, value) loop
    if given.value is null or given.value !~ '[^\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]' or char_length(given.value) > 200 then
      raise exception '% must be 1 to 200 characters, not %', given.word, quote_nullable(left(given.value, 60))
        using errcode = 'invalid_parameter_value';
    end if;
    if given.value ~ '[\u0001-\u001f\u007f-\u009f]' then
      raise exception '% must not contain control characters, not %', given.word,
        quote_literal(left(given.value, 60)) using errcode = 'invalid_parameter_value';
    end if;
  end loop;
  if data is null or octet_length(body) > 262144 then
    raise exception 'data must be JSON of at most 262144 bytes, not %',
      coalesce(octet_length(body) || ' bytes', 'null') using errcode = 'invalid_parameter_value';
  end if;
  if public.is_own_document_type(document_type) then
    raise exception 'document_type % is reserved for events of Hookledger itself', quote_literal(document_type)
      using errcode = 'invalid_parameter_value';
  end if;
  if caused_by is not null then
    if caused_by ~ '^dlv_[0-9a-f]{32}$' then
      cause_id := substr(caused_by, 5)::uuid;
      select (coalesce(e.cause_path, '{}') || d.webhook_id)[:16] into path
        from public.deliveries d left join public.business_events e on e.id = d.business_event_id
        where d.id = cause_id;
    end if;
    if cause_id is null or path is null then
      raise exception 'caused_by must be the webhook-id header of a call that Hookledger made, not %',
        quote_literal(left(caused_by, 60)) using errcode = 'invalid_parameter_value';
    end if;
  end if;
  if idempotency_key is not null then
    hash := public.event_content_hash(document_type, event, reference_document, acting_user, data::text);
    insert into public.idempotency_keys as k (user_id, key, event_id, content_hash, created_at)
      values (publisher, idempotency_key, event_id, hash, published_at)
      on conflict do nothing;
    if not found then
      select k.event_id, k.content_hash into known from public.idempotency_keys k
        where k.user_id = publisher and k.key = publish_event.idempotency_key;
      -- not found: the key was deleted after the conflict, and the event is a new one
      if found and known.content_hash <> hash then
        raise exception 'idempotency_key % was used for another event: use a new key', quote_literal(idempotency_key)
          using errcode = 'unique_violation';
      end if;
      if found then
        return known.event_id;
      end if;
    end if;
  end if;
  insert into public.payloads (id, body, byte_length, content_type)
    values (payload_id, body, octet_length(body), 'application/json')
    returning payloads.body_digest into body_digest;
  insert into public.business_events (id, document_type, event, reference_document, payload_id, user_id,
      published_by, remote_address, idempotency_key, created_at, caused_by, cause_path, trace_id, traceparent, body_digest)
    values (event_id, document_type, event, reference_document, payload_id, public.user_named(acting_user),
      publisher, host(inet_client_addr()), idempotency_key, published_at, cause_id, path,
      substr(traceparent, 4, 32), traceparent, body_digest);
  insert into public.outbox (event_id) values (event_id);
  perform pg_notify('hookledger', 'events');
  return event_id;
end $$;
revoke execute on function publish_event(text, text, text, json, text, text, text) from public;

-- The value as publish_event() accepts it as a reference or a user name: without control characters, and at most 200 characters.
-- Null if only white space is left.
create function publishable_text(value text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select case when short ~ '[^\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]' then short end
  from (select left(regexp_replace(value, '[\u0001-\u001f\u007f-\u009f]', ' ', 'g'), 200) as short) as cut
$$;

-- The function of the triggers that watch_table() makes. It shortens what publish_event() would refuse, because a transaction of
-- the business system must not fail for the content of its rows. It is not SECURITY DEFINER, because a row is made JSON by
-- casts that the owner of the table may have written.
create function publish_table_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  document_type constant text := tg_argv[0];
  reference_column constant text := tg_argv[1];
  user_setting constant text := tg_argv[2];
  kept constant text[] := nullif(tg_argv[3], '');
  document json;
  reference text;
  body text;
  previous text;
  has_previous boolean := false;
begin
  document := case when tg_op = 'DELETE' then row_to_json(old) else row_to_json(new) end;
  reference := coalesce(public.publishable_text(document ->> reference_column), '-');
  body := document::text;
  if kept is not null then
    select coalesce(json_object_agg(key, value)::text, '{}') into body
      from json_each(document) where key = any (kept);
  end if;
  if tg_op = 'UPDATE' then
    select coalesce(json_object_agg(was, old_value)
        filter (where old_value::text <> new_value::text and (kept is null or was = any (kept)))::text, '{}'),
      bool_or(was = '_previous')
      into previous, has_previous
      from rows from (json_each(row_to_json(old)), json_each(document)) as r (was, old_value, is_now, new_value);
    if not has_previous then
      previous := '{' || concat_ws(',', nullif(btrim(left(substr(body, 2), -1)), ''), '"_previous":' || previous) || '}';
      if octet_length(convert_to(previous, 'UTF8')) <= 262144 then
        body := previous;
      end if;
    end if;
  end if;
  if octet_length(convert_to(body, 'UTF8')) > 262144 then
    body := json_build_object(reference_column,
      case when document ->> reference_column = reference then document -> reference_column else to_json(reference) end,
      '_truncated', true)::text;
  end if;
  perform public.publish_event(document_type, 'on_' || lower(tg_op), reference, body::json,
    user_name => public.publishable_text(current_setting(user_setting, true)));
  return null;
end $$;

-- Makes triggers on a business table that publish an event for each changed row: docs/watch-table.md. The tables of
-- Hookledger are refused, because an event about one of their rows adds further rows.
create function watch_table(table_name regclass, document_type text default null,
  reference_column text default null, events text[] default '{insert,update,delete}',
  columns text[] default null, when_changed text[] default null,
  user_setting text default 'hookledger.user_name') returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  own_tables constant text[] := '{
    clusters, prepared_logins, names, users, api_keys, audit_entries, webhooks, webhook_versions, masking_rules, webhook_secrets, webhook_credentials, webhook_circuits,
    webhook_slots, pending_decisions, deliveries_pause, payloads, business_events, outbox, idempotency_keys, deliveries,
    open_deliveries, finished_deliveries, blocking_deliveries, delivery_decisions, webhook_request_logs, replays, migrations,
    request_changes, feed_positions, failed_requests,
    request_stats, request_stats_series, request_stats_open, delivery_changes, delivery_stats, delivery_stats_series,
    request_index, exports, incoming_agreements, incoming_tokens, incoming_ids, unrecorded_refusals, delivery_jobs, dead_letters, worker_leases,
    evidence_queue, evidence_blocks, evidence_nodes, evidence_leaves, evidence_keys, evidence_heads, evidence_runs,
    evidence_stops, evidence_anchors, evidence_anchor_targets, sessions, pending_sign_ins, legal_holds, erasures, erasure_recipients, retention_limits, kept_months,
    approval_rules, approvals, audit_windows, audit_event_queue,
    mail_notices, mail_recipients, mail_conditions, expiry_reminders}';
  publisher constant oid := 'public.publish_event'::regproc;
  watched pg_class;
  name text := document_type;
  reference text := reference_column;
  fault text;
  changes text;
  operation text;
begin
  select * into watched from pg_class c where c.oid = table_name;
  if not found then
    raise exception 'table_name must name a table, not %', coalesce(table_name::text, 'null')
      using errcode = 'undefined_table';
  end if;
  if watched.relkind <> 'r' or watched.relispartition or watched.relpersistence = 't' then
    raise exception 'only ordinary tables can be watched: % is a view, a partition, temporary, or the like', table_name
      using errcode = 'wrong_object_type';
  end if;
  if watched.relnamespace = to_regnamespace('pg_catalog')
      or watched.relnamespace = 'public'::regnamespace and watched.relname = any (own_tables) then
    raise exception '% belongs to Hookledger or to PostgreSQL and cannot be watched', table_name
      using errcode = 'wrong_object_type';
  end if;
  if not pg_has_role(watched.relowner, 'USAGE') then
    raise exception 'only its owner can watch %', table_name using errcode = 'insufficient_privilege';
  end if;
  select string_agg(distinct case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end, ', ')
    into fault
    from aclexplode(coalesce(watched.relacl, acldefault('r', watched.relowner))) as a
    where a.privilege_type in ('INSERT', 'UPDATE', 'DELETE')
      and not has_function_privilege(a.grantee, publisher, 'execute');
  if fault is not null then
    raise exception 'roles that write to % must be able to publish: grant execute on function % to %', table_name,
      publisher::regprocedure, fault using errcode = 'insufficient_privilege';
  end if;
  if reference is null then
    select a.attname into reference from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = table_name and i.indisprimary and i.indnkeyatts = 1;
    if not found then
      raise exception '% has no primary key of one column: name a reference_column', table_name
        using errcode = 'invalid_parameter_value';
    end if;
  end if;
  select string_agg(quote_nullable(wanted), ', ') into fault
    from unnest(array[reference] || columns || when_changed) as wanted
    where not exists (
      select from pg_attribute a where a.attrelid = table_name and a.attname = wanted and a.attnum > 0
        and not a.attisdropped);
  if fault is not null then
    raise exception '% has no column %', table_name, fault using errcode = 'undefined_column';
  end if;
  if columns = '{}' or when_changed = '{}' then
    raise exception 'columns and when_changed name at least one column; null means all' using
      errcode = 'invalid_parameter_value';
  end if;
  if events is null or events = '{}' or not events <@ '{insert,update,delete}' then
    raise exception 'events must be one or more of insert, update, delete, not %', quote_nullable(events::text)
      using errcode = 'invalid_parameter_value';
  end if;
  name := coalesce(name, watched.relname);
  if name is distinct from public.publishable_text(name) then
    raise exception 'document_type must be 1 to 200 characters without control characters, not %',
      quote_literal(left(name, 60)) using errcode = 'invalid_parameter_value';
  end if;
  if public.is_own_document_type(name) then
    raise exception 'document_type % is reserved for events of Hookledger itself', quote_literal(name)
      using errcode = 'invalid_parameter_value';
  end if;
  if user_setting is null or user_setting !~ '^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$' then
    raise exception 'user_setting must be the name of a setting of your own, such as hookledger.user_name, not %',
      quote_nullable(left(user_setting, 60)) using errcode = 'invalid_parameter_value';
  end if;
  -- *<> compares the bytes of the values, because some types, such as json, have no equality operator
  select format('row(%s)::record *<> row(%s)::record', string_agg(format('old.%I', c), ', '),
      string_agg(format('new.%I', c), ', '))
    into changes from unnest(coalesce(when_changed, columns)) as c having count(*) > 0;
  foreach operation in array array['insert', 'update', 'delete'] loop
    if operation = any (events) then
      execute format('create or replace trigger %I after %s on %s for each row %s
        execute function public.publish_table_change(%L, %L, %L, %L)', 'hookledger_' || operation, operation,
        table_name, case operation when 'update' then format('when (%s)', coalesce(changes, 'old.* *<> new.*')) end,
        name, reference, user_setting, coalesce(columns::text, ''));
    elsif exists (select from pg_trigger t where t.tgrelid = table_name and t.tgname = 'hookledger_' || operation
        and t.tgfoid = 'public.publish_table_change'::regproc) then
      execute format('drop trigger %I on %s', 'hookledger_' || operation, table_name);
    end if;
  end loop;
end $$;

-- Removes the triggers that watch_table() made on a table. Returns whether there were any.
create function unwatch_table(table_name regclass) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  known record;
  was_watched boolean := false;
begin
  for known in select t.tgname from pg_trigger t where t.tgrelid = table_name
      and t.tgfoid = 'public.publish_table_change'::regproc loop
    execute format('drop trigger %I on %s', known.tgname, table_name);
    was_watched := true;
  end loop;
  return was_watched;
end $$;
