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
  release_id uuid,                  -- the approval that released it, see 13-approvals.sql; null: the hold is in force
  released_at timestamptz(3),
  constraint legal_holds_pkey primary key (id),
  constraint legal_holds_criteria_check check (num_nonnulls(webhook_id, document_type, user_id, from_at, to_at) > 0),
  constraint legal_holds_document_check check (reference_document is null or document_type is not null),
  constraint legal_holds_released_check check ((release_id is null) = (released_at is null)),
  constraint legal_holds_webhook_id_fkey foreign key (webhook_id) references webhooks (id),
  constraint legal_holds_user_id_fkey foreign key (user_id) references users (id),
  constraint legal_holds_placed_by_fkey foreign key (placed_by) references users (id)
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
  other_count integer not null default 0,  -- what it took of others then: see others_of()
  reason text not null,
  ordered_by uuid,                  -- null: the system
  created_at timestamptz(3) not null,
  approval_id uuid,                 -- see 13-approvals.sql; null: it needs none
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
  constraint erasures_waiting_check check (approval_id is not null or status not in ('REQUESTED', 'DECLINED')),
  constraint erasures_alone_check 
    check ((row_count <= 100 and other_count = 0) or ordered_by is null or approval_id is not null),
  constraint erasures_user_id_fkey foreign key (user_id) references users (id),
  constraint erasures_ordered_by_fkey foreign key (ordered_by) references users (id)
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

-- What the criteria of an entry of the audit trail name: documents (d), users (u), and the whole texts of searches (t), which may be
-- either. The server says so when it writes the entry, by the table in src/audit/criteria.ts. What is no JSON names nothing.
create function criteria_names(criteria text) returns table (kind text, name text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  -- longer ones are names of nothing, and too long for the index
  return query select k.kind, each.name from (values ('d', 'documents'), ('u', 'users'), ('t', 'texts')) as k (kind, list),
    json_array_elements_text(coalesce(criteria::json -> k.list, '[]')) as each (name) where length(each.name) <= 200;
exception when others then
  null;
end $$;
-- The same as keys. Searches do not distinguish upper and lower case.
create function criteria_keys(criteria text) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select array(select distinct kind || ':' || case when kind = 't' then lower(name) else name end
    from public.criteria_names(criteria))
$$;
create index audit_entries_criteria_idx on audit_entries using gin (criteria_keys(criteria)) where criteria is not null;

-- Whether a document of this name has content, apart from these rows, which are about to be erased.
create function document_is_left(name text, events uuid[], deliveries uuid[], requests uuid[]) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from public.business_events e
      where e.reference_document = name and e.erasure_id is null and e.id <> all (events))
    or exists (select from public.deliveries d
      where d.reference_document = name and d.erasure_id is null and d.id <> all (deliveries))
    or exists (select from public.webhook_request_logs r
      where r.reference_document = name and r.erasure_id is null and r.id <> all (requests))
$$;

-- Whether a user has this name, full name or address, apart from this one, who is about to be erased.
create function user_is_left(name text, person uuid) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from public.users u where u.id is distinct from person
    and (u.name = user_is_left.name or u.full_name = user_is_left.name or u.email = user_is_left.name))
$$;

-- The entries whose criteria name one of these documents or users, and nothing that is left without these rows and this person.
create function entries_naming(documents text[], users text[], events uuid[], deliveries uuid[], requests uuid[], person uuid)
returns setof uuid
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select a.id from public.audit_entries a
  where a.criteria is not null
    and public.criteria_keys(a.criteria) && (array(select 'd:' || name from unnest(documents) as name)
      || array(select 'u:' || name from unnest(users) as name)
      || array(select 't:' || lower(name) from unnest(documents || users) as name))
    and not exists (select from public.criteria_names(a.criteria) as given where
      (given.kind in ('d', 't') and public.document_is_left(given.name, events, deliveries, requests))
      or (given.kind in ('u', 't') and public.user_is_left(given.name, person)))
$$;

