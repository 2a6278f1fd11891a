// The record of a row: written by the application and by SQL functions, with the same bytes.
import { randomBytes } from 'node:crypto';
import { canonicalize } from '@sigstore/core/dist/json';
import { LEAF_KINDS, type LeafKind, recordOf } from '../../src/evidence/formats/leaf-kinds';
import { leafHashOf } from '../../src/evidence/formats/merkle-tree';
import {
  auditRecord,
  decisionRecord,
  eventRecord,
  nameRecord,
  requestRecord,
} from '../../src/evidence/formats/records';
import { partDigest, payloadDigest } from '../../src/evidence/formats/salted-digests';
import { LEAF_TABLES } from '../../src/evidence/sealed-rows.store';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { columnsOf, insertRandomRows } from './random-rows';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

// beside the salt, which the digests contain, and the hash itself
const NOT_RECORDED: Record<string, readonly string[]> = {
  business_events: ['fanned_out_at', 'wanted_by', 'traceparent'],
  audit_entries: ['criteria_salt', 'reason_salt', 'origin_salt', 'identity_salt'],
};

test.each(Object.keys(LEAF_KINDS) as LeafKind[])(
  'both ways write the same record of random rows of the kind %s, in the canonical form of RFC 8785',
  async (kind) => {
    const { table, facts } = LEAF_TABLES[kind];
    await insertRandomRows(database, table, 300);
    const columns = await columnsOf(database, table);
    const rows = await database.query<{ record: string; leaf: Buffer } & Parameters<typeof recordOf<typeof kind>>[1]>(
      `select ${facts}, ${kind}_record(r) as record, ${kind}_leaf_hash(r) as leaf from ${table} r`,
    );
    expect(rows).toHaveLength(300);
    for (const row of rows) {
      const record = recordOf(kind, row);
      expect(record).toBe(row.record);
      expect(record).toBe(canonicalize(JSON.parse(record)));
      expect(leafHashOf(record)).toEqual(row.leaf);
    }
    // a column that is null is not in the record
    const records = rows.map(({ record }) => JSON.parse(record));
    const { v, kind: named, content: _parts, ...plain } = Object.assign({}, ...records);
    const content = Object.assign({}, ...records.map((record) => record.content));
    expect([v, named]).toEqual([1, kind]);
    const missing = 2 + (NOT_RECORDED[table]?.length ?? 0);
    expect(Object.keys(plain).length + Object.keys(content).length).toBe(columns.length - missing);
  },
);

test.each([
  ['request', 'webhook_request_logs', { started_at: 'now()', finished_at: 'now()' }],
  ['event', 'business_events', { created_at: 'now()' }],
])(
  'a trigger hashes the record of each %s, also in a session that has types of its own',
  async (kind, table, times) => {
    const own = await createTestDatabase();
    try {
      await insertRandomRows(own, table, 60);
      const keys = await own.query<{ name: string }>(
        `select conname as name from pg_constraint where conrelid = '${table}'::regclass and contype = 'f' and conparentid = 0`,
      );
      for (const { name } of keys) await own.query(`alter table ${table} drop constraint ${name}`);
      // random ids name no user and no webhook
      await own.query(`create or replace function are_known(source text, user_ids uuid[], webhook_ids uuid[]) returns boolean
        language sql return true`);
      const columns = (await columnsOf(own, table)).map(({ name }) => name).filter((name) => name !== 'leaf_hash');
      const changed: Record<string, string> = { id: 'new_id()', ...times };
      // a cast to it would leave one character of a value
      await own.query('create domain pg_temp.text as varchar(1)');
      await own.query(
        `insert into ${table} (${columns}) select ${columns.map((name) => changed[name] ?? name)} from ${table}`,
      );
      await own.query('drop domain pg_temp.text');
      const [found] = await own.query(
        `select count(*)::int as rows, count(*) filter (where leaf_hash = ${kind}_leaf_hash(r))::int as same
       from ${table} r where leaf_hash <> decode(repeat('00', 32), 'hex')`,
      );
      expect(found).toEqual({ rows: 60, same: 60 });
    } finally {
      await own.drop();
    }
  },
);

