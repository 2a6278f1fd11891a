// Which index a list walks: of those that a filter names, the first in this table. It costs a further page if another would have
// been better, never a long statement, since no page looks at more than a fixed number of rows.

/** Instead of a column: rows that a smaller table names, such as those of a status. */
export const SMALLER_TABLE = 'a smaller table';
/** Instead of a column: ids that an index on words found. */
export const WORDS = 'words';

/** By table, the columns whose indexes have the rows of one value in the order of ids. */
export const WALKED: Readonly<Record<string, readonly string[]>> = {
  webhook_request_logs: [
    'id',
    'trace_id',
    'reference_document',
    'delivery_id',
    'business_event_id',
    WORDS,
    SMALLER_TABLE,
    'replay_id',
    'webhook_id',
    'user_id',
    'document_type',
  ],
  deliveries: [
    'id',
    'reference_document',
    'business_event_id',
    'skip_reason',
    SMALLER_TABLE,
    'replay_id',
    'webhook_id',
    'acting_user_id',
  ],
  business_events: ['id', 'trace_id', 'reference_document', 'caused_by', 'user_id'],
  effects: ['effect_of'],
  audit_entries: ['id', 'subject_id', 'session_id', WORDS, 'actor_id', 'action'],
  sessions: ['id', 'user_id'],
  users: ['id', 'name'],
  api_keys: ['id', 'user_id'],
  webhooks: ['id', 'owner_id'],
  webhook_versions: ['id', 'webhook_id'],
  replays: ['id'],
  approvals: ['id', 'delivery_id', 'legal_hold_id', 'status'],
  evidence_runs: ['id'],
  exports: ['id'],
  erasures: ['id', 'status'],
  legal_holds: ['id'],
  masking_rules: ['id'],
  dead_letters: ['id', 'delivery_id', 'business_event_id'],
};

/** By smaller table, the columns before the id in its indexes, the best first. */
export const SMALLER_WALKED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  failed_requests: [['webhook_id'], ['status']],
  open_deliveries: [['webhook_id', 'status'], ['status']],
  finished_deliveries: [['webhook_id', 'status'], ['status']],
};

/** The same by column of another order, which stands between them and the id. */
export const ORDERED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'open_deliveries.next_attempt_at': [['webhook_id'], []],
  'finished_deliveries.finished_at': [['webhook_id', 'status'], ['status']],
  'deliveries.business_event_id': [['acting_user_id']],
};

/** Columns with an index for the beginning of a text, which orders by bytes. */
export const BY_BYTES: ReadonlySet<string> = new Set(['reference_document']);
