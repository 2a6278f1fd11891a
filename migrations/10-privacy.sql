-- Legal holds, retention and erasure of content. docs/privacy.md describes the rules.

-- While a hold is in force, nothing that it covers is erased or dropped. A criterion that is null covers all; a row must
-- meet all criteria.
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
  placed_at timestamptz(3) not null,
  release_asked_by uuid,
  release_asked_at timestamptz(3),
  release_reason text,
  released_by uuid,                 -- null: the hold is in force
  released_at timestamptz(3),
  constraint legal_holds_pkey primary key (id),
  constraint legal_holds_criteria_check check (num_nonnulls(webhook_id, document_type, user_id, from_at, to_at) > 0),
  constraint legal_holds_document_check check (reference_document is null or document_type is not null),
  constraint legal_holds_asked_check check ((release_asked_by is null) = (release_asked_at is null)
    and (release_asked_by is null) = (release_reason is null)),
  constraint legal_holds_released_check check ((released_by is null) = (released_at is null)),
  constraint legal_holds_second_person_check check
    (released_by is null or (released_by <> placed_by and released_by <> release_asked_by)),
  constraint legal_holds_webhook_id_fkey foreign key (webhook_id) references webhooks (id),
  constraint legal_holds_user_id_fkey foreign key (user_id) references users (id),
  constraint legal_holds_placed_by_fkey foreign key (placed_by) references users (id),
  constraint legal_holds_release_asked_by_fkey foreign key (release_asked_by) references users (id),
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
     new.reason, new.placed_by, new.placed_at)
    is distinct from
    (old.id, old.name, old.webhook_id, old.document_type, old.reference_document, old.user_id, old.from_at, old.to_at,
     old.reason, old.placed_by, old.placed_at))
  execute function released_holds_never_change();
create trigger holds_are_never_deleted before delete on legal_holds
  for each row execute function released_holds_never_change();
create trigger never_truncated before truncate on legal_holds
  for each statement execute function released_holds_never_change();
