import { toNodeId, uuidOf } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { askMutation, mutate } from '../support/mutate';
import { createTestWebhook } from '../support/webhooks';

const app = useTestApi();

const URL = 'https://partner.example/hook';

async function versionsOf(id: string) {
  const answer = await app.ask(
    `query ($id: ID!) { webhook(id: $id) { version versions {
      nodes { version createdBy { name } settings changes { setting before after } } } } }`,
    { id },
  );
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data.webhook;
}

const update = (input: object) => mutate(app, 'updateWebhook', input, 'webhook { version name timeoutMs }');
const restore = (input: object) => mutate(app, 'restoreWebhookVersion', input, 'webhook { version } notRestored');

test('each change of a setting makes a version with its author and what it changed', async () => {
  const { id } = await createTestWebhook(app, URL, { name: 'Partner', timeoutMs: 5_000 });
  expect((await update({ id, timeoutMs: 6_000, name: 'CRM' })).webhook).toMatchObject({ version: 2 });
  // no setting differs
  expect((await update({ id, timeoutMs: 6_000 })).webhook).toMatchObject({ version: 2 });
  await mutate(app, 'pauseWebhook', { id });
  const { version, versions } = await versionsOf(id);
  expect(version).toBe(2);
  expect(versions.nodes).toEqual([
    {
      version: 2,
      createdBy: { name: 'Administrator' },
      settings: expect.objectContaining({ name: 'CRM', timeoutMs: 6_000, url: URL, method: 'POST' }),
      changes: [
        { setting: 'name', before: 'Partner', after: 'CRM' },
        { setting: 'timeoutMs', before: 5_000, after: 6_000 },
      ],
    },
    expect.objectContaining({ version: 1, settings: expect.objectContaining({ name: 'Partner', timeoutMs: 5_000 }) }),
  ]);
  const { data } = await app.ask(
    `query ($id: ID!) { auditEntries(where: { subjectId: { eq: $id }, action: { eq: "webhook.updated" } }) {
      nodes { before after details } } }`,
    { id },
  );
  expect(data.auditEntries.nodes).toEqual([
    {
      before: { name: 'Partner', timeoutMs: 5_000 },
      after: { name: 'CRM', timeoutMs: 6_000 },
      details: { version: 2 },
    },
  ]);
});

test('two versions are compared in either direction; a version that is not there is refused', async () => {
  const { id } = await createTestWebhook(app, URL, { events: ['a'] });
  await update({ id, events: ['b'] });
  await update({ id, events: ['a'], maxConcurrency: 3 });
  const compare = async (since: number) => {
    const answer = await app.ask(
      `query ($id: ID!, $since: Int) { webhook(id: $id) {
        versions(first: 1) { nodes { changes(since: $since) { setting before after } } } } }`,
      { id, since },
    );
    return { changes: answer.data.webhook.versions.nodes[0]?.changes, code: answer.errors?.[0]?.extensions.code };
  };
  expect(await compare(1)).toEqual({ changes: [{ setting: 'maxConcurrency', before: null, after: 3 }] });
  expect((await compare(2)).changes).toHaveLength(2);
  expect(await compare(3)).toEqual({ changes: [] });
  for (const since of [-1, 4]) expect(await compare(since)).toEqual({ changes: null, code: 'BAD_USER_INPUT' });
});

test('versions are filtered, ordered and paged from both ends', async () => {
  const { id } = await createTestWebhook(app, URL, { timeoutMs: 2_000 });
  for (const timeoutMs of [3_000, 4_000, 5_000]) await update({ id, timeoutMs });
  const { data, errors } = await app.ask(
    `query ($id: ID!, $oldest: TimeOrder) { webhook(id: $id) {
      some: versions(where: { version: { in: [2, 3] }, createdBy: { name: { eq: "Administrator" } } }) { totalCount nodes { version } }
      none: versions(where: { createdAt: { gt: "2999-01-01T00:00:00Z" } }) { totalCount nodes { version } }
      oldest: versions(first: 2, orderBy: $oldest) { nodes { version } pageInfo { hasNextPage } }
      last: versions(last: 1) { nodes { version } pageInfo { hasPreviousPage } } } }`,
    { id, oldest: { direction: 'ASC' } },
  );
  expect(errors).toBeUndefined();
  expect(data.webhook).toEqual({
    some: { totalCount: 2, nodes: [{ version: 3 }, { version: 2 }] },
    none: { totalCount: 0, nodes: [] },
    oldest: { nodes: [{ version: 1 }, { version: 2 }], pageInfo: { hasNextPage: true } },
    last: { nodes: [{ version: 1 }], pageInfo: { hasPreviousPage: true } },
  });
});

