-- Evidence: a Merkle tree (RFC 6962) over the record, with signed heads. docs/evidence.md describes the formats.

-- Leaves that are not yet in the tree. The statement that closes or inserts rows inserts their leaves here, up to 1,000 in a row, and the
-- transaction that seals them deletes the row: the leaf of a committed row is either here or in the tree, whenever a process ends.
create table evidence_queue (
  id bigint generated always as identity,
  kind smallint not null,           -- 1 request, 2 audit entry, 3 event, 4 decision, 5 name
  subject_ids uuid[] not null,
  leaf_hashes bytea not null,       -- 32 bytes each, in the order of subject_ids
  constraint evidence_queue_pkey primary key (id),
  constraint evidence_queue_kind_check check (kind between 1 and 5),
  constraint evidence_queue_leaf_hashes_check check (octet_length(leaf_hashes) = 32 * cardinality(subject_ids))
) with (toast_tuple_target = 8160);
-- up to 160 leaves are stored in the row itself, since it is deleted a moment later
alter table evidence_queue alter column subject_ids set storage main, alter column leaf_hashes set storage main;

-- For more than 1,000 leaves of a statement: triggers insert fewer by themselves, since a call costs more than the row.
create function queue_many_leaves(kind integer, ids uuid[], hashes bytea) returns void
language plpgsql as $$
begin
  for begin_at in 1 .. coalesce(cardinality(ids), 0) by 1000 loop
    insert into public.evidence_queue (kind, subject_ids, leaf_hashes)
      values (queue_many_leaves.kind, ids[begin_at : begin_at + 999], substring(hashes from 32 * begin_at - 31 for 32000));
  end loop;
end $$;
revoke execute on function queue_many_leaves(integer, uuid[], bytea) from public;

-- The leaves of the tree, in their order. Each sealing adds one row.
create table evidence_blocks (
  first_index bigint not null,
  leaf_count integer not null,
  tree_size bigint not null,        -- after this block
  leaf_hashes bytea not null,       -- 32 bytes each
  frontier bytea not null,          -- the roots of the perfect subtrees of the tree, largest first, 32 bytes each
  root_hash bytea not null,
  sealed_at timestamptz(3) not null,
  constraint evidence_blocks_pkey primary key (first_index),
  constraint evidence_blocks_tree_size_key unique (tree_size),
  constraint evidence_blocks_size_check check
    (first_index >= 0 and leaf_count > 0 and tree_size = first_index + leaf_count and octet_length(leaf_hashes) = 32 * leaf_count),
  constraint evidence_blocks_root_check check (octet_length(root_hash) = 32)
);
-- not compressed, so that substring() reads only a slice
alter table evidence_blocks alter column leaf_hashes set storage external;

-- The inner nodes at the levels 8, 16, 24, ...: a proof reads at most 256 hashes of each level.
create table evidence_nodes (
  level smallint not null,
  node_index bigint not null,
  hash bytea not null,
  constraint evidence_nodes_pkey primary key (level, node_index),
  constraint evidence_nodes_level_check check (level > 0 and level % 8 = 0),
  constraint evidence_nodes_hash_check check (octet_length(hash) = 32)
);

-- The place of each row's leaf in the tree. Partitioned by month, as the tables of the record.
create table evidence_leaves (
  kind smallint not null,
  subject_id uuid not null,
  leaf_index bigint not null,
  constraint evidence_leaves_pkey primary key (kind, subject_id),
  constraint evidence_leaves_place_check check (kind between 1 and 5 and leaf_index >= 0)
) partition by range (subject_id);
-- BRIN: leaf_index grows with the pages of the table, because leaves are appended
create index evidence_leaves_leaf_index_idx on evidence_leaves using brin (leaf_index);