-- A hold in force that covers an entry of the audit trail: its actor, its subject, or a document that it names; null: there is none.
create function hold_on_entry(a audit_entries) returns uuid
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select h.id from public.legal_holds h
  where h.released_at is null and (
    ((h.user_id in (a.actor_id, a.subject_id) or h.webhook_id = a.subject_id)
      and (h.from_at is null or a.at >= h.from_at) and (h.to_at is null or a.at < h.to_at))
    or (h.reference_document is not null and exists (select from public.criteria_names(a.criteria) as given
      where given.kind in ('d', 't') and given.name = h.reference_document)))
  union all
  select public.hold_on(e.id, null, e.document_type, e.reference_document, e.user_id, e.created_at)
    from public.business_events e where e.id = a.subject_id
  union all
  select public.hold_on(d.business_event_id, d.webhook_id, d.document_type, d.reference_document, d.user_id, d.created_at)
    from public.deliveries d where d.id = a.subject_id
  union all
  select public.hold_on(r.business_event_id, r.webhook_id, r.document_type, r.reference_document, r.user_id, r.started_at)
    from public.webhook_request_logs r where r.id = a.subject_id
  order by 1 limit 1
$$;

-- Why an order may not take what is of others now: the reason of an entry about its rows, or the open replay or valid export that an
-- entry ordered; null: it may. @param may_take whether the order was approved
create function others_obstacle(a audit_entries, may_take boolean) returns text
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select case
    when public.hold_on_entry(a) is not null then 'HOLD'
    when not may_take then 'IN_USE'
    when public.is_within_minimum(array(
        select d.webhook_id from public.deliveries d where a.subject_id in (d.id, d.business_event_id)
        union select r.webhook_id from public.webhook_request_logs r where r.id = a.subject_id), a.at)
      then 'MINIMUM'
  end
$$;

-- The open replay or the valid export that an entry ordered.
create function is_in_effect(a audit_entries) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select (a.action = 'replay.ordered' and exists (select from public.replays x where x.id = a.subject_id and x.finished_at is null))
    or (a.action = 'export.ordered' and exists (select from public.exports x where x.id = a.subject_id and x.expires_at > now()))
$$;

-- The names by which entries of the audit trail name these rows, or a user.
create function names_of_rows(events uuid[], deliveries uuid[], requests uuid[]) returns text[]
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select array(select name from (
    select e.reference_document as name from public.business_events e where e.id = any (events)
    union select d.reference_document from public.deliveries d where d.id = any (deliveries)
    union select r.reference_document from public.webhook_request_logs r where r.id = any (requests)
  ) as named where name <> '[erased]')
$$;
create function names_of_user(person uuid) returns text[]
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  return array(
    select given.name from public.users u, unnest(array[u.name, u.full_name, u.email]) as given (name)
      where u.id = person and given.name is not null and not starts_with(u.name, 'erased ' || u.id)
    union
    -- those of before
    select given.name from public.names n, unnest(array[n.name, n.full_name]) as given (name)
      where n.subject_id = person and n.erasure_id is null and given.name is not null and not starts_with(n.name, 'erased ' || person));
end $$;

-- Entries about a user, their keys and their sessions.
create function entries_about_user(person uuid) returns setof audit_entries
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select a.* from public.audit_entries a where a.subject_id in (select person
    union all select k.id from public.api_keys k where k.user_id = person
    union all select s.id from public.sessions s where s.user_id = person)
$$;

-- What an erasure of these events with all deliveries and requests of them, of these requests, and of this person would take of others:
-- reasons of entries about them, and replays that are open and exports that are valid, and name them in full.
create function others_of(events uuid[], requests uuid[], person uuid) returns table (reasons integer, replays integer, exports integer)
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  sent constant uuid[] := array(select d.id from public.deliveries d where d.business_event_id = any (events));
  logged constant uuid[] := requests || array(select r.id from public.webhook_request_logs r where r.business_event_id = any (events));