test('a version is restored, as a new version, with the reason in the audit trail', async () => {
  const { id } = await createTestWebhook(app, URL, {
    headers: [{ name: 'X-A', value: '1' }],
    events: ['a'],
    condition: 'true',
    bodyFormat: 'JSON',
    fields: [{ key: 'k', fieldname: 'name' }],
    rateLimit: { maxRequests: 5, seconds: 1 },
    retrySchedule: [0, 5],
  });
  const [first] = (await versionsOf(id)).versions.nodes;
  await update({
    id,
    url: `${URL}/other`,
    headers: null,
    events: null,
    condition: null,
    bodyFormat: null,
    fields: null,
    rateLimit: null,
    retrySchedule: null,
    ordering: 'HOLD',
    name: 'Other',
  });
  const restored = await restore({ id, version: 1, expectedVersion: 2, reason: 'it was right before' });
  expect(restored).toEqual({ webhook: { version: 3 }, notRestored: [], userErrors: [] });
  expect((await versionsOf(id)).versions.nodes[0].settings).toEqual(first.settings);
  const { data } = await app.ask(
    'query ($id: ID!) { webhook(id: $id) { auditEntries(first: 1) { nodes { reason details } } } }',
    { id },
  );
  expect(data.webhook.auditEntries.nodes).toEqual([
    { reason: 'it was right before', details: { restoredVersion: 1, version: 3 } },
  ]);
});

test('an INCOMING webhook is restored likewise', async () => {
  const target = await createTestWebhook(app, URL);
  const { webhook } = await mutate(
    app,
    'createWebhook',
    {
      name: 'Caller',
      direction: 'INCOMING',
      provider: 'HMAC',
      verification: { header: 'x-signature' },
      becomes: 'FORWARD',
      forwardTo: [target.id],
      eventLocation: { from: 'JSON', name: '$.type' },
      answer: { statusCode: 202, body: 'ok', contentType: 'text/plain' },
    },
    'webhook { id }',
  );
  const [first] = (await versionsOf(webhook.id)).versions.nodes;
  await update({
    id: webhook.id,
    becomes: 'RECORD',
    forwardTo: null,
    eventLocation: null,
    answer: null,
    toleranceSeconds: 9,
  });
  expect(await restore({ id: webhook.id, version: 1 })).toMatchObject({ notRestored: [], userErrors: [] });
  expect((await versionsOf(webhook.id)).versions.nodes[0].settings).toEqual(first.settings);
});

test('secrets are fingerprints, which change with the secret; they are kept when a version is restored', async () => {
  const secret = 'a-secret-of-the-partner';
  const secretHeaders = [{ name: 'X-Key', value: secret }];
  const { id } = await createTestWebhook(app, URL, { secretHeaders });
  await update({ id, secretHeaders: [{ name: 'X-Key', value: 'another-secret-of-theirs' }] });
  const { versions } = await versionsOf(id);
  const [second, first] = versions.nodes.map(
    (each: { settings: { credentials: object[] } }) => each.settings.credentials,
  );
  const shown = { kind: 'HEADER', name: 'X-Key', fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) };
  expect([first, second]).toEqual([[shown], [shown]]);
  expect(first).not.toEqual(second);
  expect(await restore({ id, version: 1 })).toMatchObject({ webhook: { version: 2 }, notRestored: ['credentials'] });
  const rows = await app.database.query('select settings from webhook_versions');
  const trail = await app.database.query('select details from audit_entries');
  expect(JSON.stringify([rows, trail])).not.toMatch(/a-secret-of-the-partner|another-secret-of-theirs/);
});

