// The roles without a login, besides the owner and the serving login. Roles belong to the cluster: several databases
// share them, and each grants its own rights.
import { type DataSource, DefaultNamingStrategy, type Table } from 'typeorm';
import { columnOf } from '../sql/columns';
import { DatabaseStartError } from './start-with-database';

/** Erases and drops what was ordered, by functions that check each row, and can do nothing else. */
const RETENTION_ROLE = 'hookledger_retention';
/** What RETENTION_ROLE may run. */
const ERASING =
  'erase_content(uuid, uuid[], uuid[], uuid[]), erase_user(uuid), order_month(text, date), drop_month(text, date)';
/** For auditors and reports: reads facts and the sealed log, and no content. */
export const READER_ROLE = 'hookledger_reader';

/** What READER_ROLE may read. A column that is not named here is content, a salt or a secret, or not part of the record. */
const FACTS: Readonly<Record<string, string>> = {
  webhook_request_logs: `id, webhook_id, direction, status, document_type, event, business_event_id, delivery_id, replay_id,
    user_id, attempt_number, duplicate, test, method, payload_id, wire_payload_id, secret_id, started_at, finished_at,
    duration_ms, response_status, response_bytes, response_truncated, error_code, trace_id, dns_ms, connect_ms, tls_ms,
    first_byte_ms, body_digest, wire_body_digest, leaf_hash`,
  payloads: 'id, byte_length, content_type, body_digest',
  business_events: `id, document_type, event, payload_id, enveloped, user_id, published_by, request_id, directed_to, caused_by,
    cause_path, trace_id, created_at, fanned_out_at, wanted_by`,
  deliveries: `id, business_event_id, webhook_id, user_id, document_type, event, test, status, skip_reason, method,
    payload_id, attempts, next_attempt_at, replay_id, created_at, delivered_at, finished_at`,
  audit_entries: `id, at, action, actor_id, actor_kind, api_key_id, session_id, subject_type, subject_id, outcome,
    request_id, leaf_hash`,
  names: 'id, subject_type, subject_id, number, at, leaf_hash',
  webhooks: 'id, name, direction, status, document_type, events, created_at, updated_at',
  evidence_queue: 'id, kind, subject_ids, leaf_hashes',
  evidence_blocks: 'first_index, leaf_count, tree_size, leaf_hashes, frontier, root_hash, sealed_at',
  evidence_nodes: 'level, node_index, hash',
  evidence_leaves: 'kind, subject_id, leaf_index',
  evidence_heads: 'origin, tree_size, checkpoint, signed_at',
  evidence_keys: 'id, origin, vkey, created_at',
};

/** The rights of both roles. Repeating them is harmless. */
export function roleGrants(): string[] {
  return [
    `do $$ begin execute format('grant connect on database %I to ${READER_ROLE}', current_database()); end $$`,
    `grant usage on schema public to ${READER_ROLE}, ${RETENTION_ROLE}`,
    `grant select on erasures to ${RETENTION_ROLE}`,
    `grant execute on function ${ERASING} to ${RETENTION_ROLE}`,
    ...Object.entries(FACTS).map(([table, columns]) => `grant select (${columns}) on ${table} to ${READER_ROLE}`),
  ];
}

/**
 * Creates the roles if they are missing and the owner may.
 * @throws DatabaseStartError that has the statements for a role that may create roles
 */
export async function createRoles(owner: DataSource): Promise<void> {
  const [login] = await owner.query<{ mayCreate: boolean }[]>(
    'select rolsuper or rolcreaterole as "mayCreate" from pg_roles where rolname = current_user',
  );
  const missing = await owner.query<{ name: string }[]>(
    'select name from unnest($1::text[]) as name where not exists (select from pg_roles where rolname = name)',
    [[RETENTION_ROLE, READER_ROLE]],
  );
  const statements = missing.map(({ name }) => `create role ${name} nologin`);
  if (statements.length > 0 && !login?.mayCreate) {
    throw new DatabaseStartError(
      `It cannot start: the login of MIGRATION_DATABASE_URL may not create roles, and ${missing
        .map(({ name }) => name)
        .join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing. Run as a superuser: ${statements.join('; ')};`,
    );
  }
  for (const statement of statements) await owner.query(unlessItExists(statement));
}

// the start of another database of this cluster may have created it meanwhile
function unlessItExists(statement: string): string {
  return `do $$ begin ${statement}; exception when duplicate_object or unique_violation then null; end $$`;
}

const CLOSING_COLUMNS = `status, finished_at, duration_ms, response_status, response_headers, response_body,
  response_bytes, response_truncated, error, error_code, remote_address, dns_ms, connect_ms, tls_ms, first_byte_ms`;

/** All but those that say what the delivery is: its event, webhook, document, user and time. */
const DELIVERY_COLUMNS = `status, skip_reason, skip_message, method, url, headers, payload_id, traceparent, attempts, round_start,
  next_attempt_at, held, waits_for, blocks, job_id, lease_id, open_request_id, replay_id, cancel_requested, delivered_at,
  finished_at`;

/** All but the time since when the user is this person: see migrations/13-approvals.sql. */
const USER_COLUMNS = `id, name, full_name, roles, active, email, email_verified, receives_mail, identity_issuer, identity_subject, roles_mapped,
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
  legal_holds, erasures, erasure_recipients, retention_limits, kept_months, mail_notices, mail_recipients, mail_conditions,
  expiry_reminders, migrations, clusters, prepared_logins`;

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
    `grant insert, update, delete on delivery_jobs, dead_letters, worker_leases, audit_windows, kept_months, mail_notices, mail_recipients,
       mail_conditions to ${name}`,
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
    `grant insert, delete on expiry_reminders to ${name}`,
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

// The names of columns and constraints, which PostgreSQL would give them too, so that entities name only others.

export class PostgresNames extends DefaultNamingStrategy {
  override columnName(property: string, given: string): string {
    return given || columnOf(property);
  }

  override primaryKeyName(table: Table | string): string {
    return `${this.getTableName(table)}_pkey`;
  }

  override foreignKeyName(table: Table | string, columns: string[]): string {
    return `${this.getTableName(table)}_${columns.join('_')}_fkey`;
  }
}
