import { toNodeId } from '../../../src/values/ids';
import type { TestDatabase } from '../../support/database';
import { listStates } from '../../support/delivery-states';
import { uuidAtTime } from '../../support/uuid-at-time';
import { twoApprovals } from './two-approvals';
import { twoOrders } from './two-orders';

/** Two rows of each type that differ in everything: the first has a value wherever one may be missing, the second none. */
export interface Pair {
  full: string;
  bare: string;
}

const HOUR = 3_600_000;

export async function seedTwoOfEach(database: TestDatabase): Promise<Record<string, Pair>> {
  const now = Date.now();
  const [late, early] = [new Date(now), new Date(now - HOUR)];
  const pair = () => [uuidAtTime(late.getTime()), uuidAtTime(early.getTime())] as const;
  const ids = {
    User: pair(),
    ApiKey: pair(),
    Session: pair(),
    Webhook: pair(),
    BusinessEvent: pair(),
    Delivery: pair(),
    WebhookRequestLog: pair(),
    Replay: pair(),
    Approval: pair(),
    Export: pair(),
    MaskingRule: pair(),
    DeadLetter: pair(),
    LegalHold: pair(),
    Erasure: pair(),
  };
  const insert = async (table: string, rows: readonly Record<string, unknown>[]) => {
    for (const row of rows) {
      const names = Object.keys(row);
      await database.query(
        `insert into ${table} (${names.join(', ')}) values (${names.map((_, n) => `$${n + 1}`).join(', ')})`,
        Object.values(row),
      );
    }
  };
  const [user, other] = ids.User;
  await insert('users', [
    {
      id: user,
      name: 'amina@example.com',
      full_name: 'Amina Farah',
      email: 'amina@example.com',
      roles_mapped: true,
      roles: ['SUPPORT'],
      active: true,
      created_at: late,
      updated_at: late,
    },
    { id: other, name: 'bilal', full_name: null, roles: [], active: false, created_at: early, updated_at: early },
  ]);
  const key = { user_id: user, label: 'laptop', key_id: 'aaaaaaaa', roles: ['SUPPORT'], created_at: late };
  await insert('api_keys', [
    { ...key, id: ids.ApiKey[0], token_hash: Buffer.from('a'), expires_at: late, revoked_at: late, last_used_at: late },
    {
      ...key,
      id: ids.ApiKey[1],
      token_hash: Buffer.from('b'),
      user_id: other,
      label: 'phone',
      key_id: 'bbbbbbbb',
      roles: [],
      created_at: early,
    },
  ]);
  const session = { user_id: user, method: 'API_KEY', created_at: late, expires_at: late, last_used_at: late };
  await insert('sessions', [
    {
      ...session,
      id: ids.Session[0],
      token_hash: Buffer.from('a'),
      ended_at: late,
      end_reason: 'REVOKED',
      remote_address: '203.0.113.9',
    },
    {
      id: ids.Session[1],
      user_id: other,
      method: 'API_KEY',
      token_hash: Buffer.from('b'),
      created_at: early,
      expires_at: early,
      last_used_at: early,
    },
  ]);
  const [webhook, quiet] = ids.Webhook;
  await insert('webhooks', [
    {
      id: webhook,
      name: 'Bank',
      direction: 'OUTGOING',
      status: 'PAUSED',
      status_reason: 'their weekend',
      url: 'https://bank.example/in',
      document_type: 'Sales Invoice',
      events: ['on_submit'],
      timeout_ms: 20_000,
      owner_id: user,
      created_at: late,
      updated_at: late,
      condition: 'doc.total > 1',
      method: 'PUT',
      body_format: 'JSON',
      body: '{"a":1}',
      signatures: ['V1', 'FRAPPE'],
      pass_headers: ['x-tenant'],
      rate_limit: 10,
      rate_limit_seconds: 60,
      max_concurrency: 2,
      ordering: 'HOLD',
      dedupe_seconds: 30,
      send_evidence_head: true,
      send_traceparent: true,
      support_may_reveal: true,
      receive_audit_events: true,
    },
    {
      id: quiet,
      name: 'Tax office',
      direction: 'INCOMING',
      status: 'ACTIVE',
      events: [],
      timeout_ms: 10_000,
      owner_id: other,
      created_at: early,
      updated_at: early,
      signatures: [],
    },
  ]);
  await insert('webhook_circuits', [
    {
      webhook_id: webhook,
      state: 'OPEN',
      open_until: late,
      reason: 'too slow',
      openings: 1,
      failures: 20,
      failing_since: late,
    },
    { webhook_id: quiet, state: 'CLOSED', openings: 0, failures: 0 },
  ]);
  const agreement = { settings: '{}', forward_to: [], answer_status: 200, version: 1, user_id: user };
  await insert('incoming_agreements', [
    { ...agreement, webhook_id: webhook, provider: 'GITHUB', becomes: 'FORWARD', tolerance_seconds: 600 },
    { ...agreement, webhook_id: quiet, provider: 'NONE', becomes: 'RECORD', tolerance_seconds: 60 },
  ]);
  const [delivery, skipped] = ids.Delivery;
  const [event, silent] = ids.BusinessEvent;
  const [replay, single] = ids.Replay;
  const document = { document_type: 'Sales Invoice', event: 'on_submit', reference_document: 'INV-0042' };
  const another = { document_type: 'Payment', event: 'on_cancel', reference_document: 'PAY-1' };
  const sealed = { body_digest: Buffer.from('d'), leaf_hash: Buffer.from('e') };
  await insert('business_events', [
    {
      id: event,
      ...document,
      ...sealed,
      payload_id: event,
      user_id: user,
      published_by: user,
      idempotency_key: 'key-1',
      created_at: late,
      fanned_out_at: late,
      wanted_by: 2,
      caused_by: delivery,
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    },
    { id: silent, ...another, ...sealed, payload_id: silent, user_id: other, published_by: other, created_at: early },
  ]);
  await insert('deliveries', [
    {
      id: delivery,
      business_event_id: event,
      webhook_id: webhook,
      user_id: user,
      ...document,
      status: 'CANCELLED',
      skip_reason: 'LOOP',
      skip_message: 'It came of itself.',
      attempts: 3,
      next_attempt_at: late,
      held: true,
      waits_for: 'PREDECESSOR',
      test: true,
      replay_id: replay,
      cancel_requested: true,
      delivered_at: late,
      created_at: late,
      finished_at: late,
    },
    {
      id: skipped,
      business_event_id: silent,
      webhook_id: quiet,
      user_id: other,
      ...another,
      status: 'PENDING',
      attempts: 0,
      held: false,
      created_at: early,
    },
  ]);
  await insert('replays', [
    {
      id: replay,
      status: 'FAILED',
      delivery_id: delivery,
      reason: 'their disk was full',
      rate: 50,
      ordered_by: user,
      last_delivery_id: delivery,
      delivery_count: 5,
      replayed: 3,
      skipped: 2,
      next_step_at: late,
      error: 'no such filter',
      created_at: late,
      started_at: late,
      finished_at: late,
    },
    {
      id: single,
      status: 'PAUSED',
      reason: 'seen',
      rate: 1,
      ordered_by: other,
      last_delivery_id: skipped,
      delivery_count: 1,
      replayed: 0,
      skipped: 0,
      next_step_at: early,
      created_at: early,
    },
  ]);
  const times = [late, early] as const;
  // without the triggers that ask for approvals
  await database.query('set session_replication_role = replica');
  for (const [table, rows] of twoOrders(ids, { users: ids.User, webhook, delivery, event, times }))
    await insert(table, rows);
  await insert('approvals', twoApprovals(ids, { delivery, replay }, times));
  await database.query('reset session_replication_role');
  await insert('webhook_request_logs', [
    {
      id: ids.WebhookRequestLog[0],
      direction: 'INCOMING',
      status: 'FAILED',
      ...document,
      webhook_id: webhook,
      user_id: user,
      business_event_id: event,
      delivery_id: delivery,
      attempt_number: 2,
      duplicate: true,
      test: true,
      replay_id: replay,
      method: 'PUT',
      url: 'https://bank.example/in/7',
      started_at: late,
      finished_at: late,
      duration_ms: 250,
      dns_ms: 20,
      connect_ms: 30,
      tls_ms: 40,
      first_byte_ms: 100,
      response_status: 500,
      error: 'It failed.',
      error_code: 'HTTP_STATUS',
      remote_address: '192.0.2.7',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    },
    {
      id: ids.WebhookRequestLog[1],
      direction: 'OUTGOING',
      status: 'PENDING',
      attempt_number: 1,
      duplicate: false,
      method: 'POST',
      url: 'https://tax.example/',
      started_at: early,
    },
  ]);
  await listStates(database);
  // the full one has a value everywhere, also those that only an open delivery has
  await database.query(
    `insert into open_deliveries (id, webhook_id, document_type, status, held, waits_for, next_attempt_at)
     select id, webhook_id, document_type, 'RETRYING', held, waits_for, next_attempt_at from deliveries where id = $1`,
    [delivery],
  );
  return Object.fromEntries(
    Object.entries(ids).map(([name, [full, bare]]) => [
      name,
      { full: toNodeId(name as keyof typeof ids, full), bare: toNodeId(name as keyof typeof ids, bare) },
    ]),
  );
}
