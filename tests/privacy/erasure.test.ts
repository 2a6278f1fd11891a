// Erasure, in a running application: what is left of the content, and what the proofs say.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { uuidOf } from '../../src/values/ids';
import { endWaiting } from '../approvals/take-effect-now';
import { startTestApp, type TestApp } from '../support/app';
import { sessionFor } from '../support/browser-session';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { approve } from './erasing/approve';
import { isReported } from './reported-replay';
import { rowsWith } from './rows-with';

const REASON = 'Request 17 under Art. 17';

let app: TestApp;
let partner: Receiver;
let journal: string;

beforeAll(async () => {
  journal = join(await mkdtemp(join(tmpdir(), 'hookledger-erasure-')), 'journal.ndjson');
  [app, partner] = await Promise.all([startTestApp({ ERASURE_JOURNAL_FILE: journal }), startReceiver()]);
  partner.answerWith(({ body }) => ({
    status: 200,
    headers: { 'x-echo': /name":"(\w+)/.exec(body.toString())?.[1] ?? 'none' },
    body,
  }));
  await createTestWebhook(app, `${partner.url}in`, {
    documentType: 'Customer',
    url: `${partner.url}in?who={{ doc.name }}`,
    headers: [{ name: 'X-Name', value: '{{ doc.name }}' }],
  });
  await createTestWebhook(app, partner.url, { documentType: 'Customer', condition: 'doc.name == "nobody"' });
});
afterAll(async () => {
  await Promise.all([app.stop(), partner.stop()]);
  await rm(dirname(journal), { recursive: true });
});

const customer = (name: string, more: object = {}) => ({
  ...invoice(name, {
    documentType: 'Customer',
    idempotencyKey: `key-${name}`,
    data: { name, secret: `about ${name}` },
    ...more,
  }),
});

async function settled(
  event: string,
): Promise<{ id: string; status: string; requests: { nodes: { id: string }[] } }[]> {
  return waitFor('the deliveries, indexed and sealed', async () => {
    const { data } = await app.ask(`{ businessEvent(id: "${event}") { evidence { status } deliveries { nodes { id status
      evidence { status } requests { nodes { id evidence { status } } } } } } }`);
    const { deliveries, evidence } = data.businessEvent;
    const sealed = (row: { evidence: { status: string } | null }) =>
      row.evidence === null || row.evidence.status === 'SEALED';
    const isDone =
      evidence.status === 'SEALED' &&
      deliveries.nodes.length === 2 &&
      deliveries.nodes.every(
        (each: {
          status: string;
          evidence: { status: string };
          requests: { nodes: { evidence: { status: string } }[] };
        }) => !['PENDING', 'RETRYING'].includes(each.status) && sealed(each) && each.requests.nodes.every(sealed),
      );
    return isDone && deliveries.nodes;
  });
}

async function isDone(id: string, status = 'DONE') {
  return waitFor(`the erasure ${status}`, async () => {
    const { data } = await app.ask(`{ erasure(id: "${id}") { status erasedCount deferredCount deferredReason } }`);
    return data.erasure.status === status && data.erasure;
  });
}

async function findings() {
  const { evidenceRun: run } = await mutate(app, 'verifyEvidence', { depth: 'CONTENT' }, 'evidenceRun { id }');
  return waitFor('the verification', async () => {
    const { data } = await app.ask(
      `{ evidenceRun(id: "${run.id}") { status findings { name rowKind rowId message } } }`,
    );
    return data.evidenceRun.status === 'COMPLETED' && data.evidenceRun.findings;
  });
}