test('a version with another host is not restored while credentials are stored', async () => {
  const { id } = await createTestWebhook(app, 'https://first.example/');
  await update({ id, url: 'https://second.example/' });
  await update({ id, secretHeaders: [{ name: 'X-Key', value: 'for-the-second-alone' }] });
  const { userErrors } = await restore({ id, version: 1 });
  expect(userErrors).toEqual([expect.objectContaining({ field: ['url'], code: 'CONFLICT' })]);
  expect((await versionsOf(id)).version).toBe(3);
});

test('of two changes that expect the same version, one is made and the other is a CONFLICT', async () => {
  const { id } = await createTestWebhook(app, URL);
  const results = await Promise.all(['one', 'two', 'three'].map((name) => update({ id, name, expectedVersion: 1 })));
  const made = results.filter(({ userErrors }) => userErrors.length === 0);
  const refused = results.flatMap(({ userErrors }) => userErrors);
  expect(made).toHaveLength(1);
  expect(refused.map(({ field, code }) => ({ field, code }))).toEqual(
    Array(2).fill({ field: ['expectedVersion'], code: 'CONFLICT' }),
  );
  expect(refused[0].message).toContain('has version 2, not 1');
  const { data } = await app.ask('query ($id: ID!) { webhook(id: $id) { name version } }', { id });
  expect(data.webhook).toEqual({ name: made[0].webhook.name, version: 2 });
  expect((await update({ id, name: 'next', expectedVersion: 2 })).webhook.version).toBe(3);
  for (const expectedVersion of [0, -1, 4]) {
    expect((await update({ id, name: 'no', expectedVersion })).userErrors[0].code).toBe('CONFLICT');
  }
});

test.each([
  { input: { version: 0 }, field: 'version', code: 'NOT_FOUND' },
  { input: { version: 2 }, field: 'version', code: 'NOT_FOUND' },
  { input: { version: 1, expectedVersion: 7 }, field: 'expectedVersion', code: 'CONFLICT' },
  { input: { version: 1, reason: 'x'.repeat(1_001) }, field: 'reason', code: 'TOO_LARGE' },
  { input: { version: 1, id: 'whk_00000000000070008000000000000000' }, field: 'id', code: 'NOT_FOUND' },
])('restoring is refused with the field: $field $code', async ({ input, field, code }) => {
  const { id } = await createTestWebhook(app, URL);
  const { userErrors } = await restore({ id, ...input });
  expect(userErrors).toEqual([expect.objectContaining({ field: [field], code })]);
});

