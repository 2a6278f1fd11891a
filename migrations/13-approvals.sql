-- Approvals: acts that one person requests and another one approves or declines. docs/privacy.md describes who the second person is.

-- Who can be a second person. Only the login that prepares the database changes this row, at each start: the serving login cannot
-- name another identity provider, or a shorter time.
create table approval_rules (
  only_row boolean not null default true,
  issuer text,                      -- OIDC_ISSUER without a slash at its end; null: there is no identity provider
  wait_hours integer not null,      -- SECOND_PERSON_WAIT_HOURS
  constraint approval_rules_pkey primary key (only_row),
  constraint approval_rules_only_row_check check (only_row),
  constraint approval_rules_wait_hours_check check (wait_hours between 1 and 720)
);

-- the defaults: a process with these settings needs no right to write them
insert into approval_rules (issuer, wait_hours) values (null, 24);

create table approvals (
  id uuid not null,
  kind text not null,
  status text not null,
  delivery_id uuid,                 -- REPLAY
  erasure_id uuid,                  -- ERASURE
  legal_hold_id uuid,               -- HOLD_RELEASE
  reason text not null,
  requested_by uuid not null,
  requester_issuer text,            -- with requester_subject: the person who requested it in a session of the identity provider
  requester_subject text,
  requester_since timestamptz(3),   -- since when this person was this user, with these roles
  created_at timestamptz(3) not null,
  takes_effect_at timestamptz(3),   -- WAITING: when it takes effect without a second person; null: it needs one
  announced boolean not null default false,  -- whether SYSTEM_MANAGERs got events about it, with this takes_effect_at
  expires_at timestamptz(3),        -- REPLAY
  decided_by uuid,                  -- null: no one has decided
  decider_issuer text,
  decider_subject text,
  decided_at timestamptz(3),
  decision_reason text,
  last_replay_id uuid,              -- REPLAY: the last replay of the delivery when this one was requested
  replay_id uuid,                   -- REPLAY, APPROVED
  constraint approvals_pkey primary key (id),
  constraint approvals_kind_check check (kind in ('REPLAY', 'ERASURE', 'HOLD_RELEASE')),
  constraint approvals_status_check check (status in ('WAITING', 'APPROVED', 'DECLINED', 'EXPIRED')),
  constraint approvals_subject_check check ((kind = 'REPLAY') = (delivery_id is not null)
    and (kind = 'ERASURE') = (erasure_id is not null) and (kind = 'HOLD_RELEASE') = (legal_hold_id is not null)),
  constraint approvals_expires_check check ((kind = 'REPLAY') = (expires_at is not null) and (kind = 'REPLAY' or status <> 'EXPIRED')),
  constraint approvals_replay_check check ((replay_id is not null) = (kind = 'REPLAY' and status = 'APPROVED')),
  constraint approvals_decided_check check ((decided_at is null) = (status in ('WAITING', 'EXPIRED'))),
  constraint approvals_decider_check check
    ((decided_by is null) = (decided_at is null) or (decided_by is null and kind <> 'REPLAY' and status = 'APPROVED')),
  constraint approvals_second_person_check check (decided_by <> requested_by or (kind <> 'REPLAY' and status = 'DECLINED')),
  constraint approvals_requested_by_fkey foreign key (requested_by) references users (id),
  constraint approvals_decided_by_fkey foreign key (decided_by) references users (id)
);
create unique index approvals_delivery_waiting_idx on approvals (delivery_id) where status = 'WAITING';
create unique index approvals_legal_hold_waiting_idx on approvals (legal_hold_id) where status = 'WAITING';
create unique index approvals_erasure_id_idx on approvals (erasure_id);
create index approvals_delivery_id_idx on approvals (delivery_id, id);
create index approvals_legal_hold_id_idx on approvals (legal_hold_id, id);
create index approvals_status_idx on approvals (status, id);

-- The users who can approve this erasure or this release now: active users with SYSTEM_MANAGER, linked to another person of the
-- present identity provider than the one who requested it. Both persons must have been these users, with these roles, for
-- wait_hours before the request. So a user whom the same person has just made, renamed, or given an address to is none.
create function second_persons(a approvals) returns setof uuid
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select u.id from public.approval_rules r join public.users u on rtrim(u.identity_issuer, '/') = r.issuer
  where rtrim(a.requester_issuer, '/') = r.issuer and a.requester_subject is not null
    and a.requester_since <= a.created_at - make_interval(hours => r.wait_hours)
    and u.active and u.roles <> '{}' and 'SYSTEM_MANAGER' = any (u.roles)
    and u.id <> a.requested_by and u.identity_subject <> a.requester_subject
    and u.standing_since <= a.created_at - make_interval(hours => r.wait_hours)
    and not exists (select from public.legal_holds h where h.id = a.legal_hold_id and h.placed_by = u.id)
