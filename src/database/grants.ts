const CLOSING_COLUMNS = `status, finished_at, duration_ms, response_status, response_headers, response_body,
  response_bytes, response_truncated, error, error_code, remote_address, dns_ms, connect_ms, tls_ms, first_byte_ms`;

/** All but those that say what the delivery is: its event, webhook, document, user and time. */
const DELIVERY_COLUMNS = `status, skip_reason, skip_message, method, url, headers, payload_id, attempts, round_start,
  next_attempt_at, held, waits_for, blocks, job_id, lease_id, open_request_id, replay_id, cancel_requested, delivered_at,
  finished_at`;

/** All but the time since when the user is this person: see migrations/13-approvals.sql. */
const USER_COLUMNS = `id, name, full_name, roles, active, email, email_verified, identity_issuer, identity_subject, roles_mapped,
  created_at, updated_at`;

/** All our tables. Partitions are read through their parent table. */
const TABLES = `users, names, api_keys, sessions, pending_sign_ins, audit_entries, audit_windows, audit_event_queue, webhooks,
  webhook_versions, masking_rules, webhook_secrets, webhook_credentials, webhook_circuits, webhook_slots,
  pending_decisions, deliveries_pause, incoming_agreements, incoming_tokens, incoming_ids,
  unrecorded_refusals, payloads, business_events, outbox, idempotency_keys, deliveries, open_deliveries,
  finished_deliveries, blocking_deliveries, delivery_decisions, delivery_jobs, dead_letters, worker_leases, webhook_request_logs,
  replays, approval_rules, approvals, request_changes, feed_positions, failed_requests, request_index,
  request_stats_series, request_stats, request_stats_open, delivery_changes, delivery_stats_series,
  delivery_stats, exports, evidence_queue, evidence_blocks, evidence_nodes, evidence_leaves,
  evidence_keys, evidence_heads, evidence_anchors, evidence_anchor_targets, evidence_stops, evidence_runs,
  legal_holds, erasures, erasure_recipients, retention_limits, kept_months, migrations, prepared_logins`;

/**
 * The rights of the serving login: to read our tables, insert rows, and update only columns that change. It cannot
 * change closed requests, payloads, audit entries and the sealed log, and owns nothing. Repeating them is harmless. Tables are
 * listed by name, because `public` may contain tables of other applications.
 */
export function servingGrants(login: string): string[] {
  const name = `"${login.replaceAll('"', '""')}"`;
  return [
    `grant usage on schema public to ${name}`,
    `grant select on ${TABLES} to ${name}`,
    `grant insert (${USER_COLUMNS}), update (${USER_COLUMNS}) on users to ${name}`,
    `grant insert on api_keys, sessions, pending_sign_ins, webhooks, webhook_versions, masking_rules, webhook_secrets,
       webhook_credentials, webhook_circuits, webhook_slots, pending_decisions, deliveries_pause,
       incoming_agreements, incoming_tokens, incoming_ids, unrecorded_refusals, replays,
       payloads, business_events, outbox, idempotency_keys, deliveries, open_deliveries, finished_deliveries,
       blocking_deliveries, webhook_request_logs, audit_entries to ${name}`,
    `grant insert, update, delete on delivery_jobs, dead_letters, worker_leases, audit_windows, kept_months to ${name}`,
    // update: which locking a row needs
    `grant update, delete on audit_event_queue to ${name}`,
    `grant update on api_keys, sessions, webhooks, webhook_secrets, webhook_credentials, webhook_circuits,
       open_deliveries, incoming_agreements, incoming_tokens, unrecorded_refusals, replays to ${name}`,
    `grant update (${DELIVERY_COLUMNS}) on deliveries to ${name}`,
    // which locking a row needs
    `grant update (event_id) on outbox to ${name}`,
    `grant update (request_id, business_event_id) on incoming_ids to ${name}`,
    `grant update (fanned_out_at, wanted_by) on business_events to ${name}`,
    `grant update (${CLOSING_COLUMNS}) on webhook_request_logs to ${name}`,
    `grant delete on sessions, pending_sign_ins, outbox, idempotency_keys, open_deliveries, finished_deliveries,
       blocking_deliveries, incoming_ids, incoming_tokens, webhook_secrets, webhook_credentials, webhook_slots, masking_rules, pending_decisions,
       deliveries_pause, request_changes to ${name}`,
    `grant insert on request_index to ${name}`,
    `grant update on feed_positions to ${name}`,
    `grant insert on request_stats_series, request_stats, request_stats_open, delivery_changes, delivery_stats_series,
       delivery_stats to ${name}`,
    `grant update on request_stats, delivery_stats to ${name}`,
    `grant delete on request_stats_open, delivery_stats, delivery_changes to ${name}`,
    `grant insert on exports to ${name}`,
    `grant delete on evidence_queue to ${name}`,
    `grant insert on evidence_blocks, evidence_nodes, evidence_leaves, evidence_keys, evidence_heads, evidence_anchors,
       evidence_runs to ${name}`,
    `grant insert, update, delete on evidence_stops, evidence_anchor_targets to ${name}`,
    `grant update (status, checked, findings, finding_count, error, seen_at, finished_at) on evidence_runs to ${name}`,
    `grant update (kek, wrapped, box, signs_from, retires_at, destroyed_at, compromised_at) on evidence_keys to ${name}`,
    `grant insert on legal_holds, erasures to ${name}`,
    `grant insert, update on retention_limits to ${name}`,
    `grant update (status, erased_count, deferred_count, deferred_reason, next_step_at, finished_at)
       on erasures to ${name}`,
    `grant execute on function erase_content(uuid, uuid[], uuid[], uuid[]), erase_user(uuid) to ${name}`,
    `grant execute on function months_past_limit(), order_month(text, date), drop_month(text, date) to ${name}`,
    `grant update (release_id, released_at) on legal_holds to ${name}`,
    `grant insert on approvals to ${name}`,
    `grant update (status, announced, decided_by, decider_issuer, decider_subject, decided_at, decision_reason, replay_id)
       on approvals to ${name}`,
    `grant update (downloads, rows_sent, bytes_sent, completed_at) on exports to ${name}`,
    `grant execute on function missing_partitions(integer), make_partition(text) to ${name}`,
    `grant execute on function rebuild_change_feed() to ${name}`,
    `grant execute on function deliveries_are_paused() to ${name}`,
    `grant execute on function publish_event(text, text, text, json, text, text, text) to ${name}`,
  ];
}
