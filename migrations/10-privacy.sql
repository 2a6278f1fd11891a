-- Legal holds, retention and erasure of content. docs/privacy.md describes the rules.

-- While a hold is in force, rows that it covers are not erased or dropped. It covers rows that meet all of its criteria; a
-- criterion that is null is met by every row.
create table legal_holds (
  id uuid not null,
  name text not null,
  webhook_id uuid,
  document_type text,
  reference_document text,
  user_id uuid,                     -- the user of the event
  from_at timestamptz(3),           -- inclusive
  to_at timestamptz(3),             -- exclusive
  reason text not null,
  placed_by uuid not null,
  created_at timestamptz(3) not null,
  release_requested_by uuid,
  release_requested_at timestamptz(3),
  release_reason text,
  released_by uuid,                 -- null: the hold is in force
  released_at timestamptz(3),
  constraint legal_holds_pkey primary key (id),
  constraint legal_holds_criteria_check check (num_nonnulls(webhook_id, document_type, user_id, from_at, to_at) > 0),
  constraint legal_holds_document_check check (reference_document is null or document_type is not null),
  constraint legal_holds_requested_check check ((release_requested_by is null) = (release_requested_at is null)
    and (release_requested_by is null) = (release_reason is null)),
  constraint legal_holds_released_check check ((released_by is null) = (released_at is null)),
  constraint legal_holds_second_person_check check
    (released_by is null or (release_requested_by is not null and released_by <> placed_by and released_by <> release_requested_by)),
  constraint legal_holds_webhook_id_fkey foreign key (webhook_id) references webhooks (id),
  constraint legal_holds_user_id_fkey foreign key (user_id) references users (id),
  constraint legal_holds_placed_by_fkey foreign key (placed_by) references users (id),
  constraint legal_holds_release_requested_by_fkey foreign key (release_requested_by) references users (id),
  constraint legal_holds_released_by_fkey foreign key (released_by) references users (id)
);
create index legal_holds_in_force_idx on legal_holds (id) where released_at is null;

create function released_holds_never_change() returns trigger
language plpgsql as $$
begin
  raise exception '% on legal_holds is refused: only the release of a hold can be written, and once', tg_op
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger holds_are_only_released before update on legal_holds
  for each row when (old.released_at is not null or
    (new.id, new.name, new.webhook_id, new.document_type, new.reference_document, new.user_id, new.from_at, new.to_at,
     new.reason, new.placed_by, new.created_at)
    is distinct from
    (old.id, old.name, old.webhook_id, old.document_type, old.reference_document, old.user_id, old.from_at, old.to_at,
     old.reason, old.placed_by, old.created_at))
  execute function released_holds_never_change();
create trigger holds_are_never_deleted before delete on legal_holds
  for each row execute function released_holds_never_change();
create trigger never_truncated before truncate on legal_holds
  for each statement execute function released_holds_never_change();

-- Orders to erase content, and erasures by retention limits. An order names events and requests, or a person, whose rows are
-- found when it runs. It does not contain the name of a document.
create table erasures (
  id uuid not null,
  kind text not null,
  status text not null,
  user_id uuid,                     -- PERSON
  event_ids uuid[] not null,        -- with their deliveries and requests
  request_ids uuid[] not null,      -- requests without an event
  row_count integer not null,       -- events, deliveries and requests when it was ordered
  reason text not null,
  ordered_by uuid,                  -- null: the system
  created_at timestamptz(3) not null,
  decided_by uuid,                  -- who approved or declined it; null: it needs no second person
  decided_at timestamptz(3),
  erased_count integer not null default 0,
  deferred_count integer not null default 0,      -- as of the last step
  deferred_reason text,
  next_step_at timestamptz(3),      -- null: nothing is left to do
  finished_at timestamptz(3),
  constraint erasures_pkey primary key (id),
  constraint erasures_kind_check check (kind in ('DOCUMENT', 'PERSON', 'CONTENT', 'RETENTION', 'REPEATED')),
  constraint erasures_status_check check (status in ('REQUESTED', 'ORDERED', 'DEFERRED', 'DONE', 'DECLINED')),
  constraint erasures_finished_check check ((finished_at is null) = (status in ('REQUESTED', 'ORDERED', 'DEFERRED'))),
  constraint erasures_next_step_check check ((next_step_at is null) = (status not in ('ORDERED', 'DEFERRED'))),
  constraint erasures_own_check check ((ordered_by is null) = (kind in ('RETENTION', 'REPEATED')) or (kind = 'PERSON')),
  constraint erasures_second_person_check check (decided_by is null or decided_by <> ordered_by),
  constraint erasures_alone_check
    check (row_count <= 100 or ordered_by is null or decided_by is not null or status in ('REQUESTED', 'DECLINED')),
  constraint erasures_user_id_fkey foreign key (user_id) references users (id),
  constraint erasures_ordered_by_fkey foreign key (ordered_by) references users (id),
  constraint erasures_decided_by_fkey foreign key (decided_by) references users (id)
);
create index erasures_status_idx on erasures (status, id);
create index erasures_open_idx on erasures (next_step_at) where next_step_at is not null;