begin
  select count(*) into reasons from (
    select a.id from public.audit_entries a where a.subject_id = any (events || sent || logged) and a.reason is not null
    union select a.id from public.entries_about_user(person) a where a.reason is not null) as found;
  select count(*) filter (where a.action = 'replay.ordered'), count(*) filter (where a.action = 'export.ordered')
    into replays, exports from public.audit_entries a where public.is_in_effect(a) and a.id = any (array(
      select public.entries_naming(public.names_of_rows(events, sent, logged), public.names_of_user(person), events, sent, logged, person)));
  return next;
end $$;

-- Whether an order was approved, so that it may take what is of others. Orders of Hookledger itself repeat what
-- was decided before a backup was restored. A limit takes nothing of others.
create function may_take_others(ordered erasures) returns boolean
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  return ordered.kind <> 'RETENTION' and (ordered.ordered_by is null or public.is_approved(ordered.approval_id, ordered.id, null));
end $$;

-- Replaces parts of the content of entries of the audit trail by their digests: CRITERIA, REASON, ORIGIN or IDENTITY.
create function erase_parts(erasure uuid, entries uuid[], part text) returns void
language sql set search_path = pg_catalog, public, pg_temp as $$
  update public.audit_entries a set erasure_id = erasure,
    criteria = case when part <> 'CRITERIA' then a.criteria end, criteria_salt = case when part <> 'CRITERIA' then a.criteria_salt end,
    reason = case when part <> 'REASON' then a.reason end, reason_salt = case when part <> 'REASON' then a.reason_salt end,
    remote_address = case when part <> 'ORIGIN' then a.remote_address end, user_agent = case when part <> 'ORIGIN' then a.user_agent end,
    origin_salt = case when part <> 'ORIGIN' then a.origin_salt end,
    identity_issuer = case when part <> 'IDENTITY' then a.identity_issuer end,
    identity_subject = case when part <> 'IDENTITY' then a.identity_subject end,
    identity_salt = case when part <> 'IDENTITY' then a.identity_salt end,
    erased_digests = (select coalesce(json_object_agg(d.key, d.value order by d.key), '{}')::text
      from json_each_text(public.content_digests(public.audit_record(a))::json) as d
      where a.erased_digests::jsonb ? d.key or d.key = any (case part
        when 'CRITERIA' then '{criteria}' when 'REASON' then '{reason}' when 'ORIGIN' then '{remoteAddress,userAgent}'
        else '{identityIssuer,identitySubject}' end::text[]))
  where a.id = any (entries)
$$;

