// The roles without a login, besides the owner and the serving login. Roles belong to the cluster: several databases
// share them, and each grants its own rights.
import type { DataSource } from 'typeorm';
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
    cause_path, created_at, fanned_out_at, wanted_by`,
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
