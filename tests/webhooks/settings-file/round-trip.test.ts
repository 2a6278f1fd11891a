import { useTestApi } from '../../support/app';
import { mutate } from '../../support/mutate';
import { documentOf, exported, exportedText, importFile, namedWebhook, plan, stored, URL } from './settings-file';

const app = useTestApi();

/** One webhook of each direction with many settings, and another as a target. */
async function manySettings() {
  const target = await namedWebhook(app);
  const outgoing = await namedWebhook(app, {
    documentType: 'Sales Invoice',
    events: ['on_submit', 'on_cancel'],
    condition: 'doc.grand_total > 40000',
    headers: [{ name: 'X-A', value: 'ä {{ doc.name }}' }],
    bodyFormat: 'JSON',
    body: '{"n": {{ doc.name | json }}}',
    rateLimit: { maxRequests: 5, seconds: 1 },
    retrySchedule: [0, 5],
    signatures: ['V1', 'FRAPPE'],
    ordering: 'HOLD',
    secretHeaders: [{ name: 'X-Key', value: 'a-secret-header-value' }],
    oauth2: {
      tokenUrl: 'https://partner.example/token',
      clientId: 'me',
      clientSecret: 'a-client-secret',
      scope: 'a b',
    },
    proxy: { url: 'https://proxy.example.com:3128', username: 'p', password: 'a-proxy-password' },
  });
  const incoming = `Caller of ${outgoing.name}`;
  await mutate(
    app,
    'createWebhook',
    {
      name: incoming,
      direction: 'INCOMING',
      provider: 'HMAC',
      verification: { header: 'x-signature', prefix: 'sha256=' },
      becomes: 'FORWARD',
      forwardTo: [target.id],
      eventLocation: { from: 'JSON', name: '$.type' },
      answer: { statusCode: 202, body: 'ok', contentType: 'text/plain' },
    },
    'webhook { id }',
  );
  return [target.name, outgoing.name, incoming];
}

test('a file has all settings by name and no secret; equal settings give equal text; it changes nothing where it came from', async () => {
  const names = await manySettings();
  const where = { name: { in: names } };
  const text = await exportedText(app, where);
  expect(await exportedText(app, where)).toBe(text);
  expect(text).not.toMatch(/a-secret-header-value|a-client-secret|a-proxy-password|whk_|usr_|whsec_/);
  const { webhooks } = JSON.parse(text);
  expect(webhooks.map(({ name }: { name: string }) => name)).toEqual([...names].sort());
  const [caller, , outgoing] = webhooks;
  expect(caller).toMatchObject({
    direction: 'INCOMING',
    provider: 'HMAC',
    owner: 'Administrator',
    forwardTo: [names[0]],
  });
  expect(outgoing).toMatchObject({
    direction: 'OUTGOING',
    url: URL,
    headers: [{ name: 'X-A', value: 'ä {{ doc.name }}' }],
    secretHeaders: [{ name: 'X-Key' }],
    basicAuth: null,
    oauth2: { tokenUrl: 'https://partner.example/token', clientId: 'me', scope: 'a b', audience: null },
    proxy: { url: 'https://proxy.example.com:3128', username: 'p' },
  });
  const before = await stored(app);
  const imported = await importFile(app, text);
  expect(imported.userErrors).toEqual([]);
  expect(imported.webhooks.map(({ action }: { action: string }) => action)).toEqual(Array(3).fill('UNCHANGED'));
  expect(await stored(app)).toEqual(before);
});

test('a file of another Hookledger creates its webhooks, with the secrets that are given beside it; again, it changes nothing', async () => {
  const names = await manySettings();
  const text = await exportedText(app, { name: { in: names } });
  const renamed = names.reduce((all, name) => all.replaceAll(JSON.stringify(name), JSON.stringify(`P ${name}`)), text);
  const [, outgoing = '', incoming = ''] = names.map((name) => `P ${name}`);
  const refused = await plan(app, renamed);
  expect(refused.plan).toBeNull();
  expect(refused.userErrors.map(({ field, code }: { field: string[]; code: string }) => [field.at(-1), code])).toEqual([
    ['value', 'REQUIRED'],
    ['oauth2', 'REQUIRED'],
    ['proxy', 'REQUIRED'],
  ]);
  expect(refused.userErrors[1].message).toContain(
    `secrets: [{ webhookName: ${JSON.stringify(outgoing)}, oauth2ClientSecret: ... }]`,
  );
  const secrets = [
    {
      webhookName: outgoing,
      secretHeaders: [{ name: 'x-key', value: 'of-production' }],
      oauth2ClientSecret: 'oauth-of-production',
      proxyPassword: 'proxy-of-production',
      frappeSecret: 'frappe-of-production',
    },
    { webhookName: incoming, secret: 'hmac-of-production' },
  ];
  const planned = await plan(app, renamed, { secrets });
  expect(planned.userErrors).toEqual([]);
  const before = await stored(app);
  const made = await importFile(app, renamed, { secrets, plan: planned.plan, reason: 'release 7' });
  expect(made.userErrors).toEqual([]);
  expect(await stored(app)).not.toEqual(before);
  expect(made.webhooks).toEqual([
    expect.objectContaining({ name: incoming, action: 'CREATED', secret: null, token: expect.stringMatching(/^in_/) }),
    expect.objectContaining({ action: 'CREATED', secret: expect.stringMatching(/^whsec_/) }),
    expect.objectContaining({ name: outgoing, action: 'CREATED', frappeSecret: null, unusedSecrets: [] }),
  ]);
  expect(await exportedText(app, { name: { in: names.map((name) => `P ${name}`) } })).toBe(renamed);
  const after = await stored(app);
  const again = await importFile(app, renamed, { secrets });
  expect(again.webhooks.map(({ action }: { action: string }) => action)).toEqual(Array(3).fill('UNCHANGED'));
  expect(again.webhooks[2].unusedSecrets).toEqual([
    'frappeSecret',
    'oauth2ClientSecret',
    'proxyPassword',
    'secretHeaders.x-key',
  ]);
  expect(await stored(app)).toEqual(after);
  const trail = await app.database.query<{ details: string; reason: string }>(
    `select details, reason from audit_entries where action = 'webhook.created' and reason = 'release 7'`,
  );
  expect(trail).toHaveLength(3);
  expect(JSON.stringify(trail)).not.toMatch(/of-production/);
});

