import { uuidOf } from '../../src/values/ids';
import { startTestApp, type TestApp } from '../support/app';
import { sendRaw } from '../support/raw-http';

let app: TestApp;
let viewer: { id: string; apiKeys: { nodes: { id: string }[] } };

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  ({ viewer } = (await app.ask('{ viewer { id apiKeys { nodes { id } } } }')).data);
});
afterAll(() => app.stop());

/** Runs a mutation. @returns its payload and what the audit trail has of it */
async function audited(mutation: string, input: object) {
  const type = mutation.charAt(0).toUpperCase() + mutation.slice(1);
  const fields = {
    createApiKey: 'apiKey { id } token',
    createWebhook: 'webhook { id } secret',
    publishEvents: 'events { id }',
  };
  const known = fields[mutation as keyof typeof fields];
  const selected =
    known ??
    (mutation.endsWith('User') ? 'user { id }' : mutation.endsWith('ApiKey') ? 'apiKey { id }' : 'webhook { id }');
  const query = `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { ${selected} userErrors { code } } }`;
  const { json, headers } = await sendRaw(`${app.url}/graphql`, {
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${app.adminKey}`,
      'x-request-id': 'of-the-caller',
      'user-agent': USER_AGENT,
    },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const entries = await app.database.query<Record<string, string>>(
    'select * from audit_entries where request_id = $1 order by id',
    [headers['x-request-id']],
  );
  return { payload: json.data[mutation], entries };
}

/** Longer than what is stored. */
const USER_AGENT = `erp/${'1'.repeat(600)}`;

const PREFIXES = { User: 'usr', ApiKey: 'key', Webhook: 'whk' } as const;

function expectEntry(
  entries: Record<string, string>[],
  action: string,
  type: keyof typeof PREFIXES,
  id: string,
  reason: string | null = null,
): void {
  expect(entries).toEqual([
    {
      id: expect.any(String),
      at: expect.any(Date),
      action,
      actor_id: uuidOf('User', viewer.id),
      actor_kind: 'USER',
      session_id: null,
      outcome: 'DONE',
      reason,
      user_agent: USER_AGENT.slice(0, 500),
      content_salt: expect.anything(),
      leaf_hash: expect.anything(),
      api_key_id: uuidOf('ApiKey', viewer.apiKeys.nodes[0]?.id ?? ''),
      subject_type: type,
      subject_id: uuidOf(type, id),
      details: entries[0]?.details,
      criteria: entries[0]?.criteria,
      criteria_salt: expect.anything(),
      reason_salt: expect.anything(),
      origin_salt: expect.anything(),
      identity_issuer: null,
      identity_subject: null,
      identity_salt: expect.anything(),
      erased_digests: null,
      erasure_id: null,
      remote_address: '127.0.0.1',
      request_id: entries[0]?.request_id,
    },
  ]);
}

test('every mutation but publishEvents leaves an entry: who, with which key, from where, in which request, on what', async () => {
  const user = await audited('createUser', { name: 'audited', roles: ['SUPPORT'] });
  const userId = user.payload.user.id;
  expectEntry(user.entries, 'user.created', 'User', userId);
  expect(JSON.parse(user.entries[0]?.details ?? '')).toEqual({ after: { roles: ['SUPPORT'] } });
  expect(JSON.parse(user.entries[0]?.criteria ?? '')).toMatchObject({ after: { name: 'audited' } });

  const changed = await audited('updateUser', { id: userId, roles: ['AUDITOR'] });
  expectEntry(changed.entries, 'user.role_changed', 'User', userId);
  expect(JSON.parse(changed.entries[0]?.details ?? '')).toEqual({
    before: { roles: ['SUPPORT'] },
    after: { roles: ['AUDITOR'] },
  });

  const key = await audited('createApiKey', { userId, label: 'l' });
  expectEntry(key.entries, 'api_key.created', 'ApiKey', key.payload.apiKey.id);
  const revoked = await audited('revokeApiKey', { id: key.payload.apiKey.id });
  expectEntry(revoked.entries, 'api_key.revoked', 'ApiKey', key.payload.apiKey.id);

  const webhook = await audited('createWebhook', { name: 'w', url: 'https://partner.example/' });
  const { id } = webhook.payload.webhook;
  expectEntry(webhook.entries, 'webhook.created', 'Webhook', id);
  for (const [mutation, action, more] of [
    ['updateWebhook', 'webhook.updated', { name: 'w2' }],
    ['pauseWebhook', 'webhook.paused', { reason: 'because' }],
    ['resumeWebhook', 'webhook.resumed', {}],
    ['archiveWebhook', 'webhook.archived', {}],
  ] as const) {
    const reason = 'reason' in more ? more.reason : null;
    expectEntry((await audited(mutation, { id, ...more })).entries, action, 'Webhook', id, reason);
  }

  const event = { documentType: 'A', event: 'b', referenceDocument: 'c', data: { secretish: 'payload' } };
  const published = await audited('publishEvents', { events: [event, event] });
  // each event has its publisher itself
  expect(published.payload.events).toHaveLength(2);
  expect(published.entries).toEqual([]);

  const [{ all }] = (await app.database.query<{ all: string }>(
    `select string_agg(a::text, ' ') as all from audit_entries a`,
  )) as [{ all: string }];
  for (const secret of [
    key.payload.token,
    webhook.payload.secret,
    webhook.payload.secret.slice(6),
    'secretish',
    app.adminKey,
  ]) {
    expect(all).not.toContain(secret);
  }
});

test('a mutation that was refused, or changed nothing, leaves none', async () => {
  const unknownId = 'usr_00000000000070008000000000000000';
  const key = (await audited('createApiKey', { userId: viewer.id, label: 'l' })).payload.apiKey;
  const { webhook } = (await audited('createWebhook', { name: 'w', url: 'https://partner.example/' })).payload;
  expect((await audited('revokeApiKey', { id: key.id })).entries).toHaveLength(1);
  expect((await audited('pauseWebhook', { id: webhook.id })).entries).toHaveLength(1);
  const entries = [
    await audited('revokeApiKey', { id: key.id }),
    await audited('revokeApiKey', { id: unknownId }),
    await audited('createApiKey', { userId: unknownId, label: 'l' }),
    await audited('createApiKey', { userId: viewer.id, label: '' }),
    await audited('updateUser', { id: unknownId, active: false }),
    await audited('pauseWebhook', { id: webhook.id }),
    await audited('pauseWebhook', { id: webhook.id, reason: '' }),
    await audited('updateWebhook', { id: webhook.id, url: 'nonsense' }),
    await audited('archiveWebhook', { id: unknownId }),
    await audited('resumeWebhook', { id: unknownId }),
    await audited('createUser', { name: 'Administrator', roles: [] }),
    await audited('createWebhook', { name: 'w', url: 'nonsense' }),
    await audited('updateUser', { id: viewer.id, active: false }),
    await audited('publishEvents', { events: [] }),
  ].flatMap((call) => call.entries);
  expect(entries).toEqual([]);
});

test('without its entry a change does not happen', async () => {
  await app.database.query(
    `alter table audit_entries add constraint full_disk check (subject_type <> 'User') not valid`,
  );
  const { payload } = await audited('createUser', { name: 'unaudited', roles: [] }).catch(() => ({ payload: null }));
  expect(payload).toBeNull();
  expect(await app.database.query(`select from users where name = 'unaudited'`)).toHaveLength(0);
});