$$;

-- When this approval takes effect if no one declines it, as of now; null: a second person must decide.
create function takes_effect_at(a approvals) returns timestamptz
language sql volatile set search_path = pg_catalog, public, pg_temp as $$
  select case when not exists (select from public.second_persons(a)) then
    date_trunc('milliseconds', clock_timestamp()) + make_interval(hours => (select r.wait_hours from public.approval_rules r)) end
$$;

-- An erasure or a release is requested. While another person could approve it, only who can be the first of two persons may request it.
create function begin_waiting() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  as_another public.approvals;
begin
  perform public.refuse_row_out_of_time('approvals', 'created_at', new.id, new.created_at)
    where not public.is_in_time(new.id, new.created_at, public.earliest_time(), public.latest_time());
  if new.status <> 'WAITING' or num_nonnulls(new.decider_issuer, new.decider_subject) > 0 then
    raise exception 'insert into approvals is refused: an approval begins as WAITING' using errcode = 'integrity_constraint_violation';
  end if;
  if not exists (select from public.erasures e where e.id = new.erasure_id and e.approval_id = new.id and e.status = 'REQUESTED')
      and not exists (select from public.legal_holds h where h.id = new.legal_hold_id and h.released_at is null) then
    raise exception 'insert into approvals is refused: there is no erasure that waits for it, and no hold in force'
      using errcode = 'integrity_constraint_violation';
  end if;
  select case when u.identity_issuer = new.requester_issuer and u.identity_subject = new.requester_subject then u.standing_since end
    into new.requester_since from public.users u where u.id = new.requested_by;
  if new.requester_since is null and num_nonnulls(new.requester_issuer, new.requester_subject) > 0 then
    raise exception 'insert into approvals is refused: the user is linked to another person' using errcode = 'integrity_constraint_violation';
  end if;
  new.takes_effect_at := public.takes_effect_at(new);
  if new.takes_effect_at is not null then
    as_another := new;
    select r.issuer, '', '-infinity' into as_another.requester_issuer, as_another.requester_subject, as_another.requester_since
      from public.approval_rules r;
    if exists (select from public.second_persons(as_another) as id join public.users u using (id)
        where u.identity_subject is distinct from new.requester_subject) then
      raise exception 'insert into approvals is refused: another person could approve it, so it must be requested in a session of the identity provider'
        using errcode = 'integrity_constraint_violation', constraint = 'approvals_first_person';
    end if;
  end if;
  return new;
end $$;
revoke execute on function begin_waiting() from public;
create trigger approvals_begin_waiting before insert on approvals
  for each row when (new.kind <> 'REPLAY') execute function begin_waiting();

-- An approval is decided once. Of erasures and releases, only a second person approves, or the time that takes_effect_at says.
create function check_decision() returns trigger
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  -- an erasure replaces reasons and removes persons
  if old.status <> 'WAITING' then
    if to_jsonb(new) - '{reason,decision_reason,requester_issuer,requester_subject,decider_issuer,decider_subject}'::text[]
        = to_jsonb(old) - '{reason,decision_reason,requester_issuer,requester_subject,decider_issuer,decider_subject}'::text[]
        and new.reason in (old.reason, '[erased]')
        and (new.decision_reason is not distinct from old.decision_reason or new.decision_reason = '[erased]')
        and ((new.requester_issuer, new.requester_subject) is not distinct from (old.requester_issuer, old.requester_subject)
          or num_nonnulls(new.requester_issuer, new.requester_subject) = 0)
        and ((new.decider_issuer, new.decider_subject) is not distinct from (old.decider_issuer, old.decider_subject)
          or num_nonnulls(new.decider_issuer, new.decider_subject) = 0) then
      return new;
    end if;
    raise exception 'update on approvals is refused: it was decided' using errcode = 'integrity_constraint_violation';
  end if;
  if new.decided_by is not null then
    new.takes_effect_at := null;
  end if;
  if new.kind = 'REPLAY' or new.status <> 'APPROVED' then
    return new;
  end if;
  if new.decided_by is null then
    if old.takes_effect_at <= clock_timestamp() then
      return new;
    end if;
  elsif exists (select from public.second_persons(old) as id join public.users u using (id)
      where u.id = new.decided_by and u.identity_issuer = new.decider_issuer and u.identity_subject = new.decider_subject) then
    return new;
  end if;
  raise exception 'update on approvals is refused: no second person has approved it, and its time has not come'
    using errcode = 'integrity_constraint_violation', constraint = 'approvals_second_person';
end $$;
create trigger approvals_are_decided_once before update on approvals
  for each row execute function check_decision();