test('a dry run says what would change and changes nothing; the import does the same, with a version and an entry each', async () => {
  const { id, name } = await namedWebhook(app, { timeoutMs: 5_000, events: ['a'] });
  const [entry] = await exported(app, { name: { eq: name } });
  const changed = [
    { ...entry, timeoutMs: 6_000, ordering: 'HOLD' },
    { name: `${name} new`, url: URL },
  ];
  const before = await stored(app);
  const planned = await plan(app, changed);
  expect(await stored(app)).toEqual(before);
  expect(planned.webhooks).toEqual([
    expect.objectContaining({
      name,
      action: 'UPDATED',
      changes: [
        { setting: 'ordering', before: null, after: 'HOLD' },
        { setting: 'timeoutMs', before: 5_000, after: 6_000 },
      ],
      webhook: { id, name, version: 1, status: 'ACTIVE' },
    }),
    expect.objectContaining({ action: 'CREATED', webhook: null, secret: null }),
  ]);
  const done = await importFile(app, changed, { plan: planned.plan });
  expect(done.plan).toBe(planned.plan);
  expect(done.webhooks[0].changes).toEqual(planned.webhooks[0].changes);
  expect(done.webhooks[0].webhook.version).toBe(2);
  expect(done.webhooks[1]).toMatchObject({ webhook: { version: 1 }, secret: expect.stringMatching(/^whsec_/) });
  const { data } = await app.ask(
    'query ($id: ID!) { webhook(id: $id) { auditEntries(first: 1) { nodes { action before after details } } } }',
    { id },
  );
  expect(data.webhook.auditEntries.nodes).toEqual([
    {
      action: 'webhook.updated',
      before: { ordering: null, timeoutMs: 5_000 },
      after: { ordering: 'HOLD', timeoutMs: 6_000 },
      details: { importedFile: expect.stringMatching(/^[0-9a-f]{64}$/), version: 2 },
    },
  ]);
});

test('a setting that a file leaves out stays as it is; null restores its default', async () => {
  const { name } = await namedWebhook(app, { timeoutMs: 5_000, events: ['a'], signatures: ['V1', 'V1A'] });
  const kept = await importFile(app, [{ name, url: URL }]);
  expect(kept.webhooks).toEqual([expect.objectContaining({ action: 'UNCHANGED' })]);
  const reset = await importFile(app, [{ name, timeoutMs: null, events: null, signatures: null }]);
  expect(reset.webhooks[0].changes.map(({ setting }: { setting: string }) => setting)).toEqual([
    'events',
    'signatures',
    'timeoutMs',
  ]);
  expect((await importFile(app, [{ name, timeoutMs: null, events: null, signatures: null }])).webhooks[0].action).toBe(
    'UNCHANGED',
  );
});

test('settings of the verification that a file does not have are removed', async () => {
  const name = 'Verified';
  const verification = { header: 'x-signature', prefix: 'sha256=' };
  await mutate(app, 'createWebhook', { name, direction: 'INCOMING', provider: 'HMAC', verification }, 'webhook { id }');
  const document = [{ name, verification: { header: 'x-signature' } }];
  expect((await importFile(app, document)).webhooks[0].changes).toEqual([
    { setting: 'verification', before: verification, after: { header: 'x-signature' } },
  ]);
  expect((await importFile(app, document)).webhooks[0].action).toBe('UNCHANGED');
});

test('previousName renames a webhook once', async () => {
  const { id, name } = await namedWebhook(app);
  const document = documentOf({ name: `${name} renamed`, previousName: name });
  expect((await importFile(app, document)).webhooks[0]).toMatchObject({
    action: 'UPDATED',
    changes: [{ setting: 'name', before: name, after: `${name} renamed` }],
    webhook: { id },
  });
  expect((await importFile(app, document)).webhooks[0].action).toBe('UNCHANGED');
});

test('webhooks that a file does not have are left alone, or archived when that is asked for', async () => {
  const { name } = await namedWebhook(app);
  const all = await exported(app);
  const others = all.filter((each: { name: string }) => each.name !== name);
  expect((await importFile(app, others)).webhooks.map(({ action }: { action: string }) => action)).not.toContain(
    'ARCHIVED',
  );
  const planned = await plan(app, others, { archiveAbsent: true });
  expect(planned.webhooks.at(-1)).toMatchObject({ name, action: 'ARCHIVED', webhook: { status: 'ACTIVE' } });
  const done = await importFile(app, others, { archiveAbsent: true, plan: planned.plan, reason: 'not used' });
  expect(done.webhooks.at(-1)).toMatchObject({ name, action: 'ARCHIVED', webhook: { status: 'ARCHIVED' } });
  expect((await exported(app)).map((each: { name: string }) => each.name)).not.toContain(name);
  // the name is free again
  expect((await importFile(app, [{ name, url: URL }])).webhooks[0].action).toBe('CREATED');
});
