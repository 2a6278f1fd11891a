// The attempts of a month, counted against the log and the tree, after the owner of the database took some away.
import { countMonth, readMonth } from '../../src/evidence/completeness/count-month';
import { readNodeId, toNodeId } from '../../src/values/ids';
import { agree, callStandard, receivedBy } from '../incoming/callers';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { openStore, type Store, tamperWith } from './stored-tree';

const COUNT = `query ($month: String!, $webhookId: ID, $after: String) {
  evidenceCompleteness(month: $month, webhookId: $webhookId, after: $after) {
    deliveryCount attemptCount requestCount sealedCount waitingCount decisionCount sealedDecisionCount holeCount
    holes { name rowKind rowId row { id } deliveryId delivery { id } attemptNumber message } next } }`;
const NO_HOLES = { holeCount: 0, holes: [], next: null };

let app: TestApp;
let store: Store;
let partner: Receiver;
let outgoing: string;
let incoming: string;
let month: string;

interface Sent {
  id: string;
  requests: { nodes: { id: string }[] };
}
let sent: Record<string, Sent>;

const uuid = (id: string) => readNodeId(id)?.id as string;

async function count(webhookId: string | null, key?: string) {
  const { data, errors } = await app.ask(COUNT, { month, webhookId }, key);
  if (errors) throw new Error(JSON.stringify(errors));
  const { holes, ...counts } = data.evidenceCompleteness;
  return { ...counts, holes: holes.map(withoutLinks) };
}

interface LinkedHole {
  name: string;
  rowId: string | null;
  row: { id: string } | null;
  deliveryId: string | null;
  delivery: { id: string } | null;
}

/** Each link leads to the row of the id beside it, unless the row is what is missing. */
function withoutLinks({ row, delivery, ...hole }: LinkedHole) {
  if (hole.name !== 'DELETED' && hole.name !== 'UNCOUNTED') {
    expect([row?.id ?? null, delivery?.id ?? null]).toEqual([hole.rowId, hole.deliveryId]);
  }
  return hole;
}

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  store = await openStore(app.database);
  partner.answerWith(({ body }) => ({ status: body.includes('REFUSED') ? 500 : 200 }));
  const settings = { documentType: 'Sales Invoice', condition: 'doc.name != "UNWANTED"', retrySchedule: [0, 0, 0] };
  outgoing = (await createTestWebhook(app, partner.url, settings)).id;
  const agreed = await agree(app);
  incoming = agreed.id;
  await publish(
    app,
    ['ONE', 'TWO', 'THREE', 'FOUR', 'REFUSED', 'UNWANTED'].map((name) => invoice(name)),
  );
  for (const body of ['{"n":1}', '{"n":2}']) await callStandard(agreed, body);
  month = new Date().toISOString().slice(0, 7);
  await waitFor('everything to be sealed', async () => {
    const { deliveryCount, requestCount, sealedCount, sealedDecisionCount } = await count(null);
    return deliveryCount === 6 && requestCount === sealedCount && sealedCount === 9 && sealedDecisionCount === 2;
  });
  const { data } = await app.ask(
    '{ deliveries(first: 10) { nodes { id referenceDocument requests(last: 5) { nodes { id } } } } }',
  );
  sent = Object.fromEntries(
    data.deliveries.nodes.map((each: Sent & { referenceDocument: string }) => [each.referenceDocument, each]),
  );
});
afterAll(async () => {
  await store.source.destroy();
  await Promise.all([app.stop(), partner.stop()]);
});

test('a complete month has as many requests and leaves as attempts, for each webhook and for all', async () => {
  const none = { deliveryCount: 0, waitingCount: 0, decisionCount: 0, sealedDecisionCount: 0, ...NO_HOLES };
  const sentOnes = {
    ...none,
    deliveryCount: 6,
    attemptCount: 7,
    requestCount: 7,
    sealedCount: 7,
    decisionCount: 2,
    sealedDecisionCount: 2,
  };
  expect(await count(outgoing)).toEqual(sentOnes);
  expect(await count(incoming)).toEqual({ ...none, attemptCount: 2, requestCount: 2, sealedCount: 2 });
  expect(await count(null)).toEqual({ ...sentOnes, attemptCount: 9, requestCount: 9, sealedCount: 9 });
  const { data } = await app.ask(COUNT, { month: '2020-02' });
  expect(data.evidenceCompleteness).toEqual({ ...none, attemptCount: 0, requestCount: 0, sealedCount: 0 });
});

test('a count in small pieces is the same in all', async () => {
  const parsed = readMonth(month);
  if (!parsed) throw new Error('no month');
  const db = store.source.manager;
  const whole = await countMonth(db, parsed, null, null);
  const sums = { attemptCount: 0, sealedCount: 0, decisionCount: 0, calls: 0 };
  for (let from: typeof whole.next = null; ; ) {
    const piece = await countMonth(db, parsed, null, from, 2);
    sums.attemptCount += piece.attemptCount;
    sums.sealedCount += piece.sealedCount;
    sums.decisionCount += piece.decisionCount;
    sums.calls += 1;
    from = piece.next;
    if (from === null) break;
  }
  expect(sums).toMatchObject({
    attemptCount: whole.attemptCount,
    sealedCount: whole.sealedCount,
    decisionCount: whole.decisionCount,
  });
  expect(sums.calls).toBeGreaterThan(5);
});