-- Whether this approval of this erasure, or of the release of this hold, was given.
create function is_approved(approval uuid, erasure uuid, hold uuid) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from public.approvals a where a.id = approval and a.status = 'APPROVED'
    and (a.erasure_id = erasure or a.legal_hold_id = hold))
$$;
create function refuse_without_approval() returns trigger
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if tg_table_name = 'erasures' then
    if public.is_approved(new.approval_id, new.id, null) then
      return new;
    end if;
  elsif public.is_approved(new.release_id, null, new.id) then
    return new;
  end if;
  raise exception '% on % is refused: it was not approved', tg_op, tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger erasures_are_approved before insert or update on erasures
  for each row when (new.approval_id is not null and new.status in ('ORDERED', 'DEFERRED', 'DONE'))
  execute function refuse_without_approval();
create trigger releases_are_approved before insert or update on legal_holds
  for each row when (new.released_at is not null) execute function refuse_without_approval();

-- Whether this user has requested or decided an erasure or the release of a hold before this time: then their own erasure needs an
-- approval.
create function has_ordered_or_decided(person uuid, before timestamptz) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from public.erasures e where e.ordered_by = person and e.created_at < before)
    or exists (select from public.approvals a where a.kind <> 'REPLAY'
      and ((a.requested_by = person and a.created_at < before) or (a.decided_by = person and a.decided_at < before)))
$$;

-- Removes the person who is erased from approvals of what no longer must be kept. One that waits then has no second person.
create function erase_persons_of_approvals(person uuid) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  update public.approvals a set
      requester_issuer = case when a.requested_by <> person then a.requester_issuer end,
      requester_subject = case when a.requested_by <> person then a.requester_subject end,
      decider_issuer = case when a.decided_by <> person then a.decider_issuer end,
      decider_subject = case when a.decided_by <> person then a.decider_subject end
    where a.kind <> 'REPLAY' and person in (a.requested_by, a.decided_by)
      and num_nonnulls(a.requester_issuer, a.decider_issuer) > 0
      and public.ordered_obstacle(coalesce(a.erasure_id, a.legal_hold_id)) is null;
  if found then
    perform public.restart_approvals();
  end if;
end $$;
revoke execute on function erase_persons_of_approvals(uuid) from public;

-- The time of each erasure and release that waits begins again.
create function restart_approvals() returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update public.approvals a set takes_effect_at = public.takes_effect_at(a), announced = false
    where a.status = 'WAITING' and a.kind <> 'REPLAY'
$$;
revoke execute on function restart_approvals() from public;

create function restart_approvals_of_rules() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform public.restart_approvals();
  return null;
end $$;
revoke execute on function restart_approvals_of_rules() from public;
create trigger approvals_wait_again after insert or update on approval_rules
  for each row execute function restart_approvals_of_rules();

create function is_system_manager(active boolean, roles text[]) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select active and 'SYSTEM_MANAGER' = any (roles)
$$;

-- Since when the user is this person with these roles: the serving login cannot write the column.
create function begin_standing() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.standing_since := date_trunc('milliseconds', clock_timestamp());
  return new;
end $$;
create trigger users_have_standing before update on users
  for each row when ((new.active, new.identity_issuer, new.identity_subject) is distinct from (old.active, old.identity_issuer, old.identity_subject)
    or not (new.roles @> old.roles and new.roles <@ old.roles))
  execute function begin_standing();

create function restart_approvals_of_user() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if public.is_system_manager(old.active, old.roles) or public.is_system_manager(new.active, new.roles) then
    perform public.restart_approvals();
  end if;
  return null;
end $$;
revoke execute on function restart_approvals_of_user() from public;
create trigger approvals_wait_again after update on users
  for each row when ((new.active, new.email, new.identity_issuer, new.identity_subject)
      is distinct from (old.active, old.email, old.identity_issuer, old.identity_subject)
    or not (new.roles @> old.roles and new.roles <@ old.roles))
  execute function restart_approvals_of_user();

-- A key or session of a SYSTEM_MANAGER that another user has revoked: with it, the approval might have been declined.
create function restart_approvals_of_credential() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from public.users u where u.id = old.user_id and public.is_system_manager(u.active, u.roles)) then
    perform public.restart_approvals();
  end if;
  return null;
end $$;
revoke execute on function restart_approvals_of_credential() from public;
create trigger approvals_wait_again after update on api_keys
  for each row when (old.revoked_at is null and new.revoked_at is not null and new.revoked_by is distinct from new.user_id)
  execute function restart_approvals_of_credential();
create trigger approvals_wait_again after update on sessions
  for each row when (old.ended_at is null and new.ended_by <> new.user_id) execute function restart_approvals_of_credential();