test('both ways make the same digest of a payload', async () => {
  for (const [body, contentType, byteLength] of [
    [Buffer.from('{"n":1}'), 'application/json', 7],
    [Buffer.alloc(0), '', 5_000],
    [randomBytes(100), 'text/plain; charset="ü"', 100],
  ] as const) {
    const [row] = await database.query<{ bodySalt: Buffer; digest: Buffer }>(
      `insert into payloads (id, body, byte_length, content_type) values (new_id(), $1::bytea, $2, $3)
       returning body_salt as "bodySalt", body_digest as digest`,
      [body, byteLength, contentType],
    );
    const { bodySalt, digest } = row as { bodySalt: Buffer; digest: Buffer };
    expect(payloadDigest({ body, bodySalt, byteLength, contentType })).toBe(digest.toString('hex'));
  }
});

// The form of a record never changes: what was sealed must be recomputed years later.
test('a request that is inserted without the digests of its bodies has them in its record', async () => {
  const rows = await database.query(
    `with bodies as (
       insert into payloads (id, body, byte_length, content_type) select new_id(), 'body', n, 'text/plain' from generate_series(4, 5) as n
       returning id, body_digest
     ), pair as (
       select (array_agg(id))[1] as one, (array_agg(id))[2] as other, array_agg(body_digest) as digests from bodies
     ), made as (
       insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at,
         payload_id, wire_payload_id)
       select new_id(), 'INCOMING', 'SUCCEEDED', 1, false, 'POST', 'https://example.com/', at, at, one, other
       from pair, (select date_trunc('milliseconds', clock_timestamp()) as at) as t
       returning array[body_digest, wire_body_digest] as digests
     ) select made.digests = pair.digests as same from made, pair`,
  );
  expect(rows).toEqual([{ same: true }]);
});

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

test('the records of an event, a decision, an audit entry and a name keep their bytes over releases', () => {
  const id = '019cb6e2-f0a1-7b4c-8d5e-6f7a8b9c0d1e';
  const contentSalt = Buffer.alloc(16, 7);
  const at = new Date('2026-03-04T09:30:00.012Z');
  const event = eventRecord({
    id,
    bodyDigest: Buffer.alloc(32, 1),
    causedBy: id,
    causePath: [id],
    contentSalt,
    createdAt: at,
    directedTo: null,
    documentType: 'Sales Invoice',
    enveloped: false,
    event: 'on_submit',
    idempotencyKey: 'SINV-0042/on_submit',
    referenceDocument: 'SINV-0042',
    remoteAddress: '203.0.113.7',
    payloadId: id,
    publishedBy: id,
    requestId: null,
    sessionId: null,
    traceId: null,
    userId: id,
    apiKeyId: id,
  });
  const decision = decisionRecord({
    id,
    at,
    attempts: 0,
    businessEventId: id,
    contentSalt,
    deliveryId: id,
    message: 'The condition is false.',
    reason: 'CONDITION_FALSE',
    status: 'SKIPPED',
    webhookId: id,
  });
  const entry = auditRecord({
    id,
    action: 'webhook.paused',
    actorId: id,
    actorKind: 'USER',
    at,
    contentSalt,
    criteriaSalt: contentSalt,
    reasonSalt: contentSalt,
    originSalt: contentSalt,
    identitySalt: contentSalt,
    criteria: null,
    details: '{"status":"PAUSED"}',
    reason: 'They are moving.',
    remoteAddress: '203.0.113.7',
    userAgent: null,
    identityIssuer: null,
    identitySubject: null,
    outcome: 'DONE',
    requestId: 'req-1',
    sessionId: null,
    subjectId: id,
    subjectType: 'Webhook',
    apiKeyId: id,
  });
  const name = nameRecord({
    id,
    at,
    contentSalt,
    fullName: 'Jane Doe',
    name: 'jane',
    number: 2,
    subjectId: id,
    subjectType: 'User',
  });
  expect([event, decision, entry, name].map((record) => leafHashOf(record).toString('hex'))).toEqual([
    '8bede3e176ab155676ff22ee4d6c30797d53d56540a115753f75bffa966d5545',
    '098d12b735f0f40712086455ee1150106b13bce6ee5ccfd2c9a1726de76ee522',
    '8515761dfe9cd5c36319b00764188f8be75c8c3303f929a8d8327b5c63843152',
    'c2e46a43ca91a67958790aea51eb1e142c0416010427308fc9daefb16c8c8656',
  ]);
});
