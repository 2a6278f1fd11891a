-- The names of users and webhooks over time. The record names both by their ids only, so that a name can be erased: this table says
-- which name an id had, and each of its rows is a leaf of the sealed log. It is not dropped with months, because rows of all months
-- name the same users.

create table names (
  id uuid not null,
  subject_type text not null,
  subject_id uuid not null,         -- the user or the webhook
  number integer not null,          -- 1, 2, 3 ... of the subject: the largest is the name that it has now
  at timestamptz(3) not null,
  name text not null,
  full_name text,                   -- of users only
  content_salt bytea default uuid_send(gen_random_uuid()),  -- null once erased
  leaf_hash bytea not null,         -- set by a trigger
  erased_digests text,              -- once it was erased: the digests that its record has of both names
  erasure_id uuid,                  -- the erasure, see 10-privacy.sql
  constraint names_pkey primary key (id),
  constraint names_number_key unique (subject_id, number),
  constraint names_subject_type_check check (subject_type in ('User', 'Webhook')),
  constraint names_erased_check check ((content_salt is null) = (erasure_id is not null)
    and (content_salt is null) = (erased_digests is not null))
);

create function name_record(n names) returns text
language plpgsql stable parallel safe as $$
begin
  return concat(
    '{"at":"', to_char(n.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    '","content":', case when n.erased_digests is null then concat('{',
    '"fullName":"' || encode(public.evidence_digest(n.content_salt, 'fullName', convert_to(n.full_name, 'UTF8')), 'hex') || '",',
    '"name":"', encode(public.evidence_digest(n.content_salt, 'name', convert_to(n.name, 'UTF8')), 'hex'),
    '"}') else n.erased_digests end,
    ',"id":"', n.id,
    '","kind":"name","number":', n.number,
    ',"subjectId":"', n.subject_id,
    '","subjectType":', to_json(n.subject_type),
    ',"v":1}');
end $$;

create function name_leaf_hash(n names) returns bytea
language plpgsql stable parallel safe as $$
begin
  return sha256('\x00'::bytea || convert_to(public.name_record(n), 'UTF8'));
end $$;

create function make_name_leaf() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.leaf_hash := public.name_leaf_hash(new);
  return new;
end $$;
create trigger names_have_leaves before insert on names
  for each row execute function make_name_leaf();

create function queue_name_leaves() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform public.queue_many_leaves(5, array_agg(id), string_agg(leaf_hash, '')) from made;
  return null;
end $$;
revoke execute on function queue_name_leaves() from public;
create trigger names_go_to_queue after insert on names
  referencing new table as made for each statement execute function queue_name_leaves();

-- The functions below run as their owner, because no other login may write names. The argument of the triggers is the type of the
-- subject. Most statements insert no user and change no name: a publisher that names known users inserts none.
create function record_new_names() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into public.names (id, subject_type, subject_id, number, at, name, full_name)
    select m.id, tg_argv[0], m.subject_id, 1, to_timestamp(public.ms_of_id(m.id) / 1000.0), m.name, m.full_name
    from (select public.new_id() as id, x.id as subject_id, x.name, to_jsonb(x) ->> 'full_name' as full_name from made x) as m
    -- pg_restore --data-only has inserted the names before
    on conflict on constraint names_number_key do nothing;
  return null;
end $$;
revoke execute on function record_new_names() from public;

-- The row of the subject is locked, so that two changes have different numbers.
create function record_changed_name() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  name_id constant uuid := public.new_id();
begin
  insert into public.names (id, subject_type, subject_id, number, at, name, full_name)
    select name_id, tg_argv[0], new.id, coalesce(max(n.number), 0) + 1, to_timestamp(public.ms_of_id(name_id) / 1000.0),
      new.name, to_jsonb(new) ->> 'full_name'
    from public.names n where n.subject_id = new.id;
  return null;
end $$;
revoke execute on function record_changed_name() from public;

create trigger names_are_recorded after insert on users
  referencing new table as made for each statement execute function record_new_names('User');
create trigger names_are_recorded after insert on webhooks
  referencing new table as made for each statement execute function record_new_names('Webhook');
create trigger changed_names_are_recorded after update on users
  for each row when ((new.name, new.full_name) is distinct from (old.name, old.full_name))
  execute function record_changed_name('User');
create trigger changed_names_are_recorded after update on webhooks
  for each row when (new.name is distinct from old.name) execute function record_changed_name('Webhook');

create trigger names_never_change before update on names
  for each row execute function refuse_all_but_erasure('{name,full_name}', 'name');
create trigger rows_are_never_deleted before delete on names
  for each row execute function refuse_change();
create trigger never_truncated before truncate on names
  for each statement execute function refuse_change();