test('settings are for roles that may read content, and restoring for managers', async () => {
  const { id } = await createTestWebhook(app, URL);
  const support = await app.keyFor('SUPPORT');
  const answer = await app.ask(
    'query ($id: ID!) { webhook(id: $id) { versions { nodes { version settings } } } }',
    { id },
    support,
  );
  expect(answer.data.webhook.versions.nodes).toEqual([{ version: 1, settings: null }]);
  expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  const refused = await askMutation(app, 'restoreWebhookVersion', { id, version: 1 }, 'notRestored', support);
  expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test('parts of a URL that look like a token are hidden from viewers with masks, as in Webhook.url', async () => {
  const { id } = await createTestWebhook(app, `${URL}/T0K3N1234567`);
  await update({ id, url: `${URL}/T0K3N7654321` });
  await mutate(app, 'createMaskingRule', { roles: ['AUDITOR'], part: 'DATA', path: '$.iban', strategy: 'HIDE' });
  const ask = async (key: string) =>
    (
      await app.ask(
        `query ($id: ID!) { webhook(id: $id) { url versions(first: 1) {
          nodes { settings changes { setting before after } } } } }`,
        { id },
        key,
      )
    ).data.webhook;
  const hidden = `${URL}/...`;
  const masked = await ask(await app.keyFor('AUDITOR'));
  expect(masked.url).toBe(hidden);
  expect(masked.versions.nodes).toEqual([
    {
      settings: expect.objectContaining({ url: hidden, name: expect.any(String) }),
      changes: [{ setting: 'url', before: hidden, after: hidden }],
    },
  ]);
  expect(JSON.stringify(await ask(app.adminKey))).toContain('T0K3N7654321');
});

test('parts of a URL are hidden in the settings of a version where one statement answers', async () => {
  const { id } = await createTestWebhook(app, `${URL}/T0K3N1111111`);
  const auditor = await app.keyFor('AUDITOR');
  await mutate(app, 'createMaskingRule', { roles: ['AUDITOR'], part: 'DATA', path: '$.iban', strategy: 'HIDE' });
  const query = 'query ($id: ID!) { webhook(id: $id) { versions { nodes { settings } } } }';
  const { data } = await app.ask(query, { id }, auditor);
  expect(data.webhook.versions.nodes).toEqual([{ settings: expect.objectContaining({ url: `${URL}/...` }) }]);
});

test('who paused and who resumed a webhook, when and why, can be read by every reader', async () => {
  const { id } = await createTestWebhook(app, URL);
  const status = async () =>
    (
      await app.ask(
        'query ($id: ID!) { webhook(id: $id) { status statusReason statusChangedAt statusChangedBy { name } } }',
        { id },
        await app.keyFor('SUPPORT'),
      )
    ).data.webhook;
  expect(await status()).toEqual({
    status: 'ACTIVE',
    statusReason: null,
    statusChangedAt: null,
    statusChangedBy: null,
  });
  await mutate(app, 'pauseWebhook', { id, reason: 'they are moving' });
  const changed = { statusChangedAt: expect.any(String), statusChangedBy: { name: 'Administrator' } };
  expect(await status()).toEqual({ status: 'PAUSED', statusReason: 'they are moving', ...changed });
  await mutate(app, 'resumeWebhook', { id, reason: 'they have moved' });
  expect(await status()).toEqual({ status: 'ACTIVE', statusReason: 'they have moved', ...changed });
});

test('the latest 1,000 versions are kept', async () => {
  const { id } = await createTestWebhook(app, 'https://partner.example/hook', { name: 'Often changed' });
  const uuid = uuidOf('Webhook', id);
  await app.database.query(
    `insert into webhook_versions (id, webhook_id, version, settings, created_by, created_at)
     select new_id(), webhook_id, n, settings, created_by, created_at
     from webhook_versions, generate_series(2, 1000) as n where webhook_id = $1`,
    [uuid],
  );
  await app.database.query('update webhooks set version = 1000 where id = $1', [uuid]);
  const kept = async () =>
    app.database.query('select count(*)::int, min(version), max(version) from webhook_versions where webhook_id = $1', [
      uuid,
    ]);
  const remove = (version: number) =>
    app.database.query('delete from webhook_versions where webhook_id = $1 and version = $2', [uuid, version]);
  await expect(remove(1)).rejects.toThrow('the record is write-once');
  expect((await mutate(app, 'updateWebhook', { id, timeoutMs: 6_000 }, 'webhook { version }')).webhook).toMatchObject({
    version: 1_001,
  });
  expect(await kept()).toEqual([{ count: 1_000, min: 2, max: 1_001 }]);
  await expect(remove(2)).rejects.toThrow('the record is write-once');

  expect((await mutate(app, 'restoreWebhookVersion', { id, version: 1 })).userErrors).toEqual([
    { field: ['version'], code: 'NOT_FOUND', message: 'Often changed has no version 1: it has 2 to 1001.' },
  ]);
  const [oldest] = await app.database.query<{ id: string }>(
    'select id from webhook_versions where webhook_id = $1 and version = 2',
    [uuid],
  );
  const query = `query ($id: ID!) { node(id: $id) { ... on WebhookVersion {
    version changes { setting } since: changes(since: 1001) { setting } } } }`;
  const { data } = await app.ask(query, { id: toNodeId('WebhookVersion', oldest?.id as string) });
  expect(data.node).toEqual({ version: 2, changes: null, since: [{ setting: 'timeoutMs' }] });
});