-- The partners that had received content which an order has erased: they must be informed (GDPR Art. 19). Each step of the order
-- adds its own.
create table erasure_recipients (
  erasure_id uuid not null,
  webhook_id uuid not null,
  host text not null,               -- of the URL; empty: the URL was already erased, and the host of the webhook is a template
  first_at timestamptz(3) not null,
  last_at timestamptz(3) not null,
  requests integer not null,
  constraint erasure_recipients_pkey primary key (erasure_id, webhook_id, host),
  constraint erasure_recipients_erasure_id_fkey foreign key (erasure_id) references erasures (id),
  constraint erasure_recipients_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
);

-- The host and port in a URL; null if a template decides them.
create function host_of(url text) returns text
language sql immutable strict set search_path = pg_catalog, pg_temp as $$
  select substring(url from '^https?://(?:[^/?#\\@]*@)?([^/?#\\@{}]+)(?=[/?#\\]|$)')
$$;

-- The partners that have received these requests, or may have received them because a connection was made.
create function recipients_of(requests uuid[])
returns table (webhook_id uuid, host text, first_at timestamptz, last_at timestamptz, request_count integer)
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select r.webhook_id, coalesce(public.host_of(r.url), public.host_of(w.url), '') as host, min(r.started_at),
    max(r.started_at), count(*)::int
  from public.webhook_request_logs r join public.webhooks w on w.id = r.webhook_id
  where r.id = any (requests) and r.direction = 'OUTGOING' and (r.response_status is not null
    or r.status in ('PENDING', 'UNKNOWN') or r.error_code in ('TIMEOUT', 'RESET', 'RESPONSE_TOO_LARGE', 'HTTP_STATUS'))
  group by 1, 2
$$;

-- A hold in force that covers a row; null: there is none. For an event, of_webhook is null: a hold of a webhook covers the events
-- that were sent to it or received from it.
create function hold_on(of_event uuid, of_webhook uuid, of_type text, of_document text, of_user uuid, began timestamptz) returns uuid
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select h.id from public.legal_holds h
  where h.released_at is null
    and (h.document_type is null or h.document_type = of_type)
    and (h.reference_document is null or h.reference_document = of_document)
    and (h.user_id is null or h.user_id = of_user)
    and (h.from_at is null or began >= h.from_at)
    and (h.to_at is null or began < h.to_at)
    and (h.webhook_id is null or h.webhook_id = of_webhook or (of_webhook is null and (
      exists (select from public.deliveries d where d.business_event_id = of_event and d.webhook_id = h.webhook_id)
      or exists (select from public.webhook_request_logs r where r.business_event_id = of_event and r.webhook_id = h.webhook_id))))
  order by h.id limit 1
$$;