-- The keys that sign heads. The private half is encrypted as in webhook_secrets.
create table evidence_keys (
  id uuid not null,
  origin text not null,             -- the name of the log, and of the key
  vkey text not null,               -- the C2SP verifier key, which verifiers trust
  kek text,                         -- null: the private half was destroyed
  wrapped bytea,
  box bytea,
  signs_from bigint,                -- the size of the first tree that it signs; null: the first key of a log
  retires_at timestamptz(3),        -- it signs nothing from this time; null: it was not rotated
  destroyed_at timestamptz(3),
  compromised_at timestamptz(3),    -- heads that it signed from this time prove nothing
  continues text,                   -- of a log that was restarted: the newest known head of the log before
  created_at timestamptz(3) not null,
  constraint evidence_keys_pkey primary key (id),
  constraint evidence_keys_vkey_key unique (vkey),
  constraint evidence_keys_destroyed_check check ((box is null) = (destroyed_at is not null)
    and (kek is null) = (box is null) and (wrapped is null) = (box is null))
);

-- Signed heads: C2SP checkpoints. A head is signed only after its block was committed.
create table evidence_heads (
  origin text not null,
  tree_size bigint not null,
  checkpoint text not null,
  signed_at timestamptz(3) not null,
  constraint evidence_heads_pkey primary key (tree_size, origin),   -- size first: the newest head is read often
  constraint evidence_heads_checkpoint_check check (octet_length(checkpoint) <= 65536),
  constraint evidence_heads_tree_size_fkey foreign key (tree_size) references evidence_blocks (tree_size)
);

-- Proofs of other parties that a head existed at a time, and events that contained a head.
create table evidence_anchors (
  id uuid not null,
  origin text not null,
  tree_size bigint not null,
  kind text not null,
  by text not null,                 -- name of the witness, URL of the authority, 'webhooks' (EVENT), or maker of the proof
  query bytea,                      -- RFC3161: the request
  proof bytea,                      -- WITNESS: lines of cosignatures; RFC3161: the response; EVENT: null
  at timestamptz(3) not null,
  constraint evidence_anchors_pkey primary key (id),
  constraint evidence_anchors_head_key unique (tree_size, origin, kind, by),
  constraint evidence_anchors_head_fkey foreign key (origin, tree_size) references evidence_heads (origin, tree_size),
  constraint evidence_anchors_size_check check (octet_length(proof) <= 65536 and octet_length(query) <= 1024),
  constraint evidence_anchors_kind_check check (kind in ('EVENT', 'WITNESS', 'RFC3161', 'ATTACHED'))
);

-- The receivers of heads, and how the last attempt to anchor at each of them ended.
create table evidence_anchor_targets (
  kind text not null,
  by text not null,
  tried_at timestamptz(3),
  ordered_at timestamptz(3),        -- when anchorEvidence ordered it; null: not ordered, or done
  anchored_size bigint,             -- tree_size of the newest head that was anchored
  anchored_at timestamptz(3),
  error text,                       -- of the last attempt; null: it succeeded
  constraint evidence_anchor_targets_pkey primary key (kind, by),
  constraint evidence_anchor_targets_size_check check (anchored_size >= 0),
  constraint evidence_anchor_targets_kind_check check (kind in ('EVENT', 'WITNESS', 'RFC3161'))
);

-- The reasons for which processes do not seal, or not all (ROWS). The process that finds a reason inserts it, and deletes it when the reason is gone.
create table evidence_stops (
  reporter text not null,           -- host of the process, and the file in which it keeps the newest head
  code text not null,
  message text not null,
  checkpoint text,                  -- a known head that contradicts the tree: no process seals; null: only the reporter does not
  since timestamptz(3) not null,
  seen_at timestamptz(3) not null,
  constraint evidence_stops_pkey primary key (reporter),
  constraint evidence_stops_code_check check (code in ('UNREADABLE', 'UNWRITABLE', 'OTHER_LOG', 'NEWER', 'CONTRADICTS', 'FAILED', 'ROWS'))
);