test('rule 5: a document is erased with every copy, and its proofs still verify', async () => {
  const [event = '', kept = ''] = await publish(app, [customer('JaneDoe'), customer('Somebody')]);
  const [deliveries] = await Promise.all([settled(event), settled(kept)]);
  const delivered = deliveries.find(({ status }) => status === 'DELIVERED');
  const request = delivered?.requests.nodes[0]?.id;
  await mutate(app, 'exportWebhookRequestLogs', { where: { referenceDocument: { eq: 'JaneDoe' } } }, 'export { id }');
  await mutate(
    app,
    'replayDeliveries',
    { where: { referenceDocument: { eq: 'JaneDoe' }, status: { eq: 'EXHAUSTED' } }, reason: 'They asked' },
    'replay { id }',
  );
  await isReported(app.database, 'They asked');
  const before = await rowsWith(app.database, 'JaneDoe');
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining([
      'payloads',
      'business_events',
      'deliveries',
      'webhook_request_logs',
      'request_index',
      'exports',
      'replays',
      'audit_entries',
      'idempotency_keys',
    ]),
  );
  const preview = await app.ask(
    'mutation { previewErasure(input: { target: { businessDocument: { documentType: "Customer", name: "JaneDoe" } } }) { preview { rowCount heldCount exportCount needsSecondPerson } } }',
  );
  expect(preview.data.previewErasure.preview).toEqual({
    rowCount: 4,
    heldCount: 0,
    exportCount: 1,
    needsSecondPerson: true,
  });
  const input = { documentType: 'Customer', name: 'JaneDoe', reason: REASON };
  const { erasure } = await mutate(app, 'eraseDocument', input, 'erasure { id status otherCount }');
  expect(erasure).toMatchObject({ status: 'REQUESTED', otherCount: 1 });
  await approve(app);
  expect(await isDone(erasure.id)).toMatchObject({ erasedCount: 5, deferredCount: 0 });
  expect(await rowsWith(app.database, 'JaneDoe')).toEqual({});
  expect(Object.keys(await rowsWith(app.database, 'Somebody'))).toContain('payloads');
  const { data } =
    await app.ask(`{ webhookRequestLog(id: "${request}") { url headers data response error referenceDocument
    responseStatus evidence { status erasedAt proof } } businessEvent(id: "${event}") { referenceDocument data evidence { status erasedAt proof } }
    auditEntries(where: { action: { eq: "content.erased" }, subjectId: { eq: "${erasure.id}" } }) { nodes { createdAt } } }`);
  expect(data.webhookRequestLog).toMatchObject({
    url: '[erased]',
    headers: null,
    data: null,
    responseStatus: 200,
    evidence: { status: 'ERASED' },
  });
  const [requestErasedAt, eventErasedAt] = [data.webhookRequestLog, data.businessEvent].map(
    (row) => row.evidence.erasedAt,
  );
  const steps = data.auditEntries.nodes.map(({ createdAt }: { createdAt: string }) => createdAt);
  expect(steps).toEqual(expect.arrayContaining([requestErasedAt, eventErasedAt]));
  expect(data.webhookRequestLog.evidence.proof).toContain('c2sp.org/tlog-proof@v1');
  expect(data.businessEvent).toMatchObject({
    referenceDocument: '[erased]',
    data: null,
    evidence: { status: 'ERASED' },
  });
  expect(await findings()).toEqual([]);
  const again = await app.ask(
    `mutation ($input: EraseDocumentInput!) { eraseDocument(input: $input) { userErrors { field code message } } }`,
    { input },
  );
  expect(again.data.eraseDocument.userErrors).toMatchObject([{ field: ['name'], code: 'NOT_FOUND' }]);
  expect(readFileSync(journal, 'utf8')).toContain(uuidOf('Erasure', erasure.id));
  expect(readFileSync(journal, 'utf8')).not.toContain('JaneDoe');
});

test('rules 5 and 10: a pending delivery ends as a skip, and a replay of erased content is refused', async () => {
  await createTestWebhook(app, partner.url, { documentType: 'Later', retrySchedule: [3600] });
  const [event] = await publish(app, [invoice('PENDING-1', { documentType: 'Later' })]);
  const pending = await waitFor('the delivery', async () => {
    const { data } = await app.ask(`{ businessEvent(id: "${event}") { deliveries { nodes { id status } } } }`);
    return data.businessEvent.deliveries.nodes[0];
  });
  expect(pending.status).toBe('PENDING');
  const { erasure } = await mutate(
    app,
    'eraseDocument',
    { documentType: 'Later', name: 'PENDING-1', reason: REASON },
    'erasure { id }',
  );
  await isDone(erasure.id);
  const { data } = await app.ask(
    `{ delivery(id: "${pending.id}") { status skipReason skipMessage referenceDocument } }`,
  );
  expect(data.delivery).toEqual({
    status: 'SKIPPED',
    skipReason: 'ERASED',
    skipMessage: null,
    referenceDocument: '[erased]',
  });
  const replayed = await mutate(app, 'replayDelivery', { deliveryId: pending.id, reason: 'Try again' });
  expect(replayed.userErrors[0].message).toMatch(/^CONTENT_ERASED: its content was erased by ers_[0-9a-f]{32}\./);
  expect(await findings()).toEqual([]);
});