-- How long content and rows are kept. The row of the nil UUID is for events, and for webhooks that have no limit of their own.
-- Without a row, content is erased only by order.
create table retention_limits (
  id uuid not null,                 -- of the webhook; the nil UUID: all
  content_days integer,             -- after which content is erased; null: as the nil UUID says, and there: never
  minimum_days integer,             -- for which content is kept in spite of limits and orders
  minimum_reason text,              -- the reason of the minimum, such as a law
  row_months integer,               -- nil UUID only: months after which a whole month is dropped; null: never
  reason text not null,             -- why it was last set
  changed_by uuid not null,
  changed_at timestamptz(3) not null,
  constraint retention_limits_pkey primary key (id),
  constraint retention_limits_days_check check (content_days between 1 and 36500 and minimum_days between 1 and 36500),
  constraint retention_limits_months_check
    check (row_months is null or (row_months between 2 and 1200 and id = '00000000-0000-0000-0000-000000000000')),
  constraint retention_limits_minimum_reason_check check ((minimum_days is null) = (minimum_reason is null)),
  constraint retention_limits_changed_by_fkey foreign key (changed_by) references users (id)
);

-- Whether content of this time must still be kept. The longest minimum applies.
create function is_within_minimum(of_webhooks uuid[], began timestamptz) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(began > clock_timestamp() - make_interval(days => max(minimum_days)), false) from public.retention_limits
  where id = '00000000-0000-0000-0000-000000000000' or id = any (of_webhooks)
$$;

-- Whether content of this time is past a limit that has not changed for a day: that of the webhook, or else that of all. For an event,
-- of_webhook is null.
create function is_past_limit(of_webhook uuid, began timestamptz) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(bool_and(changed_at <= clock_timestamp() - interval '1 day')
    and began <= clock_timestamp() - make_interval(days => coalesce(
      max(content_days) filter (where id = of_webhook),
      max(content_days) filter (where id = '00000000-0000-0000-0000-000000000000'))), false)
  from public.retention_limits where id = '00000000-0000-0000-0000-000000000000' or id = of_webhook
$$;

-- Whether a row has a place in the tree.
create function is_sealed(leaf_kind smallint, subject uuid) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from public.evidence_leaves where kind = leaf_kind and subject_id = subject)
$$;

-- Whether the entry of the audit trail that ordered an erasure has a place in the tree.
create function is_order_sealed(erasure uuid) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from public.audit_entries a
    where a.subject_id = erasure and a.action in ('erasure.ordered', 'erasure.approved') and public.is_sealed(2::smallint, a.id))
$$;

-- The three functions below say why a row cannot be erased now; null: it can be.
create function event_obstacle(e business_events) returns text
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select case
    when not public.is_sealed(3::smallint, e.id) then 'UNSEALED'
    when public.hold_on(e.id, null, e.document_type, e.reference_document, e.user_id, e.created_at) is not null then 'HOLD'
    when public.is_within_minimum(array(select d.webhook_id from public.deliveries d where d.business_event_id = e.id), e.created_at)
      then 'MINIMUM'
    when exists (select from public.outbox o where o.event_id = e.id)
      or exists (select from public.pending_decisions p where p.business_event_id = e.id)
      -- it will be in one of these again
      or exists (select from public.dead_letters l where l.business_event_id = e.id and l.retry_at is not null)
      or exists (select from public.deliveries d where d.business_event_id = e.id and (d.finished_at is null or d.blocks))
      then 'PENDING'
  end
$$;

create function delivery_obstacle(d deliveries) returns text
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select case
    when exists (select from public.delivery_decisions x where x.delivery_id = d.id and not public.is_sealed(4::smallint, x.id))
      then 'UNSEALED'
    when public.hold_on(d.business_event_id, d.webhook_id, d.document_type, d.reference_document, d.user_id, d.created_at)
      is not null then 'HOLD'
    when public.is_within_minimum(array[d.webhook_id], d.created_at) then 'MINIMUM'
    when d.finished_at is null or d.blocks then 'PENDING'
  end
$$;

create function request_obstacle(r webhook_request_logs) returns text
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select case
    when r.finished_at is null then 'PENDING'
    when not public.is_sealed(1::smallint, r.id) then 'UNSEALED'
    when public.hold_on(r.business_event_id, r.webhook_id, r.document_type, r.reference_document, r.user_id, r.started_at)
      is not null then 'HOLD'
    when public.is_within_minimum(array[r.webhook_id], r.started_at) then 'MINIMUM'
    when exists (select from public.deliveries d where d.id = r.delivery_id and (d.finished_at is null or d.blocks))
      then 'PENDING'
  end
