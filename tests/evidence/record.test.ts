// The record of a row: written by the application and by SQL functions, with the same bytes.
import { randomBytes } from 'node:crypto';
import { canonicalize } from '@sigstore/core/dist/json';
import { leafHashOf } from '../../src/evidence/formats/merkle-tree';
import { auditRecord, partDigest, requestRecord } from '../../src/evidence/formats/record';
import { AUDIT_FACTS, REQUEST_FACTS } from '../../src/evidence/sealed-rows.store';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const CONTROLS = Array.from({ length: 31 }, (_, n) => String.fromCodePoint(n + 1)).join('');
const TEXTS = [
  null,
  '',
  'Sales Invoice',
  `"quoted" \\ / ${CONTROLS}\u007f\u0085`,
  'Ä€😀\u2028\u2029\ufeff\uffff',
  'فاتورة',
  'null',
];
const some = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T;
const maybe = (value: number | string | Buffer) => some([null, value]);
const uuid = () => {
  const hex = randomBytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20)}`;
};

// every column of the log with a random value; the triggers are off, so that no other table has to have its rows
async function insertRandomRequests(count: number): Promise<void> {
  await database.query('set session_replication_role = replica');
  for (let n = 0; n < count; n++) {
    const row: Record<string, unknown> = {
      id: `01a2${uuid().slice(4)}`,
      webhook_id: maybe(uuid()),
      direction: some(['OUTGOING', 'INCOMING']),
      status: some(['SUCCEEDED', 'FAILED', 'UNKNOWN', 'REFUSED']),
      document_type: some(TEXTS),
      event: some(TEXTS),
      reference_document: some(TEXTS),
      business_event_id: maybe(uuid()),
      delivery_id: maybe(uuid()),
      replay_id: maybe(uuid()),
      user_id: maybe(uuid()),
      attempt_number: some([1, 2, 2_147_483_647]),
      duplicate: some([true, false]),
      test: some([true, false]),
      method: some(['POST', 'DELETE', 'a"b']),
      url: some(['https://example.com/', ...TEXTS.filter((text) => text !== null)]),
      headers: some(TEXTS),
      payload_id: maybe(uuid()),
      wire_payload_id: maybe(uuid()),
      secret_id: maybe(uuid()),
      started_at: '2026-11-25T23:59:59.999Z',
      finished_at: some(['2026-11-26T00:00:00.000Z', '2026-02-28T12:00:00.120Z']),
      duration_ms: maybe(0),
      response_status: maybe(200),
      response_headers: some(TEXTS),
      response_body: maybe(randomBytes(40)),
      response_bytes: maybe(12),
      response_truncated: some([null, true, false]),
      error: some(TEXTS),
      error_code: some([null, 'HTTP_STATUS']),
      remote_address: maybe('2001:db8::1'),
      trace_id: maybe('4bf92f3577b34da6a3ce929d0e0e4736'),
      dns_ms: maybe(1),
      connect_ms: maybe(2),
      tls_ms: maybe(3),
      first_byte_ms: maybe(4),
      tls_version: maybe('TLSv1.3'),
      content_salt: randomBytes(16),
      body_digest: maybe(randomBytes(32)),
      wire_body_digest: maybe(randomBytes(32)),
      leaf_hash: Buffer.alloc(32),
    };
    const names = Object.keys(row);
    await database.query(
      `insert into webhook_request_logs (${names.join(', ')}) values (${names.map((_, at) => `$${at + 1}`).join(', ')})`,
      Object.values(row),
    );
  }
  await database.query('reset session_replication_role');
}

test('both ways write the same record of 1,000 random requests, in the canonical form of RFC 8785', async () => {
  await insertRandomRequests(1_000);
  const rows = await database.query<{ record: string; leaf: Buffer } & Parameters<typeof requestRecord>[0]>(
    `select ${REQUEST_FACTS}, request_record(r) as record, request_leaf_hash(r) as leaf from webhook_request_logs r`,
  );
  expect(rows).toHaveLength(1_000);
  for (const row of rows) {
    const record = requestRecord(row);
    expect(record).toBe(row.record);
    expect(record).toBe(canonicalize(JSON.parse(record)));
    expect(leafHashOf(record)).toEqual(row.leaf);
  }
});

test('the record has every column of the log, and each of them changes it', async () => {
  const rows = await database.query<{ record: string }>(
    'select request_record(r) as record from webhook_request_logs r',
  );
  const records = rows.map(({ record }) => JSON.parse(record));
  // a column that is null is not in the record
  const { v, kind, content: _parts, ...facts } = Object.assign({}, ...records);
  const content = Object.assign({}, ...records.map((record) => record.content));
  expect([v, kind]).toEqual([1, 'request']);
  const [{ n: columns } = { n: 0 }] = await database.query<{ n: number }>(
    `select count(*)::int as n from information_schema.columns where table_name = 'webhook_request_logs'`,
  );
  // all but content_salt, which the digests contain, and leaf_hash
  expect(Object.keys(facts).length + Object.keys(content).length).toBe(columns - 2);
});

test('both ways write the same record of audit entries', async () => {
  for (const text of TEXTS) {
    await database.query(
      `insert into audit_entries (id, at, action, actor_id, actor_kind, api_key_id, session_id, subject_type, subject_id,
         outcome, reason, details, remote_address, user_agent, request_id)
       values (new_id(), date_trunc('milliseconds', clock_timestamp()), 'webhook.paused', new_id(), 'USER', null, new_id(),
         $1, new_id(), 'DENIED', $1, $1, $1, $1, $1)`,
      [text],
    );
  }
  const rows = await database.query<
    { record: string; leaf: Buffer; stored: Buffer } & Parameters<typeof auditRecord>[0]
  >(
    `select ${AUDIT_FACTS}, audit_record(e) as record, audit_leaf_hash(e) as leaf, leaf_hash as stored from audit_entries e`,
  );
  expect(rows).toHaveLength(TEXTS.length);
  for (const row of rows) {
    const record = auditRecord(row);
    expect(record).toBe(row.record);
    expect(record).toBe(canonicalize(JSON.parse(record)));
    expect(leafHashOf(record)).toEqual(row.leaf);
    expect(row.stored).toEqual(row.leaf);
  }
});

// The form of a record never changes: what was sealed must be recomputed years later.
test('a record keeps its bytes over releases', () => {
  const id = '019cb6e2-f0a1-7b4c-8d5e-6f7a8b9c0d1e';
  const record = requestRecord({
    id,
    attemptNumber: 2,
    businessEventId: id,
    connectMs: 4,
    contentSalt: Buffer.alloc(16, 7),
    bodyDigest: Buffer.alloc(32, 1),
    wireBodyDigest: null,
    error: 'The partner answered 500.',
    headers: '[["content-type","application/json"]]',
    referenceDocument: 'SINV-0042',
    remoteAddress: '203.0.113.7',
    responseBody: Buffer.from('{"error":"no"}'),
    responseHeaders: '[]',
    url: 'https://partner.example.com/hook',
    deliveryId: id,
    direction: 'OUTGOING',
    dnsMs: null,
    documentType: 'Sales Invoice',
    duplicate: false,
    durationMs: 12,
    errorCode: 'HTTP_STATUS',
    event: 'on_submit',
    finishedAt: new Date('2026-03-04T09:30:00.012Z'),
    firstByteMs: null,
    method: 'POST',
    payloadId: id,
    replayId: null,
    responseBytes: 14,
    responseStatus: 500,
    responseTruncated: false,
    secretId: id,
    startedAt: new Date('2026-03-04T09:30:00.000Z'),
    status: 'FAILED',
    test: false,
    tlsMs: null,
    tlsVersion: null,
    traceId: null,
    userId: id,
    webhookId: id,
    wirePayloadId: null,
  });
  expect(leafHashOf(record).toString('hex')).toBe('127be9a8400a0f9d53cf1034172a9204ba656c9011b33b8fdcd92f56e37a59d9');
  expect(partDigest(Buffer.alloc(16, 7), 'url', 'https://partner.example.com/hook')).toBe(
    JSON.parse(record).content.url,
  );
});
