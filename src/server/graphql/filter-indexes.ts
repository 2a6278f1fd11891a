// Which filters of the large tables have an index: see the files of the tables in migrations/.
import { DELIVERY_STATUSES } from '../../delivery/delivery.entity';
import type { IndexedFilters, Indexes } from '../../graphql/limits/where-reads';

const REQUESTS: IndexedFilters = {
  table: 'webhook_request_logs',
  found: {
    id: 'FEW',
    referenceDocument: 'FEW',
    businessEvent: 'FEW',
    delivery: 'FEW',
    search: 'WORDS',
    data: 'WORDS',
    response: 'WORDS',
    replay: 'PART',
    webhook: 'PART',
    user: 'PART',
    documentType: 'MUCH',
    status: 'PART',
  },
  // in failed_requests
  values: { status: ['FAILED', 'UNKNOWN', 'REFUSED'] },
  common: { status: ['SUCCEEDED'], duplicate: ['false'], test: ['false'] },
  links: {
    businessEvent: 'BusinessEventWhere',
    delivery: 'DeliveryWhere',
    replay: 'ReplayWhere',
    webhook: 'WebhookWhere',
    user: 'UserWhere',
  },
  time: 'startedAt',
  ofWebhook: ['status'],
  bodies: ['data', 'response'],
  orders: { DURATION: 'ALL', STATUS: 'ALL' },
};

const DELIVERIES: IndexedFilters = {
  table: 'deliveries',
  found: {
    id: 'FEW',
    referenceDocument: 'FEW',
    businessEvent: 'FEW',
    nextAttemptAt: 'ANY',
    replay: 'PART',
    webhook: 'PART',
    user: 'PART',
    status: 'PART',
    held: 'PART',
    skipReason: 'PART',
    waitsFor: 'PART',
  },
  // in open_deliveries, and in finished_deliveries
  values: { held: ['true'], status: DELIVERY_STATUSES.filter((status) => status !== 'DELIVERED') },
  common: { status: ['DELIVERED'], held: ['false'], cancelRequested: ['false'], test: ['false'] },
  links: { businessEvent: 'BusinessEventWhere', replay: 'ReplayWhere', webhook: 'WebhookWhere', user: 'UserWhere' },
  time: 'createdAt',
  ofWebhook: ['status', 'held', 'waitsFor'],
  joined: ['user'],
  orders: {
    FINISHED_AT: ['skipReason', 'user', 'businessEvent', 'referenceDocument'],
    NEXT_ATTEMPT_AT: ['user', 'businessEvent'],
  },
};

const EVENTS: IndexedFilters = {
  table: 'business_events',
  found: { id: 'FEW', referenceDocument: 'FEW', causedBy: 'FEW', user: 'PART' },
  common: {},
  links: { causedBy: 'DeliveryWhere', user: 'UserWhere' },
  time: 'createdAt',
};

const AUDIT_ENTRIES: IndexedFilters = {
  table: 'audit_entries',
  found: { id: 'FEW', subjectId: 'FEW', criteria: 'FEW', sessionId: 'FEW', actor: 'PART', action: 'PART' },
  common: { outcome: ['DONE'], actorKind: ['USER'] },
  links: { actor: 'UserWhere' },
  time: 'createdAt',
};

const OWN_AUDIT_ENTRIES: IndexedFilters = {
  table: 'audit_entries',
  found: { subjectId: 'FEW', action: 'PART' },
  common: { outcome: ['DONE'] },
  links: {},
  time: 'createdAt',
  isOfCaller: true,
};

const SESSIONS: IndexedFilters = {
  table: 'sessions',
  found: { id: 'FEW', user: 'PART' },
  common: {},
  links: { user: 'UserWhere' },
  time: 'createdAt',
};

const REPLAYS: IndexedFilters = {
  table: 'replays',
  found: { id: 'FEW' },
  common: { status: ['QUEUED'] },
  links: { delivery: 'DeliveryWhere', orderedBy: 'UserWhere' },
  time: 'createdAt',
};

const APPROVALS: IndexedFilters = {
  table: 'approvals',
  found: { id: 'FEW', delivery: 'FEW', status: 'PART' },
  common: {},
  links: { delivery: 'DeliveryWhere', requestedBy: 'UserWhere', decidedBy: 'UserWhere' },
  time: 'createdAt',
};

const EXPORTS: IndexedFilters = {
  table: 'exports',
  found: { id: 'FEW' },
  common: { kind: ['REQUESTS'] },
  links: { orderedBy: 'UserWhere', user: 'UserWhere' },
  time: 'createdAt',
};

const ERASURES: IndexedFilters = {
  table: 'erasures',
  found: { id: 'FEW', status: 'PART' },
  common: { status: ['DONE'], kind: ['RETENTION'] },
  links: { user: 'UserWhere', orderedBy: 'UserWhere' },
  time: 'createdAt',
};

export const INDEXES: Indexes = new Map([
  ['WebhookRequestLogWhere', REQUESTS],
  ['DeliveryWhere', DELIVERIES],
  ['BusinessEventWhere', EVENTS],
  ['AuditEntryWhere', AUDIT_ENTRIES],
  ['OwnAuditEntryWhere', OWN_AUDIT_ENTRIES],
  ['SessionWhere', SESSIONS],
  ['ReplayWhere', REPLAYS],
  ['ApprovalWhere', APPROVALS],
  ['ExportWhere', EXPORTS],
  ['ErasureWhere', ERASURES],
]);

export const LARGE_TABLES: readonly string[] = [...new Set([...INDEXES.values()].map(({ table }) => table))];
