// What shows content or a secret, or makes a file of them, answers only if its entry in the audit trail is committed.
import { seal } from '../../src/evidence/seal';
import { openStore } from '../evidence/stored-tree';
import { type Agreed, agree, callStandard } from '../incoming/callers';
import { startTestApp, type TestApp } from '../support/app';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

/** In the payload of the event, the body of the call, and each answer that shows them. */
const CONTENT = 'ACME-4711';

let app: TestApp;
let ids: { webhook: string; event: string; request: string; export: string };
let agreed: Agreed;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  const webhook = (await createTestWebhook(app, 'https://partner.example/')).id;
  const [event = ''] = await publish(app, [invoice('INV-1', { data: { customer: CONTENT } })]);
  agreed = await agree(app);
  const called = await callStandard(agreed, JSON.stringify({ type: 'paid', customer: CONTENT }));
  const requests = await app.ask('{ webhookRequestLogs { nodes { id } } }');
  expect(called.status).toBeLessThan(300);
  const made = await app.ask(
    'mutation { exportWebhookRequestLogs(input: { format: NDJSON, includeContent: true }) { export { id } } }',
  );
  const exported = made.data.exportWebhookRequestLogs.export.id;
  ids = { webhook, event, request: requests.data.webhookRequestLogs.nodes[0].id, export: exported };
});
afterAll(() => app.stop());

interface Act {
  name: string;
  action: string;
  /** What the answer has. */
  shows: string;
  ask: () => Promise<string>;
}

async function fetched(path: string): Promise<string> {
  const response = await fetch(`${app.url}${path}`, { headers: { authorization: `Bearer ${app.adminKey}` } });
  // a file that breaks off has no text
  return response.text().catch(() => '');
}

const asked = async (query: string) => JSON.stringify(await app.ask(query));

const ACTS: Act[] = [
  {
    name: 'explainVerification',
    action: 'webhook.verification_explained',
    shows: '"accepted":true',
    ask: () =>
      asked(
        `{ explainVerification(input: { webhookId: "${agreed.id}", call: { requestId: "${ids.request}" } }) { accepted summary } }`,
      ),
  },
  {
    name: 'previewWebhook',
    action: 'webhook.previewed',
    shows: CONTENT,
    ask: () =>
      asked(
        `mutation { previewWebhook(input: { id: "${ids.webhook}", sample: { eventId: "${ids.event}" } }) { preview { request { body } } } }`,
      ),
  },
  {
    name: 'exportWebhookRequestLogs',
    action: 'export.ordered',
    shows: '"exp_',
    ask: () => asked('mutation { exportWebhookRequestLogs(input: { format: CSV }) { export { id } } }'),
  },
  {
    name: 'GET /exports/:id',
    action: 'export.download_begun',
    shows: CONTENT,
    ask: () => fetched(`/exports/${ids.export}`),
  },
  { name: 'GET /audit-entries', action: 'audit.exported', shows: '"aud_', ask: () => fetched('/audit-entries') },
  {
    name: 'rotateWebhookSecret',
    action: 'webhook.secret_rotated',
    shows: 'whsec_',
    ask: () => asked(`mutation { rotateWebhookSecret(input: { id: "${ids.webhook}" }) { secret } }`),
  },
];

const BREAK = `create function refuse_entries() returns trigger language plpgsql as $$ begin raise 'the trail is broken'; end $$;
  create trigger refuse_entries before insert on audit_entries for each statement execute function refuse_entries()`;
const MEND = 'drop trigger refuse_entries on audit_entries; drop function refuse_entries()';

async function entriesOf(action: string): Promise<number> {
  const [row] = await app.database.query<{ count: number }>(
    'select count(*)::int from audit_entries where action = $1',
    [action],
  );
  return row?.count ?? 0;
}

test.each(ACTS)('$name answers with one entry, and without it not at all', async ({ action, shows, ask }) => {
  const before = await entriesOf(action);
  await app.database.query(BREAK);
  try {
    const answer = await ask();
    expect(answer).toContain('INTERNAL_SERVER_ERROR');
    expect(answer).not.toContain(shows);
  } finally {
    await app.database.query(MEND);
  }
  expect(await entriesOf(action)).toBe(before);
  expect(await ask()).toContain(shows);
  expect(await entriesOf(action)).toBe(before + 1);
});

test('a bundle of evidence is not handed out without its entry', async () => {
  const store = await openStore(app.database);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  await store.source.destroy();
  const query = `mutation { exportEvidence(input: { rows: { ids: ["${ids.request}"] }, disclose: [BODY], reason: "The yearly audit" }) { bundle { text } userErrors { message } } }`;
  await app.database.query(BREAK);
  const refused = await app.ask(query).finally(() => app.database.query(MEND));
  expect(refused.errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
  expect(refused.data?.exportEvidence ?? null).toBeNull();
  const { data } = await app.ask(query);
  expect(data.exportEvidence.bundle.text).toContain('hookledger-evidence-bundle');
  expect(await entriesOf('evidence.exported')).toBe(1);
});

test('reading of content goes on while its entries cannot be written, which are written later', async () => {
  await app.database.query(BREAK);
  const query = 'query While { businessEvents { nodes { data } } }';
  const { data } = await app.ask(query).finally(() => app.database.query(MEND));
  expect(JSON.stringify(data)).toContain(CONTENT);
  await waitFor('the entry', async () => (await entriesOf('content.read')) === 1);
});
