// What the API and the offline verifier say of a month that was dropped, and of rows that belonged to rows of it.

import { dropMonths } from '../../../src/privacy/dropping/drop-months';
import { toNodeId } from '../../../src/values/ids';
import { EXPORT, verify } from '../../evidence/sealing';
import { openStore, type Store } from '../../evidence/stored-tree';
import { startTestApp, type TestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { addFamily, addMonths, type OldMonths, signedAgo } from './old-months';

const REASON = 'Our privacy policy, section 4';

let app: TestApp;
let store: Store;
let months: OldMonths;
let dropped: string;
let kept: string;

beforeAll(async () => {
  app = await startTestApp({ PUBLIC_URL: 'https://erp.example.com' });
  store = await openStore(app.database);
  months = await addMonths(store);
  const { old, later } = months;
  const { requests } = await addFamily(months, 'SINV-1', old, [old, later]);
  [dropped, kept] = requests.map((id) => toNodeId('WebhookRequestLog', id)) as [string, string];
  await waitFor('its requests to be sealed', async () => {
    const { data } = await ask(`{ webhookRequestLog(id: "${kept}") { evidence { status } } }`);
    return data.webhookRequestLog.evidence.status === 'SEALED';
  });
});
afterAll(async () => {
  await store.source.destroy();
  await app.stop();
});

async function ask(query: string, variables?: object) {
  const answer = await app.ask(query, variables);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer;
}

async function bundleOf(ids: string[], earlierSizes: number[] = []): Promise<string> {
  const input = { rows: { ids }, disclose: ['BODY', 'REFERENCE'], earlierSizes, reason: REASON };
  const { data } = await ask(EXPORT, { input });
  return data.exportEvidence.bundle.text;
}

const count = async (month: string) =>
  (
    await ask(
      `{ evidenceCompleteness(month: "${month.slice(0, 7)}") { rowsDropped attemptCount requestCount sealedCount holeCount } }`,
    )
  ).data.evidenceCompleteness;

async function findings(knownHeads: string[]): Promise<object[]> {
  const { evidenceRun: run } = await mutate(
    app,
    'verifyEvidence',
    { depth: 'CONTENT', knownHeads },
    'evidenceRun { id }',
  );
  return waitFor('the verification', async () => {
    const { data } = await ask(`{ evidenceRun(id: "${run.id}") { status findings { name message } } }`);
    return data.evidenceRun.status === 'COMPLETED' && data.evidenceRun.findings;
  });
}

test('proofs of rows that stay, and heads of before, verify after a month was dropped', async () => {
  const vkey = (await (await fetch(`${app.url}/evidence/vkey`)).text()).trim();
  const { data } = await ask('{ evidenceHeads(first: 1) { nodes { treeSize checkpoint } } }');
  const [{ checkpoint: head, treeSize }] = data.evidenceHeads.nodes;
  const before = await bundleOf([dropped, kept]);
  expect(await count(months.old)).toMatchObject({
    rowsDropped: false,
    attemptCount: 2,
    requestCount: 2,
    sealedCount: 2,
    holeCount: 0,
  });

  expect(await mutate(app, 'setRetention', { rowMonths: 5, reason: REASON }, 'retentionLimit { rowMonths }')).toEqual({
    retentionLimit: { rowMonths: 5 },
    userErrors: [],
  });
  await app.database.query(`update retention_limits set changed_at = now() - interval '2 days'`);
  await waitFor('the order to be sealed, and the month to be dropped', async () => {
    await signedAgo(app.database, '2 days');
    const { dropped: months } = await dropMonths(store.source.manager, store.transaction);
    return months.length > 0;
  });
  const { data: staying } = await ask('{ keptMonths { month part reason error since } }');
  expect(staying.keptMonths).toEqual([
    { month: months.old.slice(0, 7), part: 'PAYLOADS', reason: 'NEEDED', error: null, since: expect.any(String) },
  ]);
  expect(await mutate(app, 'setRetention', { reason: REASON }, 'retentionLimit { rowMonths }')).toMatchObject({
    userErrors: [],
  });
  await dropMonths(store.source.manager, store.transaction);
  expect((await ask('{ keptMonths { month } }')).data.keptMonths).toEqual([]);

  expect(await findings([head])).toEqual([]);
  const known = { 'known.txt': head };
  const [first, second] = [before, await bundleOf([kept], [treeSize])];
  expect(await verify(first, ['--key', vkey])).toMatchObject({
    code: 0,
    output: expect.stringContaining('VERIFIED 2 records'),
  });
  expect(await verify(second, ['--key', vkey, '--head', 'known.txt'], known)).toMatchObject({ code: 0 });

  const links = 'delivery { id } businessEvent { id } dataBody { text } evidence { status }';
  const rows = await ask(
    `{ gone: webhookRequestLog(id: "${dropped}") { id } stays: webhookRequestLog(id: "${kept}") { ${links} } }`,
  );
  expect(rows.data).toEqual({
    gone: null,
    stays: {
      delivery: null,
      businessEvent: null,
      dataBody: { text: '{"name":"SINV-1"}' },
      evidence: { status: 'SEALED' },
    },
  });
  expect(await count(months.old)).toEqual({
    rowsDropped: true,
    attemptCount: 0,
    requestCount: 0,
    sealedCount: 0,
    holeCount: 0,
  });
  expect(await count(months.later)).toEqual({
    rowsDropped: false,
    attemptCount: 1,
    requestCount: 1,
    sealedCount: 1,
    holeCount: 0,
  });
  const trail = await ask(
    `{ auditEntries(where: { action: { eq: "retention.month_dropped" } }) { nodes { subjectType actorKind details } } }`,
  );
  expect(trail.data.auditEntries.nodes).toEqual([
    {
      subjectType: 'Month',
      actorKind: 'SYSTEM',
      details: expect.objectContaining({ month: months.old.slice(0, 7), rowMonths: 5 }),
    },
  ]);
});

test.each([
  { input: { rowMonths: 1 }, message: 'rowMonths must be 2 to 1200 months, not 1.' },
  { input: { rowMonths: -3 }, message: 'rowMonths must be 2 to 1200 months, not -3.' },
  { input: { rowMonths: 1_201 }, message: 'rowMonths must be 2 to 1200 months, not 1201.' },
  {
    input: { rowMonths: 12, webhookId: 'WEBHOOK' },
    message: 'rowMonths is for all webhooks: leave out webhookId. A month is dropped as a whole.',
  },
])('$input is refused', async ({ input, message }) => {
  const webhookId = input.webhookId && toNodeId('Webhook', months.webhook);
  const { retentionLimit, userErrors } = await mutate(
    app,
    'setRetention',
    { ...input, webhookId, reason: REASON },
    'retentionLimit { rowMonths }',
  );
  expect([retentionLimit, userErrors]).toEqual([null, [{ field: ['rowMonths'], code: 'INVALID', message }]]);
});