test('rule 2: what a hold covers is deferred, and erased when the hold is released', async () => {
  const [event = ''] = await publish(app, [customer('Heldman')]);
  await settled(event);
  const hold = { name: 'Case 9', documentType: 'Customer', referenceDocument: 'Heldman', reason: REASON };
  const { legalHold } = await mutate(app, 'placeLegalHold', hold, 'legalHold { id }');
  const { erasure } = await mutate(
    app,
    'eraseDocument',
    { documentType: 'Customer', name: 'Heldman', reason: REASON },
    'erasure { id }',
  );
  const deferred = await isDone(erasure.id, 'DEFERRED');
  expect(deferred).toMatchObject({ erasedCount: 0, deferredCount: 4, deferredReason: 'A legal hold covers them.' });
  expect(Object.keys(await rowsWith(app.database, 'Heldman'))).toContain('payloads');
  await mutate(app, 'requestLegalHoldRelease', { id: legalHold.id, reason: 'The case was closed' });
  await endWaiting(app.database);
  expect(await isDone(erasure.id)).toMatchObject({ erasedCount: 4 });
  // the hold itself says what was held
  expect(await rowsWith(app.database, 'Heldman')).toEqual({ legal_holds: 1 });
});

test('more than 100 rows wait for an approval', async () => {
  const many = Array.from({ length: 40 }, () => invoice('MANY-1', { documentType: 'Many' }));
  await createTestWebhook(app, partner.url, { documentType: 'Many', condition: 'false' });
  await createTestWebhook(app, partner.url, { documentType: 'Many', condition: 'false' });
  await publish(app, many);
  await waitFor('the deliveries', async () => {
    const { data } = await app.ask('{ deliveries(where: { documentType: { eq: "Many" } }) { totalCount } }');
    return data.deliveries.totalCount === 80;
  });
  const input = { documentType: 'Many', name: 'MANY-1', reason: REASON };
  const { erasure } = await mutate(
    app,
    'eraseDocument',
    input,
    'erasure { id status rowCount approval { id status } }',
  );
  expect(erasure).toMatchObject({ status: 'REQUESTED', rowCount: 120, approval: { status: 'WAITING' } });
  await endWaiting(app.database);
  expect(await isDone(erasure.id)).toMatchObject({ erasedCount: 120 });
});

test('a person is erased with their events, name, address and sessions', async () => {
  const created = await mutate(
    app,
    'createUser',
    { name: 'ursula.person', fullName: 'Ursula Person', email: 'ursula.person@example.com', roles: ['SUPPORT'] },
    'user { id }',
  );
  const { id } = created.user;
  const key = await mutate(app, 'createApiKey', { userId: id, label: 'of ursula.person' }, 'token');
  await sessionFor(app.url, key.token);
  const [event = ''] = await publish(app, [customer('BY-URSULA', { user: 'ursula.person' })]);
  await settled(event);
  await app.database.query(
    `insert into mail_notices (id, user_id, topic, facts, count, due_at) values (new_id(), $1, 'WEBHOOK_FAILING', '{}', 1, 'infinity')`,
    [uuidOf('User', id)],
  );
  const { erasure, userErrors } = await mutate(
    app,
    'erasePerson',
    { userId: id, reason: REASON },
    'erasure { id kind }',
  );
  expect(userErrors).toEqual([]);
  await isDone(erasure.id);
  expect(await rowsWith(app.database, 'ursula')).toEqual({});
  expect(await app.database.query('select from mail_notices')).toEqual([]);
  expect(await rowsWith(app.database, 'BY-URSULA')).toEqual({});
  const again = await mutate(app, 'erasePerson', { userId: id, reason: REASON });
  expect(again.userErrors[0].message).toBe('This user was erased already.');
  expect((await app.ask('{ viewer { id } }', undefined, key.token)).errors?.[0]?.extensions.code).toBe(
    'UNAUTHENTICATED',
  );
  expect(await findings()).toEqual([]);
});

test('content that names a person is found by a filter, and erased', async () => {
  const [event = ''] = await publish(app, [
    customer('Other1', { data: { name: 'Other1', contact: 'max@example.com' } }),
  ]);
  await settled(event);
  const preview = await waitFor('the index', async () => {
    const { data } = await app.ask(
      'mutation { previewErasure(input: { target: { where: { search: "max@example.com" } } }) { preview { rowCount } } }',
    );
    return data.previewErasure.preview.rowCount > 0 && data.previewErasure.preview;
  });
  expect(preview.rowCount).toBe(4);
  const { erasure } = await mutate(
    app,
    'eraseContent',
    { where: { search: 'max@example.com' }, reason: REASON },
    'erasure { id }',
  );
  await isDone(erasure.id);
  // the filter of each preview, which the audit trail keeps
  expect(Object.keys(await rowsWith(app.database, 'max@example.com'))).toEqual(['audit_entries']);
});

// which faults there are: legal-holds.test.ts
test.each(['', 'x'.repeat(1_001), `NUL \u0000 ${REASON}`])('the reason %j is refused', async (reason) => {
  const { userErrors } = await mutate(app, 'eraseDocument', { documentType: 'Customer', name: 'Somebody', reason });
  expect(userErrors).toMatchObject([{ field: ['reason'] }]);
});