-- Runs of leaves, such as 12-40,57; null: there are none.
create function runs_of_leaves(leaves bigint[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select string_agg(case when first = last then first::text else first || '-' || last end, ',' order by first) from (
    select min(leaf) as first, max(leaf) as last from (
      select leaf, leaf - row_number() over (order by leaf) as run from unnest(leaves) as leaf) as placed group by run) as runs
$$;
create function leaves_of(leaf_kind smallint, subjects uuid[]) returns bigint[]
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select array(select leaf_index from public.evidence_leaves where kind = leaf_kind and subject_id = any (subjects))
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

-- Takes the conditions of the exports and replays that these entries ordered: an open replay is cancelled, and a valid export expires.
create function erase_orders(erasure uuid, entries uuid[]) returns void
language sql set search_path = pg_catalog, public, pg_temp as $$
  update public.exports x set condition = '{"erased":true}', expires_at = least(x.expires_at, now())
    from public.audit_entries a where a.id = any (entries) and a.action = 'export.ordered' and x.id = a.subject_id;
  update public.replays x set condition = '{"erased":true}', error = null, erasure_id = erasure,
      status = case when x.finished_at is null then 'CANCELLED' else x.status end,
      finished_at = coalesce(x.finished_at, date_trunc('milliseconds', clock_timestamp()))
    from public.audit_entries a where a.id = any (entries) and a.action = 'replay.ordered' and x.id = a.subject_id;
$$;

-- The entries with a reason about those of these rows that are erased, and why they may not lose it now; null: they may.
create function reasons_about(events uuid[], deliveries uuid[], requests uuid[]) returns table (id uuid, obstacle text)
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select a.id, case when not public.is_sealed(2::smallint, a.id) then 'UNSEALED' else public.others_obstacle(a, true) end
  from public.audit_entries a
  where a.reason is not null and a.subject_id in (
    select e.id from public.business_events e where e.id = any (events) and e.erasure_id is not null
    union all
    select d.id from public.deliveries d where d.id = any (deliveries) and d.erasure_id is not null
    union all
    select r.id from public.webhook_request_logs r where r.id = any (requests) and r.erasure_id is not null)
$$;

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
  gone_payloads uuid[];
  kept text[];              -- documents whose entries may not be taken now
  naming uuid[];            -- entries that lose their criteria
  reasons uuid[];           -- entries that lose their reason
  may_take boolean;
  content_leaves text;
  criteria_leaves text;
  reason_leaves text;
  entry_id uuid;
  stopped_by text;
  rows_before integer;
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
  if ordered.approval_id is not null and not public.is_approved(ordered.approval_id, erasure, null) then
    raise exception 'the order % was not approved', erasure using errcode = 'object_not_in_prerequisite_state';
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
  may_take := public.may_take_others(ordered);

  -- Entries are found by the names of these rows: a row stays if an entry that names it, and nothing else that is left, must stay.
  loop
    naming := array(select public.entries_naming(public.names_of_rows(gone_events, gone_deliveries, gone_requests), '{}',
      gone_events, gone_deliveries, gone_requests, null));
    if exists (select from unnest(naming) as entry where not public.is_sealed(2::smallint, entry)) then
      return jsonb_build_object('events', '[]'::jsonb, 'deliveries', '[]'::jsonb, 'requests', '[]'::jsonb, 'obstacles',
        obstacles || jsonb_build_object('UNSEALED', coalesce((obstacles ->> 'UNSEALED')::int, 0)
          + cardinality(gone_events) + cardinality(gone_deliveries) + cardinality(gone_requests)));
    end if;
    select array_agg(distinct lower(given.name)), min(stopped.why) into kept, stopped_by from (
      select a.criteria, case when public.is_in_effect(a) then public.others_obstacle(a, may_take)
        when public.hold_on_entry(a) is not null then 'HOLD' end as why
      from public.audit_entries a where a.id = any (naming)) as stopped, public.criteria_names(stopped.criteria) as given
    where stopped.why is not null and given.kind in ('d', 't');
    exit when kept is null;
    rows_before := cardinality(gone_events) + cardinality(gone_deliveries) + cardinality(gone_requests);
    gone_events := array(select e.id from public.business_events e
      where e.id = any (gone_events) and lower(e.reference_document) <> all (kept));
    gone_deliveries := array(select d.id from public.deliveries d
      where d.id = any (gone_deliveries) and lower(d.reference_document) <> all (kept));
    gone_requests := array(select r.id from public.webhook_request_logs r
      where r.id = any (gone_requests) and (r.reference_document is null or lower(r.reference_document) <> all (kept)));
    obstacles := obstacles || jsonb_build_object(stopped_by, coalesce((obstacles ->> stopped_by)::int, 0) + rows_before
      - cardinality(gone_events) - cardinality(gone_deliveries) - cardinality(gone_requests));
  end loop;
  gone_decisions := array(select x.id from public.delivery_decisions x
    where x.delivery_id = any (gone_deliveries) and x.erasure_id is null);

  if ordered.kind <> 'RETENTION' then
    insert into public.erasure_recipients as x (erasure_id, webhook_id, host, first_at, last_at, requests)
      select erasure, f.webhook_id, f.host, f.first_at, f.last_at, f.request_count from public.recipients_of(gone_requests) as f
      on conflict on constraint erasure_recipients_pkey do update set first_at = least(x.first_at, excluded.first_at),
        last_at = greatest(x.last_at, excluded.last_at), requests = x.requests + excluded.requests;
  end if;
  perform public.erase_orders(erasure, naming);
  perform public.erase_parts(erasure, naming, 'CRITERIA');
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

  -- reasons of entries about rows that are erased, now or before: they are found by the rows, so they do not hold them up
  reasons := array[]::uuid[];
  if may_take then
    select coalesce(array_agg(found.id) filter (where found.obstacle is null), '{}'),
        obstacles || coalesce((select jsonb_object_agg(o.obstacle, coalesce((obstacles ->> o.obstacle)::int, 0) + o.entries) from (
          select each.obstacle, count(*) as entries from public.reasons_about(events, deliveries, requests) as each
          where each.obstacle is not null group by 1) as o), '{}')
      into reasons, obstacles from public.reasons_about(events, deliveries, requests) as found;
    perform public.erase_parts(erasure, reasons, 'REASON');
    update public.replays x set reason = '[erased]', erasure_id = erasure from public.audit_entries a
      where a.id = any (reasons) and a.action = 'delivery.replayed' and x.delivery_id = a.subject_id;
    update public.approvals x set reason = '[erased]',
        decision_reason = case when x.decision_reason is not null then '[erased]' end
      from public.audit_entries a where a.id = any (reasons) and x.delivery_id = a.subject_id;
  end if;

  content_leaves := public.runs_of_leaves(public.leaves_of(1::smallint, gone_requests) || public.leaves_of(3::smallint, gone_events)
    || public.leaves_of(4::smallint, gone_decisions));
  criteria_leaves := public.runs_of_leaves(public.leaves_of(2::smallint, naming));
  reason_leaves := public.runs_of_leaves(public.leaves_of(2::smallint, reasons));
  if num_nonnulls(content_leaves, criteria_leaves, reason_leaves) > 0 then
    entry_id := public.new_id();
    insert into public.audit_entries (id, at, action, actor_kind, subject_type, subject_id, details)
      values (entry_id, to_timestamp(public.ms_of_id(entry_id) / 1000.0), 'content.erased', 'SYSTEM', 'Erasure', erasure,
        json_build_object('leaves', coalesce(content_leaves, ''), 'criteria', coalesce(criteria_leaves, ''),
          'reasons', coalesce(reason_leaves, ''), 'events', cardinality(gone_events), 'deliveries', cardinality(gone_deliveries),
          'requests', cardinality(gone_requests), 'payloads', cardinality(gone_payloads))::text);
  end if;
  return jsonb_build_object('events', gone_events, 'deliveries', gone_deliveries, 'requests', gone_requests,
    'obstacles', obstacles);
end $$;
revoke execute on function erase_content(uuid, uuid[], uuid[], uuid[]) from public;

-- Why the person who ordered or decided this erasure, or this release of a hold, must stay known: a hold or a minimum covers what was
-- ordered; null: none does. Of the release of a hold, what another hold may cover too.
create function ordered_obstacle(subject uuid) returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  ordered public.erasures;
  released public.legal_holds;
  longest constant integer := (select max(minimum_days) from public.retention_limits);
begin
  if longest is null and not exists (select from public.legal_holds h where h.released_at is null) then
    return null;
  end if;
  select * into ordered from public.erasures x where x.id = subject;
  if found then
    return (select min(why) from (
      select case when public.hold_on(e.id, null, e.document_type, e.reference_document, e.user_id, e.created_at) is not null then 'HOLD'
        when public.is_within_minimum(array(select d.webhook_id from public.deliveries d where d.business_event_id = e.id), e.created_at)
          then 'MINIMUM' end as why
      from public.business_events e where e.id = any (ordered.event_ids) or e.user_id = ordered.user_id
      union all
      select case when public.hold_on(r.business_event_id, r.webhook_id, r.document_type, r.reference_document, r.user_id, r.started_at)
          is not null then 'HOLD' when public.is_within_minimum(array[r.webhook_id], r.started_at) then 'MINIMUM' end
      from public.webhook_request_logs r where r.id = any (ordered.request_ids) or r.user_id = ordered.user_id
    ) as each);
  end if;
  select * into released from public.legal_holds h where h.id = subject;
  if exists (select from public.legal_holds h where h.released_at is null
      and (h.webhook_id = released.webhook_id or num_nulls(h.webhook_id, released.webhook_id) > 0)
      and (h.document_type = released.document_type or num_nulls(h.document_type, released.document_type) > 0)
      and (h.reference_document = released.reference_document or num_nulls(h.reference_document, released.reference_document) > 0)
      and (h.user_id = released.user_id or num_nulls(h.user_id, released.user_id) > 0)
      and coalesce(h.from_at < released.to_at, true) and coalesce(released.from_at < h.to_at, true)) then
    return 'HOLD';
  elsif coalesce(released.to_at, released.created_at) > clock_timestamp() - make_interval(days => longest) then
    return 'MINIMUM';
  end if;
  return null;
end $$;

-- The parts of entries that an erasure of a user takes by the user, and why it may not take one now; null: it may.
create function parts_about_user(person uuid, may_take boolean) returns table (id uuid, part text, why text)
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select found.id, found.part, case when not public.is_sealed(2::smallint, found.id) then 'UNSEALED'
    when found.part = 'REASON' then public.others_obstacle(a, true)
    when found.part = 'IDENTITY' then public.ordered_obstacle(a.subject_id)
    when public.hold_on_entry(a) is not null then 'HOLD' end
  from (
    select e.id, 'CRITERIA' as part from public.entries_about_user(person) e where e.criteria is not null
    union all
    select e.id, 'REASON' from public.entries_about_user(person) e where e.reason is not null and may_take
    union
    select e.id, 'ORIGIN' from public.entries_about_user(person) e
      where e.actor_id = person and num_nonnulls(e.remote_address, e.user_agent) > 0
    union all
    -- whom the person ordered and decided as: it stays for as long as what was ordered must be kept
    select e.id, 'IDENTITY' from public.audit_entries e where e.actor_id = person and num_nonnulls(e.identity_issuer, e.identity_subject) > 0
    union
    -- sessions are deleted a week after they expired
    select e.id, 'ORIGIN' from public.audit_entries e
      where e.actor_id = person and e.action in ('session.started', 'session.ended') and num_nonnulls(e.remote_address, e.user_agent) > 0
  ) as found join public.audit_entries a on a.id = found.id
$$;

-- Erases the names and the address of a user. The row stays, because events and entries refer to it. Entries about the user lose their
-- criteria, and those of the user about signing in also where they came from; what names the user loses its criteria, as for a
-- document. What the user did as a member of staff stays.
create function erase_user(erasure uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  ordered public.erasures;
  person uuid;
  may_take boolean;
  naming uuid[];         -- entries that name the person; none once the row of the user is erased
  about uuid[];          -- entries about the person, with criteria
  own uuid[];            -- entries of the person about signing in, with an address
  reasons uuid[];
  identities uuid[];     -- entries of what the person ordered and decided
  gone_names uuid[];     -- all that the person had
  obstacles jsonb;
  entry_id uuid;
begin
  perform public.refuse_old_snapshot();
  perform pg_advisory_xact_lock_shared(hashtext('hookledger.holds'));
  select * into ordered from public.erasures x
    where x.id = erasure and x.kind = 'PERSON' and x.status in ('ORDERED', 'DEFERRED') for update;
  person := ordered.user_id;
  if person is null then
    raise exception 'there is no order to erase a person with the id %', erasure using errcode = 'invalid_parameter_value';
  end if;
  if not public.is_approved(ordered.approval_id, erasure, null) and (ordered.approval_id is not null
      or (ordered.ordered_by is not null and public.has_ordered_or_decided(person, ordered.created_at))) then
    raise exception 'the order % was not approved', erasure using errcode = 'object_not_in_prerequisite_state';
  end if;
  if not public.is_order_sealed(erasure) then
    raise exception 'the order % is not sealed yet', erasure using errcode = 'object_not_in_prerequisite_state';
  end if;
  if exists (select from public.legal_holds h where h.released_at is null and h.user_id = person) then
    return '{"erased": false, "obstacles": {"HOLD": 1}}';
  end if;
  may_take := public.may_take_others(ordered);
  -- no further name meanwhile
  perform from public.users u where u.id = person for update;
  gone_names := array(select n.id from public.names n where n.subject_id = person and n.erasure_id is null
    and (n.full_name is not null or not starts_with(n.name, 'erased ' || person)));
  naming := array(select public.entries_naming('{}', public.names_of_user(person), '{}', '{}', '{}', person));
  -- without the names they would not be found again, so the user waits for them
  select jsonb_object_agg(why, entries) into obstacles from (
    select why, count(*) as entries from (
      select case when not public.is_sealed(2::smallint, a.id) then 'UNSEALED'
        when public.is_in_effect(a) then public.others_obstacle(a, may_take)
        when public.hold_on_entry(a) is not null then 'HOLD' end as why
      from public.audit_entries a where a.id = any (naming)
      union all
      select 'UNSEALED' from unnest(gone_names) as name where not public.is_sealed(5::smallint, name)
    ) as each where why is not null group by why) as found;
  if obstacles is not null then
    return jsonb_build_object('erased', false, 'obstacles', obstacles);
  end if;
  select coalesce(array_agg(each.id) filter (where each.why is null and each.part = 'CRITERIA'), '{}'),
      coalesce(array_agg(each.id) filter (where each.why is null and each.part = 'ORIGIN'), '{}'),
      coalesce(array_agg(each.id) filter (where each.why is null and each.part = 'REASON'), '{}'),
      coalesce(array_agg(each.id) filter (where each.why is null and each.part = 'IDENTITY'), '{}')
    into about, own, reasons, identities from public.parts_about_user(person, may_take) as each;
  obstacles := coalesce((select jsonb_object_agg(why, entries) from (
    select why, count(*) as entries from public.parts_about_user(person, may_take) as each where why is not null group by why) as found), '{}');
  -- the order is repeated until no entry is left: this time there was nothing to erase
  if cardinality(about || own || reasons || identities || gone_names) = 0
      and exists (select from public.users u where u.id = person and starts_with(u.name, 'erased ' || u.id)) then
    return jsonb_build_object('erased', false, 'obstacles', obstacles);
  end if;
  perform public.erase_orders(erasure, naming);
  about := array(select unnest(about) union select unnest(naming));
  perform public.erase_parts(erasure, about, 'CRITERIA');
  perform public.erase_parts(erasure, own, 'ORIGIN');
  perform public.erase_parts(erasure, reasons, 'REASON');
  perform public.erase_parts(erasure, identities, 'IDENTITY');
  perform public.erase_persons_of_approvals(person);
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
  delete from public.mail_notices n where n.user_id = person;
  delete from public.mail_recipients r where r.user_id = person;
  update public.sessions s set remote_address = null, user_agent = null,
      ended_at = coalesce(s.ended_at, date_trunc('milliseconds', clock_timestamp())), end_reason = coalesce(s.end_reason, 'REVOKED')
    where s.user_id = person;
  entry_id := public.new_id();
  insert into public.audit_entries (id, at, action, actor_kind, subject_type, subject_id, details)
    values (entry_id, to_timestamp(public.ms_of_id(entry_id) / 1000.0), 'content.erased', 'SYSTEM', 'Erasure', erasure,
      json_build_object('user', true, 'names', cardinality(gone_names),
        'leaves', coalesce(public.runs_of_leaves(public.leaves_of(5::smallint, gone_names)), ''),
        'criteria', coalesce(public.runs_of_leaves(public.leaves_of(2::smallint, about)), ''),
        'reasons', coalesce(public.runs_of_leaves(public.leaves_of(2::smallint, reasons)), ''),
        'origins', coalesce(public.runs_of_leaves(public.leaves_of(2::smallint, own)), ''),
        'identities', coalesce(public.runs_of_leaves(public.leaves_of(2::smallint, identities)), ''))::text);
  return jsonb_build_object('erased', true, 'obstacles', obstacles);
end $$;
revoke execute on function erase_user(uuid) from public;