$$;

-- The digests that a record has of its content. No member before `content` contains braces.
create function content_digests(record text) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
  select substring(record from '"content":(\{[^}]*\})')
$$;

-- Whether `details` (JSON) has one of these documents as a value, or `prose` as a whole word of more than two characters. INV-1 is
-- not found in INV-10. Nearly all texts have none of the names, which is found out first: it takes a quarter of the time.
create function names_document(names text[], details text, prose text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select exists (select from unnest(names) as name where
    (position(to_json(name)::text in details) > 0
      and position(to_json(name)::text in replace(details, to_json(name)::text || ':', '')) > 0)
    or (length(name) > 2 and position(name in prose) > 0
      and prose ~ ('(^|[^[:alnum:]_-])' || regexp_replace(name, '([^[:alnum:]])', '\\\1', 'g') || '($|[^[:alnum:]_-])')))
$$;

-- The words of a text, at most 64 characters of each: letters and digits of ASCII with _ and -, and each other character by itself. What
-- has a name as a whole word has the words of the name.
create function name_words(prose text) returns text[]
language sql immutable strict parallel safe cost 1000 set search_path = pg_catalog, pg_temp as $$
  select array(select distinct found[1] from regexp_matches(prose, '[A-Za-z0-9_-]{1,64}|[^\u0001-\u007f]', 'g') as found)
$$;
-- Whether entries of this action may name a document.
create function may_name_documents(action text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select action in
    ('export.ordered', 'replay.ordered', 'evidence.exported', 'content.read', 'access.denied', 'webhook.previewed')
$$;
-- There may be millions of such entries, and each step of an erasure looks for all of its names.
create index audit_entries_names_idx on audit_entries using gin (name_words(coalesce(details, '') || ' ' || coalesce(reason, '')))
  where erasure_id is null and may_name_documents(action);

-- The entries that name one of these documents, found by the longest word of each name. A name without words is looked for in all entries.
create function entries_naming(names text[]) returns setof uuid
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  with wanted as (
    select name, (select word from unnest(public.name_words(name)) as word
      where word = any (public.name_words(to_json(name)::text)) order by length(word) desc limit 1) as word
    from unnest(names) as name
  )
  select a.id from wanted w
    join public.audit_entries a on public.name_words(coalesce(a.details, '') || ' ' || coalesce(a.reason, '')) @> array[w.word]
  where a.erasure_id is null and public.may_name_documents(a.action)
    and public.names_document(array[w.name], a.details, a.reason)
  union
  select a.id from wanted w cross join public.audit_entries a
  where w.word is null and a.erasure_id is null and public.may_name_documents(a.action)
    and public.names_document(array[w.name], a.details, a.reason)
$$;

-- Functions that erase or drop must see each hold and limit that was committed. At a higher isolation level, all statements of a
-- transaction see only what was committed before the first one.
create function refuse_old_snapshot() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'the isolation level must be read committed, not %: holds and limits of other transactions would not be seen',
        current_setting('transaction_isolation')
      using errcode = 'invalid_transaction_state', hint = 'Begin with BEGIN ISOLATION LEVEL READ COMMITTED.';
  end if;
end $$;

-- Erases the content of these rows, and every copy of it, where no obstacle forbids it, and writes the audit entry content.erased,
-- in one transaction. The login that runs it can change none of the rows otherwise. Rows that the order `erasure` does not name
-- stay, except that no order names events of Hookledger itself about these rows. A limit names no rows: those that are not past it stay.
--
-- Returns the ids of what was erased, and how many rows were not, by obstacle.
create function erase_content(erasure uuid, events uuid[], deliveries uuid[], requests uuid[]) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  ordered public.erasures;
  obstacles jsonb;
  families uuid[];
  gone_events uuid[];
  gone_deliveries uuid[];
  gone_requests uuid[];
  gone_decisions uuid[];
  gone_replays uuid[];
  entries uuid[];
  gone_payloads uuid[];
  names text[];
  leaves text;
  entry_id uuid;
begin
  perform public.refuse_old_snapshot();
  -- a hold that is placed now waits for this transaction, or this transaction sees it
  perform pg_advisory_xact_lock_shared(hashtext('hookledger.holds'));
  -- the indexer would otherwise add words of rows that it had read before
  perform pg_advisory_xact_lock(hashtext('hookledger.request_index'));
  select * into ordered from public.erasures x where x.id = erasure and x.status in ('ORDERED', 'DEFERRED') for update;
  if not found then
    raise exception 'there is no order to erase with the id %', erasure using errcode = 'invalid_parameter_value';
  end if;
  -- after a restored backup, what is to be erased again does not wait: sealing may be stopped, because heads were lost
  if ordered.kind not in ('RETENTION', 'REPEATED') and not public.is_order_sealed(erasure) then
    raise exception 'the order % is not sealed yet', erasure using errcode = 'object_not_in_prerequisite_state';
  end if;
  if ordered.kind = 'RETENTION' then
    events := array(select e.id from public.business_events e where e.id = any (events) and public.is_past_limit(null, e.created_at));
    deliveries := array(select d.id from public.deliveries d
      where d.id = any (deliveries) and public.is_past_limit(d.webhook_id, d.created_at));
    requests := array(select r.id from public.webhook_request_logs r
      where r.id = any (requests) and public.is_past_limit(r.webhook_id, r.started_at));
  else
    events := array(select e.id from public.business_events e where e.id = any (events)
      and (e.id = any (ordered.event_ids) or e.user_id = ordered.user_id or e.document_type = 'Hookledger'));
    deliveries := array(select d.id from public.deliveries d where d.id = any (deliveries) and d.business_event_id = any (events));
    requests := array(select r.id from public.webhook_request_logs r where r.id = any (requests)
      and (r.business_event_id = any (events) or r.id = any (ordered.request_ids) or r.user_id = ordered.user_id));
  end if;
  -- no attempt begins, and no delivery is made, during the erasure
  perform from public.business_events e where e.id = any (events) order by e.id for update;
  perform from public.deliveries d where d.id = any (deliveries) order by d.id for update;

  select coalesce(jsonb_object_agg(why, rows), '{}') into obstacles from (
    select why, count(*) as rows from (
      select public.event_obstacle(e) as why from public.business_events e where e.id = any (events) and e.erasure_id is null
      union all
      select public.delivery_obstacle(d) from public.deliveries d where d.id = any (deliveries) and d.erasure_id is null
      union all
      select public.request_obstacle(r) from public.webhook_request_logs r where r.id = any (requests) and r.erasure_id is null
    ) as each where why is not null group by why) as found;
  gone_events := array(select e.id from public.business_events e
    where e.id = any (events) and e.erasure_id is null and public.event_obstacle(e) is null);
  gone_deliveries := array(select d.id from public.deliveries d
    where d.id = any (deliveries) and d.erasure_id is null and public.delivery_obstacle(d) is null);
  gone_requests := array(select r.id from public.webhook_request_logs r
    where r.id = any (requests) and r.erasure_id is null and public.request_obstacle(r) is null);
  gone_decisions := array(select x.id from public.delivery_decisions x
    where x.delivery_id = any (gone_deliveries) and x.erasure_id is null);
  -- the names by which copies outside of these rows are found; a limit erases by age, and looks for no document
  names := array(select e.reference_document from public.business_events e where e.id = any (gone_events)
    union select r.reference_document from public.webhook_request_logs r where r.id = any (gone_requests));
  names := case when ordered.kind <> 'RETENTION'
    then array(select name from unnest(names) as name where name <> '[erased]') else '{}' end;
  gone_replays := array(select x.id from public.replays x
    where public.names_document(names, x.condition, x.reason) or x.delivery_id = any (gone_deliveries));
  entries := array(select a.id from public.audit_entries a
    where a.erasure_id is null and a.action not in ('content.erased', 'hold.placed')
      and (a.details is not null or a.reason is not null)
      and a.subject_id = any (gone_events || gone_deliveries || gone_requests || gone_replays));
  if names <> '{}' then
    entries := array(select unnest(entries) union select public.entries_naming(names));
  end if;
  -- entries are found by these rows, so the rows wait for entries that are not sealed
  if exists (select from unnest(entries) as entry where not public.is_sealed(2::smallint, entry)) then
    return jsonb_build_object('events', '[]'::jsonb, 'deliveries', '[]'::jsonb, 'requests', '[]'::jsonb, 'obstacles',
      obstacles || jsonb_build_object('UNSEALED', coalesce((obstacles ->> 'UNSEALED')::int, 0)
        + cardinality(gone_events) + cardinality(gone_deliveries) + cardinality(gone_requests)));
  end if;

  if ordered.kind <> 'RETENTION' then
    insert into public.erasure_recipients as x (erasure_id, webhook_id, host, first_at, last_at, requests)
      select erasure, f.webhook_id, f.host, f.first_at, f.last_at, f.request_count from public.recipients_of(gone_requests) as f
      on conflict on constraint erasure_recipients_pkey do update set first_at = least(x.first_at, excluded.first_at),
        last_at = greatest(x.last_at, excluded.last_at), requests = x.requests + excluded.requests;
  end if;
  update public.exports x set condition = '{"erased":true}', expires_at = least(expires_at, now())
    where public.names_document(names, x.condition, null);
  update public.replays x set condition = case when x.condition is not null then '{"erased":true}' end,
      reason = '[erased]', error = null, erasure_id = erasure,
      status = case when x.finished_at is null then 'CANCELLED' else x.status end,
      finished_at = coalesce(x.finished_at, date_trunc('milliseconds', clock_timestamp()))
    where x.id = any (gone_replays);
  update public.replay_requests x set reason = '[erased]',
      decision_reason = case when x.decision_reason is not null then '[erased]' end
    where x.delivery_id = any (gone_deliveries);
  delete from public.idempotency_keys k using public.business_events e
    where e.id = any (gone_events) and k.user_id = e.published_by and k.key = e.idempotency_key;
  delete from public.incoming_ids i using public.webhook_request_logs r
    where r.id = any (gone_requests) and r.direction = 'INCOMING' and i.webhook_id = r.webhook_id and i.request_id = r.id;
  update public.request_index set words = ''::tsvector where id = any (gone_requests);
  -- the error of the database may contain values
  update public.dead_letters l set error = '[erased]' where l.delivery_id = any (gone_deliveries)
    or l.request_id = any (gone_requests) or l.business_event_id = any (gone_events);

  families := array(select e.id from public.business_events e where e.id = any (gone_events)
    union select d.business_event_id from public.deliveries d where d.id = any (gone_deliveries)
    union select r.business_event_id from public.webhook_request_logs r where r.id = any (gone_requests));
  gone_payloads := array(
    select e.payload_id from public.business_events e where e.id = any (gone_events)
    union select d.payload_id from public.deliveries d where d.id = any (gone_deliveries)
    union select r.payload_id from public.webhook_request_logs r where r.id = any (gone_requests)
    union select r.wire_payload_id from public.webhook_request_logs r where r.id = any (gone_requests));

  update public.webhook_request_logs r set erased_digests = public.content_digests(public.request_record(r)),
      content_salt = null, erasure_id = erasure, url = '[erased]', headers = null, reference_document = null,
      response_headers = null, response_body = null, error = null, remote_address = null
    where r.id = any (gone_requests);
  update public.delivery_decisions x set erased_digests = public.content_digests(public.decision_record(x)),
      content_salt = null, erasure_id = erasure, message = null
    where x.id = any (gone_decisions);
  update public.deliveries d set erasure_id = erasure, url = case when d.url is not null then '[erased]' end, headers = null,
      skip_message = null, reference_document = '[erased]'
    where d.id = any (gone_deliveries);
  update public.business_events e set erased_digests = public.content_digests(public.event_record(e)),
      content_salt = null, erasure_id = erasure, reference_document = '[erased]', idempotency_key = null,
      remote_address = null
    where e.id = any (gone_events);
  update public.audit_entries a set erased_digests = public.content_digests(public.audit_record(a)),
      content_salt = null, erasure_id = erasure, details = null, reason = null, remote_address = null, user_agent = null
    where a.id = any (entries);

  -- a body stays if another row needs it: all rows of a body belong to one event, or to no event
  gone_payloads := array(select p.id from public.payloads p where p.id = any (gone_payloads) and p.body is not null
    and not exists (select from public.business_events e
      where e.id = any (families) and e.payload_id = p.id and e.erasure_id is null)
    and not exists (select from public.deliveries d
      where d.business_event_id = any (families) and d.payload_id = p.id and d.erasure_id is null)
    and not exists (select from public.webhook_request_logs r
      where r.business_event_id = any (families) and p.id in (r.payload_id, r.wire_payload_id) and r.erasure_id is null));
  update public.payloads p set erased_digest = encode(public.evidence_digest(p.body_salt, 'body', p.body), 'hex'),
      body = null, body_salt = null, erasure_id = erasure
    where p.id = any (gone_payloads);

  select string_agg(case when first = last then first::text else first || '-' || last end, ',' order by first) into leaves
    from (
      select min(leaf_index) as first, max(leaf_index) as last from (
        select leaf_index, leaf_index - row_number() over (order by leaf_index) as run
        from public.evidence_leaves where (kind = 1 and subject_id = any (gone_requests))
          or (kind = 2 and subject_id = any (entries)) or (kind = 3 and subject_id = any (gone_events))
          or (kind = 4 and subject_id = any (gone_decisions))) as placed group by run) as runs;
  if leaves is not null then
    entry_id := public.new_id();
    insert into public.audit_entries (id, at, action, actor_kind, subject_type, subject_id, details)
      values (entry_id, to_timestamp(public.ms_of_id(entry_id) / 1000.0), 'content.erased', 'SYSTEM', 'Erasure', erasure,
        json_build_object('leaves', leaves, 'events', cardinality(gone_events), 'deliveries', cardinality(gone_deliveries),
          'requests', cardinality(gone_requests), 'entries', cardinality(entries),
          'payloads', cardinality(gone_payloads))::text);
  end if;
  return jsonb_build_object('events', gone_events, 'deliveries', gone_deliveries, 'requests', gone_requests,
    'obstacles', obstacles);
end $$;
revoke execute on function erase_content(uuid, uuid[], uuid[], uuid[]) from public;

-- Erases the names and the address of a user. The row stays, because events and entries refer to it. Entries about the user, and those
-- about signing in, lose their content, and so does what names the user, as for a document; other entries about what the user did as a
-- member of staff stay.
create function erase_user(erasure uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  person uuid;
  names text[];          -- none once the row of the user is erased
  gone_replays uuid[];
  naming uuid[];         -- entries that name the person, or are about replays that do
  entries uuid[];        -- about the person, with content
  gone_entries uuid[];   -- those that are sealed
  gone_names uuid[];     -- all that the person had
  leaves text;
  entry_id uuid;
begin
  perform public.refuse_old_snapshot();
  perform pg_advisory_xact_lock_shared(hashtext('hookledger.holds'));
  select x.user_id into person from public.erasures x
    where x.id = erasure and x.kind = 'PERSON' and x.status in ('ORDERED', 'DEFERRED') for update;
  if person is null then
    raise exception 'there is no order to erase a person with the id %', erasure using errcode = 'invalid_parameter_value';
  end if;
  if not public.is_order_sealed(erasure) then
    raise exception 'the order % is not sealed yet', erasure using errcode = 'object_not_in_prerequisite_state';
  end if;
  if exists (select from public.legal_holds h where h.released_at is null and h.user_id = person) then
    return jsonb_build_object('held', true, 'erased', false, 'unsealed', 0);
  end if;
  -- no further name meanwhile
  perform from public.users u where u.id = person for update;
  gone_names := array(select n.id from public.names n where n.subject_id = person and n.erasure_id is null
    and (n.full_name is not null or not starts_with(n.name, 'erased ' || person)));
  names := array(select distinct own.name from public.users u, unnest(array[u.name, u.full_name, u.email]) as own (name)
    where u.id = person and own.name is not null and not starts_with(u.name, 'erased ' || u.id));
  gone_replays := array(select x.id from public.replays x where public.names_document(names, x.condition, x.reason));
  naming := array(select public.entries_naming(names) union select a.id from public.audit_entries a
    where a.subject_id = any (gone_replays) and a.erasure_id is null and (a.details is not null or a.reason is not null));
  -- without the names they would not be found again, so the user waits for them
  if exists (select from unnest(naming) as entry where not public.is_sealed(2::smallint, entry))
      or exists (select from unnest(gone_names) as name where not public.is_sealed(5::smallint, name)) then
    return jsonb_build_object('held', false, 'erased', false, 'unsealed', cardinality(naming) + cardinality(gone_names));
  end if;
  entries := array(select unnest(naming) union select a.id from public.audit_entries a
    where a.erasure_id is null and num_nonnulls(a.details, a.reason, a.remote_address,
        a.user_agent) > 0
      and a.action not in ('hold.placed', 'content.erased') and (
        a.subject_id in (select person union all select k.id from public.api_keys k where k.user_id = person
          union all select s.id from public.sessions s where s.user_id = person)
        or (a.actor_id = person and a.action like 'session.%')));
  gone_entries := array(select entry from unnest(entries) as entry where public.is_sealed(2::smallint, entry));
  -- the order is repeated until no entry is left: this time there was nothing to erase
  if gone_entries = '{}' and gone_names = '{}' and exists (select from public.users u where u.id = person and starts_with(u.name, 'erased ' || u.id)) then
    return jsonb_build_object('held', false, 'erased', false, 'unsealed', cardinality(entries));
  end if;
  update public.audit_entries a set erased_digests = public.content_digests(public.audit_record(a)),
      content_salt = null, erasure_id = erasure, details = null, reason = null, remote_address = null, user_agent = null
    where a.id = any (gone_entries);
  update public.exports x set condition = '{"erased":true}', expires_at = least(expires_at, now())
    where public.names_document(names, x.condition, null);
  update public.replays x set condition = case when x.condition is not null then '{"erased":true}' end,
      reason = '[erased]', error = null, erasure_id = erasure,
      status = case when x.finished_at is null then 'CANCELLED' else x.status end,
      finished_at = coalesce(x.finished_at, date_trunc('milliseconds', clock_timestamp()))
    where x.id = any (gone_replays);
  -- a publisher names users, and may have named another one so
  update public.users u set name = case when starts_with(u.name, 'erased ' || u.id) then u.name else 'erased ' || u.id
      || case when exists (select from public.users o where o.name = 'erased ' || u.id) then ' ' || gen_random_uuid() else '' end
    end, full_name = null, email = null, email_verified = false,
      identity_issuer = null, identity_subject = null, roles_mapped = false, roles = '{}', active = false,
      updated_at = date_trunc('milliseconds', clock_timestamp())
    where u.id = person;
  -- the change above has added the name that stays
  update public.names n set erased_digests = public.content_digests(public.name_record(n)),
      content_salt = null, erasure_id = erasure, name = '[erased]', full_name = null
    where n.id = any (gone_names);
  update public.api_keys k set label = '[erased]', revoked_at = coalesce(k.revoked_at, date_trunc('milliseconds', clock_timestamp()))
    where k.user_id = person;
  update public.sessions s set remote_address = null, user_agent = null,
      ended_at = coalesce(s.ended_at, date_trunc('milliseconds', clock_timestamp())), end_reason = coalesce(s.end_reason, 'REVOKED')
    where s.user_id = person;
  select string_agg(leaf_index::text, ',' order by leaf_index) into leaves
    from public.evidence_leaves where (kind = 2 and subject_id = any (gone_entries))
      or (kind = 5 and subject_id = any (gone_names));
  entry_id := public.new_id();
  insert into public.audit_entries (id, at, action, actor_kind, subject_type, subject_id, details)
    values (entry_id, to_timestamp(public.ms_of_id(entry_id) / 1000.0), 'content.erased', 'SYSTEM', 'Erasure', erasure,
      json_build_object('leaves', coalesce(leaves, ''), 'entries', cardinality(gone_entries),
        'names', cardinality(gone_names), 'user', true)::text);
  return jsonb_build_object('held', false, 'erased', true, 'unsealed', cardinality(entries) - cardinality(gone_entries));
end $$;
revoke execute on function erase_user(uuid) from public;