-- Verifications of the whole log, which verifyEvidence orders, with their progress and findings.
create table evidence_runs (
  id uuid not null,
  depth text not null,
  scope text not null,              -- JSON: which rows are compared
  status text not null,
  known_heads text[] not null,      -- heads that the caller knows
  checked bigint not null,          -- rows that were compared
  findings text not null,           -- JSON: the first findings
  finding_count bigint not null,
  error text,
  ordered_by uuid not null,
  created_at timestamptz(3) not null,
  seen_at timestamptz(3),           -- when its process last wrote progress; when this is old, another one restarts it
  finished_at timestamptz(3),
  constraint evidence_runs_pkey primary key (id),
  constraint evidence_runs_status_check check (status in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED')),
  constraint evidence_runs_depth_check check (depth in ('TREE', 'ROWS', 'CONTENT')),
  constraint evidence_runs_finished_check check ((finished_at is null) = (status in ('PENDING', 'RUNNING'))),
  constraint evidence_runs_ordered_by_fkey foreign key (ordered_by) references users (id)
);
create index evidence_runs_open_idx on evidence_runs (id) where status in ('PENDING', 'RUNNING');

create trigger results_never_change before update on evidence_runs
  for each row when (old.finished_at is not null) execute function refuse_change();
create trigger runs_are_never_deleted before delete on evidence_runs
  for each row execute function refuse_change();
create trigger never_truncated before truncate on evidence_runs
  for each statement execute function refuse_change();
create trigger evidence_never_changes before update or delete on evidence_blocks
  for each row execute function refuse_change();
create trigger evidence_never_changes before update or delete on evidence_nodes
  for each row execute function refuse_change();
create trigger evidence_never_changes before update or delete on evidence_leaves
  for each row execute function refuse_change();
create trigger evidence_never_changes before update or delete on evidence_heads
  for each row execute function refuse_change();
create trigger evidence_never_changes before update or delete on evidence_anchors
  for each row execute function refuse_change();
create trigger never_truncated before truncate on evidence_anchors
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on evidence_blocks
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on evidence_nodes
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on evidence_leaves
  for each statement execute function refuse_change();
create trigger never_truncated before truncate on evidence_heads
  for each statement execute function refuse_change();

-- The salted digest of a part of a row's content. Each part has a salt that is derived from that of the row, so that one part
-- can be disclosed without the others.
create function evidence_digest(salt bytea, part bytea, content bytea) returns bytea
language sql immutable strict parallel safe as $$ select sha256(sha256(salt || part) || content) $$;

-- The record of a closed request: canonical JSON (RFC 8785), without the columns that are null, which takes a third less CPU than
-- with them: concat() leaves out members whose value is null. The files of src/evidence/formats/ write the same text. The leaf
-- is SHA-256 over a zero byte and the record. An auditor recomputes all leaves with one statement:
--   select id from webhook_request_logs r where finished_at is not null and request_leaf_hash(r) <> leaf_hash
create function request_record(r webhook_request_logs) returns text
language plpgsql stable parallel safe as $$
begin
  return concat(
    '{"attempt":', r.attempt_number,
    ',"businessEvent":"' || r.business_event_id || '"',
    ',"connectMs":' || r.connect_ms,
    ',"content":', case when r.erased_digests is null then concat('{',
    '"body":"' || encode(r.body_digest, 'hex') || '",',
    '"error":"' || encode(public.evidence_digest(r.content_salt, 'error', convert_to(r.error, 'UTF8')), 'hex') || '",',
    '"headers":"' || encode(public.evidence_digest(r.content_salt, 'headers', convert_to(r.headers, 'UTF8')), 'hex') || '",',
    '"reference":"' || encode(public.evidence_digest(r.content_salt, 'reference', convert_to(r.reference_document, 'UTF8')), 'hex') || '",',
    '"remoteAddress":"' || encode(public.evidence_digest(r.content_salt, 'remoteAddress', convert_to(r.remote_address, 'UTF8')), 'hex') || '",',
    '"response":"' || encode(public.evidence_digest(r.content_salt, 'response', r.response_body), 'hex') || '",',
    '"responseHeaders":"' || encode(public.evidence_digest(r.content_salt, 'responseHeaders', convert_to(r.response_headers, 'UTF8')), 'hex') || '",',
    '"url":"', encode(public.evidence_digest(r.content_salt, 'url', convert_to(r.url, 'UTF8')), 'hex'),
    '","wireBody":"' || encode(r.wire_body_digest, 'hex'),
    '"}') else r.erased_digests end, ',"delivery":"' || r.delivery_id || '"',
    ',"direction":', to_json(r.direction),
    ',"dnsMs":' || r.dns_ms,
    ',"documentType":' || to_json(r.document_type),
    ',"duplicate":', r.duplicate::pg_catalog.text,
    ',"durationMs":' || r.duration_ms,
    ',"errorCode":' || to_json(r.error_code),
    ',"event":' || to_json(r.event),
    ',"finishedAt":"', to_char(r.finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    '"', ',"firstByteMs":' || r.first_byte_ms,
    ',"id":"', r.id,
    '","kind":"request","method":', to_json(r.method),
    ',"payload":"' || r.payload_id || '"',
    ',"replay":"' || r.replay_id || '"',
    ',"responseBytes":' || r.response_bytes,
    ',"responseStatus":' || r.response_status,
    ',"responseTruncated":' || r.response_truncated,
    ',"secretId":"' || r.secret_id || '"',
    ',"startedAt":"', to_char(r.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    '","status":', to_json(r.status),
    ',"test":', r.test::pg_catalog.text,
    ',"tlsMs":' || r.tls_ms,
    ',"traceId":' || to_json(r.trace_id),
    ',"user":"' || r.user_id || '"',
    ',"v":1',
    ',"webhook":"' || r.webhook_id || '"',
    ',"wirePayload":"' || r.wire_payload_id || '"',
    '}');
end $$;

create function request_leaf_hash(r webhook_request_logs) returns bytea
language plpgsql stable parallel safe as $$
begin
  return sha256('\x00'::bytea || convert_to(public.request_record(r), 'UTF8'));
end $$;

-- The digest that the record of an audit entry has of a part: of its content, or the one that its erasure has left.
create function audit_digest(part text, salt bytea, content text, erased text) returns text
language sql immutable parallel safe as $$
  select coalesce(encode(public.evidence_digest(salt, convert_to(part, 'UTF8'), convert_to(content, 'UTF8')), 'hex'),
    erased::pg_catalog.json ->> part)
$$;

create function audit_record(e audit_entries) returns text
language plpgsql stable parallel safe as $$
begin
  return concat(
    '{"action":', to_json(e.action),
    ',"actor":"' || e.actor_id || '"',
    ',"actorKind":', to_json(e.actor_kind),
    ',"at":"', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    '","content":{', ltrim(concat(
      ',"criteria":"' || public.audit_digest('criteria', e.criteria_salt, e.criteria, e.erased_digests) || '"',
      ',"details":"' || public.audit_digest('details', e.content_salt, e.details, e.erased_digests) || '"',
      ',"identityIssuer":"' || public.audit_digest('identityIssuer', e.identity_salt, e.identity_issuer, e.erased_digests) || '"',
      ',"identitySubject":"' || public.audit_digest('identitySubject', e.identity_salt, e.identity_subject, e.erased_digests) || '"',
      ',"reason":"' || public.audit_digest('reason', e.reason_salt, e.reason, e.erased_digests) || '"',
      ',"remoteAddress":"' || public.audit_digest('remoteAddress', e.origin_salt, e.remote_address, e.erased_digests) || '"',
      ',"userAgent":"' || public.audit_digest('userAgent', e.origin_salt, e.user_agent, e.erased_digests) || '"'), ','), '}',
    ',"id":"', e.id,
    '","kind":"audit","outcome":', to_json(e.outcome),
    ',"requestId":' || to_json(e.request_id),
    ',"session":"' || e.session_id || '"',
    ',"subjectId":"' || e.subject_id || '"',
    ',"subjectType":' || to_json(e.subject_type),
    ',"v":1',
    ',"viaKey":"' || e.api_key_id || '"',
    '}');
end $$;

create function audit_leaf_hash(e audit_entries) returns bytea
language plpgsql stable parallel safe as $$
begin
  return sha256('\x00'::bytea || convert_to(public.audit_record(e), 'UTF8'));
end $$;

create function event_record(e business_events) returns text
language plpgsql stable parallel safe as $$
begin
  return concat(
    '{"at":"', to_char(e.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    '","causePath":', to_json(e.cause_path),
    ',"causedBy":"' || e.caused_by || '"',
    ',"content":', case when e.erased_digests is null then concat('{"body":"', encode(e.body_digest, 'hex'), '"',
    ',"idempotencyKey":"' || encode(public.evidence_digest(e.content_salt, 'idempotencyKey', convert_to(e.idempotency_key, 'UTF8')), 'hex') || '"',
    ',"reference":"', encode(public.evidence_digest(e.content_salt, 'reference', convert_to(e.reference_document, 'UTF8')), 'hex'), '"',
    ',"remoteAddress":"' || encode(public.evidence_digest(e.content_salt, 'remoteAddress', convert_to(e.remote_address, 'UTF8')), 'hex') || '"',
    '}') else e.erased_digests end, ',"directedTo":' || to_json(e.directed_to),
    ',"documentType":', to_json(e.document_type),
    case when e.enveloped then ',"enveloped":true' end,
    ',"event":', to_json(e.event),
    ',"id":"', e.id,
    '","kind":"event","payload":"', e.payload_id,
    '","publishedBy":"', e.published_by,
    '"', ',"request":"' || e.request_id || '"',
    ',"session":"' || e.session_id || '"',
    ',"traceId":' || to_json(e.trace_id),
    ',"user":"', e.user_id,
    '","v":1', ',"viaKey":"' || e.api_key_id || '"',
    '}');
end $$;

create function event_leaf_hash(e business_events) returns bytea
language plpgsql stable parallel safe as $$
begin
  return sha256('\x00'::bytea || convert_to(public.event_record(e), 'UTF8'));
end $$;

create function decision_record(d delivery_decisions) returns text
language plpgsql stable parallel safe as $$
begin
  return concat(
    '{"at":"', to_char(d.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    '","attempts":', d.attempts,
    ',"businessEvent":"', d.business_event_id,
    '","content":', case when d.erased_digests is null then concat('{',
    '"message":"' || encode(public.evidence_digest(d.content_salt, 'message', convert_to(d.message, 'UTF8')), 'hex') || '"',
    '}') else d.erased_digests end, ',"delivery":"', d.delivery_id,
    '","id":"', d.id,
    '","kind":"decision"', ',"reason":' || to_json(d.reason),
    ',"status":', to_json(d.status),
    ',"v":1,"webhook":"', d.webhook_id,
    '"}');
end $$;

create function decision_leaf_hash(d delivery_decisions) returns bytea
language plpgsql stable parallel safe as $$
begin
  return sha256('\x00'::bytea || convert_to(public.decision_record(d), 'UTF8'));
end $$;

-- The digest of a payload: SHA-256 over canonical JSON with its type, its length, and the salted digest of its bytes. For erased
-- bytes, the caller gives this salted digest.
create function payload_digest(salt bytea, body bytea, byte_length integer, content_type text,
  erased_digest text default null) returns bytea
language sql stable parallel safe as $$
  select sha256(convert_to(concat(
    '{"bytes":', byte_length,
    ',"content":"' || coalesce(encode(public.evidence_digest(salt, 'body', body), 'hex'), erased_digest) || '"',
    ',"contentType":', to_json(content_type),
    '}'), 'UTF8'))
$$;

-- The trigger functions of rows that every delivery writes set no search path: that costs 2.5 µs a row, and a delivery has four.
-- A login other than the owner can make no function and no operator that they would find. It can make types in pg_temp, so
-- types are named with their schema.
create function digest_payload() returns trigger
language plpgsql as $$
begin
  new.body_digest := public.payload_digest(new.body_salt, new.body, new.byte_length, new.content_type);
  return new;
end $$;
create trigger payloads_have_digests before insert on payloads
  for each row execute function digest_payload();

-- The two trigger functions below contain the expressions of the record functions, because passing a whole row of a partition to
-- a function costs as much as three digests. This function returns the expression, with `new` as the row. A statement that
-- inserts many rows gives the digests of their payloads, because a look-up for each row costs more than the leaf.
create function record_of_new(record_function regprocedure) returns text
language sql stable as $$
  select regexp_replace(substring(prosrc from 'return (.*);\s+end'), '\m' || proargnames[1] || '\.', 'new.', 'g')
  from pg_proc where oid = record_function
$$;
do $do$
begin
  execute format($function$
create function make_request_leaf() returns trigger
language plpgsql as $$
begin
  -- an open row may only be closed: the columns that it was opened with do not change
  if tg_op = 'UPDATE' then
    if new.finished_at is null or
      (new.id, new.webhook_id, new.direction, new.document_type, new.event, new.reference_document,
       new.business_event_id, new.delivery_id, new.user_id, new.attempt_number, new.duplicate, new.method, new.url,
       new.headers, new.payload_id, new.secret_id, new.started_at, new.test, new.replay_id, new.wire_payload_id,
       new.trace_id, new.content_salt)
      is distinct from
      (old.id, old.webhook_id, old.direction, old.document_type, old.event, old.reference_document,
       old.business_event_id, old.delivery_id, old.user_id, old.attempt_number, old.duplicate, old.method, old.url,
       old.headers, old.payload_id, old.secret_id, old.started_at, old.test, old.replay_id, old.wire_payload_id,
       old.trace_id, old.content_salt) then
      raise exception '%% on %% is refused: the record is write-once', tg_op, tg_table_name
        using errcode = 'integrity_constraint_violation';
    end if;
  end if;
  -- a request may be closed late, such as after an outage of the database, but not with a time before its start or in the future; at
  -- its start also if that is in the future by now, because the clock was set back
  if new.finished_at not between new.started_at - interval '10 minutes'
      and greatest(clock_timestamp() + interval '10 minutes', new.started_at) then
    raise exception 'closing request %% is refused: finished_at %% must be between started_at %%, and the time of the database, %%',
        new.id, new.finished_at, new.started_at, clock_timestamp()
      using errcode = 'integrity_constraint_violation', constraint = 'rows_are_in_time', column = 'finished_at',
        hint = 'Let NTP set the clocks of both machines.';
  end if;
  if (new.payload_id is not null and new.body_digest is null)
      or (new.wire_payload_id is not null and new.wire_body_digest is null) then
    new.body_digest := (select p.body_digest from public.payloads p where p.id = new.payload_id);
    new.wire_body_digest := (select p.body_digest from public.payloads p where p.id = new.wire_payload_id);
  end if;
  new.leaf_hash := sha256('\x00'::pg_catalog.bytea || convert_to(%s, 'UTF8'));
  return new;
end $$$function$, record_of_new('request_record(webhook_request_logs)'));
  execute format($function$
create function make_event_leaf() returns trigger
language plpgsql as $$
begin
  if new.body_digest is null then
    select p.body_digest into new.body_digest from public.payloads p where p.id = new.payload_id;
  end if;
  new.leaf_hash := sha256('\x00'::pg_catalog.bytea || convert_to(%s, 'UTF8'));
  return new;
end $$$function$, record_of_new('event_record(business_events)'));
end $do$;
drop function record_of_new(regprocedure);

create trigger requests_have_leaves_insert before insert on webhook_request_logs
  for each row when (new.finished_at is not null) execute function make_request_leaf();
create trigger open_rows_are_only_closed before update on webhook_request_logs
  for each row when (old.finished_at is null) execute function make_request_leaf();

create function make_audit_leaf() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.leaf_hash := public.audit_leaf_hash(new);
  return new;
end $$;
create trigger entries_have_leaves before insert on audit_entries
  for each row execute function make_audit_leaf();

create trigger events_have_leaves before insert on business_events
  for each row execute function make_event_leaf();

-- The trigger functions below run as their owner, because no other login may write the queue or decisions. Those of the log are
-- in 4-request-log.sql.
create function queue_event_leaves() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  ids uuid[];
  hashes bytea;
  user_ids uuid[];
  is_known boolean;
  earliest constant timestamptz := public.earliest_time();
  latest constant timestamptz := public.latest_time();
  all_in_time boolean;
begin
  select array_agg(id), string_agg(leaf_hash, ''),
      array_agg(distinct published_by) || array_agg(distinct user_id) filter (where user_id <> published_by),
      bool_and(public.is_in_time(id, created_at, earliest, latest))
    into ids, hashes, user_ids, all_in_time from made;
  if not all_in_time then
    perform public.refuse_row_out_of_time('business_events', 'created_at', id, created_at) from made
      where not public.is_in_time(id, created_at, earliest, latest) limit 1;
  end if;
  is_known := public.are_known('business_events', user_ids, null);
  if cardinality(ids) > 1000 then
    perform public.queue_many_leaves(3, ids, hashes);
  elsif ids is not null then
    insert into public.evidence_queue (kind, subject_ids, leaf_hashes) values (3, ids, hashes);
  end if;
  return null;
end $$;
revoke execute on function queue_event_leaves() from public;
create trigger events_go_to_queue after insert on business_events
  referencing new table as made for each statement execute function queue_event_leaves();

-- The triggers are for each row, because their WHEN condition costs nothing for the other rows, and most deliveries succeed.
create function record_decision() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  decision public.delivery_decisions;
begin
  decision.id := public.new_id();
  decision.delivery_id := new.id;
  decision.business_event_id := new.business_event_id;
  decision.webhook_id := new.webhook_id;
  decision.status := new.status;
  decision.reason := new.skip_reason;
  decision.message := new.skip_message;
  decision.attempts := new.attempts;
  decision.at := new.finished_at;
  decision.content_salt := uuid_send(gen_random_uuid());
  decision.leaf_hash := public.decision_leaf_hash(decision);
  insert into public.delivery_decisions values (decision.*);
  insert into public.evidence_queue (kind, subject_ids, leaf_hashes) values (4, array[decision.id], decision.leaf_hash);
  return null;
end $$;
revoke execute on function record_decision() from public;
create trigger decisions_at_fan_out after insert on deliveries
  for each row when (new.status in ('EXHAUSTED', 'SKIPPED', 'CANCELLED')) execute function record_decision();
create trigger later_decisions after update on deliveries
  for each row when (new.status in ('EXHAUSTED', 'SKIPPED', 'CANCELLED')
    and (new.status, new.finished_at) is distinct from (old.status, old.finished_at))
  execute function record_decision();

create function queue_audit_leaves() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  earliest constant timestamptz := public.earliest_time();
  latest constant timestamptz := public.latest_time();
begin
  perform public.refuse_row_out_of_time('audit_entries', 'at', id, at) from entries
    where not public.is_in_time(id, at, earliest, latest) limit 1;
  insert into public.evidence_queue (kind, subject_ids, leaf_hashes)
    select 2, array_agg(id), string_agg(leaf_hash, '') from entries having count(*) between 1 and 1000;
  if not found then
    perform public.queue_many_leaves(2, array_agg(id), string_agg(leaf_hash, '')) from entries;
  end if;
  return null;
end $$;
revoke execute on function queue_audit_leaves() from public;
create trigger entries_go_to_queue after insert on audit_entries
  referencing new table as entries for each statement execute function queue_audit_leaves();

-- Queues entries that will be published as events. Entries about reading are left out, because to read their events would make
-- further ones.
create function queue_audit_events() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from public.webhooks where receive_audit_events and status <> 'ARCHIVED') then
    insert into public.audit_event_queue (entry_id) select id from entries
    where action not in ('content.read', 'audit.exported', 'audit.export_ended');
  end if;
  return null;
end $$;
revoke execute on function queue_audit_events() from public;
create trigger entries_become_events after insert on audit_entries
  referencing new table as entries for each statement execute function queue_audit_events();

select make_partition(name) from missing_partitions(1);