test('every reader counts, and a publisher does not', async () => {
  for (const role of ['SUPPORT', 'AUDITOR', 'INTEGRATION_MANAGER'] as const) {
    expect(await count(outgoing, await app.keyFor(role))).toMatchObject({ attemptCount: 7 });
  }
  const { errors } = await app.ask(COUNT, { month }, await app.keyFor('PUBLISHER'));
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test.each([
  { given: { month: '2026-13' }, says: 'month must be a year and a month, such as 2026-03, not "2026-13"' },
  { given: { month: '2026-3' }, says: 'month must be' },
  { given: { month: '1969-12' }, says: 'month must be' },
  { given: { month: '2026-03\n' }, says: 'month must be' },
  { given: { month: '2026-03', webhookId: 'whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e' }, says: 'There is no webhook' },
  { given: { month: '2026-03', webhookId: 'req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e' }, says: 'There is no webhook' },
  { given: { month: '2026-03', after: 'nothing' }, says: 'after "nothing" is no `next`' },
  { given: { month: '2026-03', after: '' }, says: 'after "" is no `next`' },
])('$given is refused', async ({ given, says }) => {
  const { errors } = await app.ask(COUNT, given);
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining(says),
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

test('what the owner of the database took away or changed is named', async () => {
  const request = (name: string, at = 0) => sent[name]?.requests.nodes[at]?.id as string;
  const delivery = (name: string) => sent[name]?.id as string;
  const [theirCall] = await receivedBy(app, { id: incoming });
  const aged = `started_at = started_at - interval '2 minutes', finished_at = finished_at - interval '2 minutes'`;
  await tamperWith(app.database, [
    `delete from webhook_request_logs where id = '${uuid(request('REFUSED', 1))}'`,
    ...[uuid(request('ONE')), theirCall?.id].flatMap((id) => [
      `delete from evidence_leaves where subject_id = '${id}'`,
      `update webhook_request_logs set ${aged} where id = '${id}'`,
    ]),
    `update deliveries set attempts = 0 where id = '${uuid(delivery('TWO'))}'`,
    `delete from deliveries where id = '${uuid(delivery('THREE'))}'`,
    `delete from delivery_decisions where delivery_id = '${uuid(delivery('UNWANTED'))}'`,
    `update deliveries set finished_at = finished_at - interval '2 minutes' where id = '${uuid(delivery('UNWANTED'))}'`,
  ]);
  const ofOutgoing = [
    { name: 'MISSING', rowKind: 'REQUEST', rowId: null, deliveryId: delivery('REFUSED'), attemptNumber: 2 },
    { name: 'NOT_SEALED', rowKind: 'REQUEST', rowId: request('ONE'), deliveryId: delivery('ONE'), attemptNumber: 1 },
    { name: 'UNCOUNTED', rowKind: 'REQUEST', rowId: request('TWO'), deliveryId: delivery('TWO'), attemptNumber: 1 },
    {
      name: 'UNCOUNTED',
      rowKind: 'REQUEST',
      rowId: request('THREE'),
      deliveryId: delivery('THREE'),
      attemptNumber: null,
    },
    { name: 'MISSING', rowKind: 'DECISION', rowId: null, deliveryId: delivery('UNWANTED'), attemptNumber: null },
  ];
  const theirs = {
    ...{ name: 'NOT_SEALED', rowKind: 'REQUEST', deliveryId: null, attemptNumber: null },
    rowId: toNodeId('WebhookRequestLog', theirCall?.id as string),
  };
  const gone = {
    name: 'DELETED',
    rowKind: 'REQUEST',
    rowId: request('REFUSED', 1),
    deliveryId: null,
    attemptNumber: null,
  };
  const said = { message: expect.stringMatching(/\.$/) };
  const expectHoles = async (webhookId: string | null, holes: object[]) => {
    const found = await count(webhookId);
    expect(found.holes).toHaveLength(holes.length);
    expect(found).toMatchObject({
      holeCount: holes.length,
      holes: expect.arrayContaining(holes.map((hole) => ({ ...hole, ...said }))),
    });
    return found;
  };
  expect(await expectHoles(outgoing, ofOutgoing)).toMatchObject({
    ...{
      deliveryCount: 5,
      attemptCount: 5,
      requestCount: 6,
      sealedCount: 5,
      waitingCount: 0,
      decisionCount: 2,
      sealedDecisionCount: 1,
    },
  });
  expect(await expectHoles(incoming, [theirs])).toMatchObject({
    attemptCount: 2,
    requestCount: 2,
    sealedCount: 1,
    waitingCount: 0,
  });
  await expectHoles(null, [...ofOutgoing, theirs, gone]);
});
