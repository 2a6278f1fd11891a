// Events and decisions about deliveries are sealed, on every path that leads to them.
import { Client } from 'pg';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { EXPORT, verify } from './sealing';

const REASON = 'Tried by a test';

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

interface Decided {
  id: string;
  status: string;
  evidence: { status: string; proof: string } | null;
}

/** The delivery of this document, once its last decision is sealed. */
async function decided(reference: string, status: string): Promise<Decided> {
  return waitFor(`${reference} to be ${status} and sealed`, async () => {
    const { data } = await app.ask(
      `query ($reference: String!) { deliveries(where: { referenceDocument: { eq: $reference } }) {
        nodes { id status evidence { status proof } } } }`,
      { reference },
    );
    const [found] = data.deliveries.nodes as Decided[];
    return found?.status === status && found.evidence?.status === 'SEALED' && found;
  });
}

async function records(
  ids: string[],
  disclose: string[] = [],
): Promise<{ record: Record<string, unknown>; disclosed: string[] }[]> {
  const { data } = await app.ask(EXPORT, { input: { rows: { ids }, reason: REASON, disclose } });
  expect(data.exportEvidence.userErrors).toEqual([]);
  const key = (await (await fetch(`${app.url}/evidence/vkey`)).text()).trim();
  const { code, output } = await verify(data.exportEvidence.bundle.text, ['--key', key, '--json']);
  expect(code).toBe(0);
  return JSON.parse(output).rows;
}

async function decisionsAbout(id: string) {
  const rows = await records([id], ['MESSAGE']);
  return rows.map(({ record: { status, reason, attempts }, disclosed }) => ({ status, reason, attempts, disclosed }));
}

test('a delivery that is skipped, replayed and given up, and then replayed and cancelled, is decided about three times', async () => {
  const documentType = 'Decided';
  const { id: webhook } = await createTestWebhook(app, partner.url, {
    documentType,
    condition: 'false',
    retrySchedule: [0],
  });
  await publish(app, [invoice('DEC-1', { documentType })]);
  const { id } = await decided('DEC-1', 'SKIPPED');
  const skipped = { status: 'SKIPPED', reason: 'CONDITION_FALSE', attempts: 0, disclosed: ['message'] };
  expect(await decisionsAbout(id)).toEqual([skipped]);

  partner.answerWith(() => ({ status: 500 }));
  await app.ask(`mutation { updateWebhook(input: { id: "${webhook}", condition: null }) { userErrors { message } } }`);
  const replay = () =>
    app.ask(`mutation { replayDelivery(input: { deliveryId: "${id}", reason: "again" }) { userErrors { message } } }`);
  await replay();
  await decided('DEC-1', 'EXHAUSTED');
  const exhausted = { status: 'EXHAUSTED', reason: undefined, attempts: 1, disclosed: [] };
  expect(await decisionsAbout(id)).toEqual([skipped, exhausted]);

  await app.ask(`mutation { pauseWebhook(input: { id: "${webhook}" }) { userErrors { message } } }`);
  await replay();
  await app.ask(
    `mutation { cancelDelivery(input: { deliveryId: "${id}", reason: "enough" }) { userErrors { message } } }`,
  );
  await decided('DEC-1', 'CANCELLED');
  const cancelled = { status: 'CANCELLED', reason: undefined, attempts: 1, disclosed: [] };
  expect(await decisionsAbout(id)).toEqual([skipped, exhausted, cancelled]);
});

test('archiving a webhook decides about each of its open deliveries', async () => {
  const documentType = 'Archived';
  const { id } = await createTestWebhook(app, partner.url, { documentType });
  await app.ask(`mutation { pauseWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  await publish(app, [invoice('ARC-1', { documentType }), invoice('ARC-2', { documentType })]);
  await waitFor('both deliveries', async () => {
    const [row] = await app.database.query<{ n: number }>(
      `select count(*)::int as n from deliveries where document_type = '${documentType}'`,
    );
    return row?.n === 2;
  });
  await app.ask(`mutation { archiveWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  await decided('ARC-1', 'CANCELLED');
  await decided('ARC-2', 'CANCELLED');
});

test('a delivery that arrived has no decision, and its export names the cure', async () => {
  const documentType = 'Arrived';
  partner.answerWith(() => ({ status: 200 }));
  await createTestWebhook(app, partner.url, { documentType });
  await publish(app, [invoice('ARR-1', { documentType })]);
  const id = await waitFor('a delivery that arrived', async () => {
    const { data } = await app.ask(
      '{ deliveries(where: { referenceDocument: { eq: "ARR-1" } }) { nodes { id status evidence { status } } } }',
    );
    const [found] = data.deliveries.nodes;
    expect(found?.evidence ?? null).toBeNull();
    return found?.status === 'DELIVERED' && (found.id as string);
  });
  const { data } = await app.ask(EXPORT, { input: { rows: { ids: [id] }, reason: REASON } });
  expect(data.exportEvidence.userErrors).toEqual([
    { field: ['rows', 'ids', '0'], code: 'INVALID', message: expect.stringContaining('Export its requests') },
  ]);
});

const byGraphQL = async () => (await publish(app, [invoice('WAY-1', { idempotencyKey: 'way-1' })]))[0] as string;
// over TCP, as a business system does: a Unix socket has no address
const bySql = async () => {
  const url = new URL(app.database.superuserUrl);
  url.searchParams.delete('host');
  const client = new Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query<{ id: string }>(
    `select publish_event('Sales Invoice', 'on_submit', 'WAY-2', '{"n":2}', user_name => 'erp') as id`,
  );
  await client.end();
  return `evt_${rows[0]?.id.replaceAll('-', '')}`;
};
const byHttp = async () => {
  const answer = await fetch(`${app.url}/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify([invoice('WAY-3')]),
  });
  return (await answer.json()).events[0].id as string;
};

test.each([
  {
    way: 'publishEvents',
    make: byGraphQL,
    hasKey: true,
    parts: ['body', 'idempotencyKey', 'reference', 'remoteAddress'],
  },
  { way: 'publish_event()', make: bySql, hasKey: false, parts: ['body', 'reference', 'remoteAddress'] },
  { way: 'POST /events', make: byHttp, hasKey: true, parts: ['body', 'reference', 'remoteAddress'] },
])('an event of $way is sealed with who published it', async ({ make, hasKey, parts }) => {
  const id = await make();
  await waitFor('the event to be sealed', async () => {
    const { data } = await app.ask(`{ businessEvent(id: "${id}") { evidence { status } } }`);
    return data.businessEvent.evidence.status === 'SEALED';
  });
  const [row] = await records([id], ['BODY', 'IDEMPOTENCY_KEY', 'REFERENCE', 'REMOTE_ADDRESS']);
  expect(row?.disclosed.sort()).toEqual(parts);
  expect(row?.record).toMatchObject({ kind: 'event', v: 1 });
  expect('viaKey' in (row?.record ?? {})).toBe(hasKey);
});
