// Entries of the audit trail as events, for a SIEM.
import { uuidOf } from '../../src/values/ids';
import { startTestApp, type TestApp } from '../support/app';
import { askMutation, mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';

let app: TestApp;
let siem: Receiver;
let other: Receiver;
let siemId: string;

beforeAll(async () => {
  [app, siem, other] = await Promise.all([startTestApp(), startReceiver(), startReceiver()]);
  const subscribed = { documentType: 'Hookledger' };
  await createTestWebhook(app, other.url, subscribed);
  siemId = (await createTestWebhook(app, siem.url, { ...subscribed, receiveAuditEvents: true })).id;
});
afterAll(() => Promise.all([app.stop(), siem.stop(), other.stop()]));

interface Told {
  type: string;
  data: Record<string, unknown>;
}

const toldTo = ({ calls }: Receiver): Told[] => calls.map(({ body }) => JSON.parse(body.toString()));

async function publishedActions(): Promise<string[]> {
  const rows = await app.database.query<{ event: string }>(
    `select event from business_events where document_type = 'Hookledger' and event like 'audit.%' order by id`,
  );
  return rows.map(({ event }) => event);
}

/** Pauses a new webhook, and waits until the SIEM knows. Everything before it was then published, or will never be. */
async function marked(): Promise<string> {
  const { id } = await createTestWebhook(app, 'https://partner.example/', { documentType: 'Nothing' });
  await mutate(app, 'pauseWebhook', { id, reason: 'a secret plan' });
  await waitFor('the event', () =>
    toldTo(siem).some(({ type, data }) => type === 'audit.webhook.paused' && data.subject === id),
  );
  return id;
}

test('an entry is delivered to a webhook that was allowed to receive it, and to no other', async () => {
  const id = await marked();
  const told = toldTo(siem).find(({ type, data }) => type === 'audit.webhook.paused' && data.subject === id);
  const { viewer } = (await app.ask('{ viewer { id name } }')).data;
  const { data } = await app.ask(
    'query ($id: ID!) { auditEntries(where: { subjectId: { eq: $id }, action: { eq: "webhook.paused" } }) { nodes { id createdAt requestId apiKey { id } } } }',
    { id },
  );
  const [entry] = data.auditEntries.nodes;
  expect(told?.data).toEqual({
    entry: entry.id,
    action: 'webhook.paused',
    outcome: 'DONE',
    createdAt: entry.createdAt,
    actor: viewer,
    apiKey: entry.apiKey.id,
    subjectType: 'Webhook',
    subject: id,
    remoteAddress: '127.0.0.1',
    requestId: entry.requestId,
  });
  expect(toldTo(other).filter(({ type }) => type.startsWith('audit.'))).toEqual([]);
});

test('delivering and reading the events makes no further one', async () => {
  await marked();
  const before = await publishedActions();
  await app.ask('query OfEvents { businessEvents(where: { documentType: { eq: "Hookledger" } }) { nodes { data } } }');
  await app.ask('{ auditEntries { nodes { details } } }');
  const headers = { authorization: `Bearer ${app.adminKey}` };
  await (await fetch(`${app.url}/audit-entries`, { headers })).text();
  await waitFor('the entries about reading', async () => {
    const rows = await app.database.query(
      `select distinct action from audit_entries where action in ('content.read', 'audit.export_ended')`,
    );
    return rows.length === 2;
  });
  await marked();
  expect((await publishedActions()).slice(before.length)).toEqual(['audit.webhook.created', 'audit.webhook.paused']);
  expect(await app.database.query('select from audit_event_queue')).toEqual([]);
});

test('only a SYSTEM_MANAGER lets a webhook receive them, and changes one that does', async () => {
  const key = await app.keyFor('INTEGRATION_MANAGER');
  const { id } = await createTestWebhook(app, 'https://partner.example/');
  const refused = async (mutation: string, input: object) => {
    const { errors } = await askMutation(app, mutation, input, 'webhook { id }', key);
    expect({ mutation, code: errors?.[0]?.extensions.code }).toEqual({ mutation, code: 'FORBIDDEN' });
    return errors?.[0]?.message;
  };
  const created = { name: 'Mine', url: 'https://mine.example/', receiveAuditEvents: true };
  expect(await refused('createWebhook', created)).toBe(
    'receiveAuditEvents is true: only a SYSTEM_MANAGER may let a webhook receive the audit trail.',
  );
  await refused('updateWebhook', { id, receiveAuditEvents: true });
  expect(await refused('updateWebhook', { id: siemId, url: 'https://mine.example/' })).toBe(
    'Partner receives the audit trail (receiveAuditEvents): only a SYSTEM_MANAGER may change it, send to it or act on its deliveries. Leave it out, or ask a SYSTEM_MANAGER.',
  );
  await refused('updateWebhook', { id: siemId, receiveAuditEvents: false });
  await mutate(app, 'updateWebhook', { id, receiveAuditEvents: true });
  await mutate(app, 'updateWebhook', { id, receiveAuditEvents: null });
  await refused('restoreWebhookVersion', { id, version: 2 });
  const { data } = await app.ask(
    `query ($id: ID!) { webhook(id: $id) { receiveAuditEvents version versions { nodes { version settings } } }
      webhooks(where: { receiveAuditEvents: { eq: true } }) { nodes { id url } } }`,
    { id },
  );
  expect(data.webhook).toMatchObject({ receiveAuditEvents: false, version: 3 });
  const settings = data.webhook.versions.nodes.map((node: { settings: object }) => node.settings);
  expect(settings).toMatchObject([
    { receiveAuditEvents: false },
    { receiveAuditEvents: true },
    { receiveAuditEvents: false },
  ]);
  expect(data.webhooks.nodes).toEqual([{ id: siemId, url: siem.url }]);
  const incoming = { name: 'x', direction: 'INCOMING', provider: 'NONE', receiveAuditEvents: true };
  const { userErrors } = await mutate(app, 'createWebhook', incoming);
  expect(userErrors).toMatchObject([{ field: ['receiveAuditEvents'], code: 'INVALID' }]);
});

test('a webhook that fails gets no event about what became of itself, and without receivers nothing is queued', async () => {
  siem.answerWith(() => ({ status: 410 }));
  const { id } = await createTestWebhook(app, 'https://partner.example/', { documentType: 'Nothing' });
  await waitFor('the event about it', async () => (await publishedActions()).includes('audit.webhook.disabled'));
  const [event] = await app.database.query<{ cause_path: string[] }>(
    `select cause_path from business_events where event = 'audit.webhook.disabled'`,
  );
  expect(event?.cause_path).toContain(uuidOf('Webhook', siemId));
  await mutate(app, 'archiveWebhook', { id: siemId });
  await waitFor('an empty queue', async () => (await app.database.query('select from audit_event_queue')).length === 0);
  await mutate(app, 'pauseWebhook', { id });
  // an entry about the last deliveries may still come: its transaction began before the webhook was archived
  const queued = await app.database.query<{ action: string }>(
    'select action from audit_event_queue join audit_entries on id = entry_id',
  );
  expect(queued.map(({ action }) => action)).not.toContain('webhook.paused');
});
