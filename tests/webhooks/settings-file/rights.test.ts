import { useTestApi } from '../../support/app';
import { askMutation, mutate } from '../../support/mutate';
import { askImport, documentOf, exported, exportedText, importFile, namedWebhook, shown, URL } from './settings-file';

const app = useTestApi();

test('a stored secret is not sent to another host: it must be given again', async () => {
  const { name } = await namedWebhook(app, { basicAuth: { username: 'u', password: 'for-the-first-host' } });
  const [entry] = await exported(app, { name: { eq: name } });
  const moved = [{ ...entry, url: 'https://second.example/' }];
  const refused = await importFile(app, moved);
  expect(shown(refused.userErrors)).toEqual(['REQUIRED document.webhooks.0.basicAuth']);
  const secrets = [{ webhookName: name, basicAuthPassword: 'for-the-second-host' }];
  const done = await importFile(app, moved, { secrets });
  expect(done.webhooks[0]).toMatchObject({ action: 'UPDATED', unusedSecrets: [] });
  expect(JSON.stringify(done)).not.toContain('for-the-second-host');
});

test('direction and provider of a webhook stay; secrets are for webhooks of the document', async () => {
  const { name } = await namedWebhook(app);
  const turned = await importFile(app, [{ name, direction: 'INCOMING' }]);
  expect(shown(turned.userErrors)).toEqual(['CONFLICT document.webhooks.0.direction']);
  const secrets = [{ webhookName: 'nobody', secret: 'a-secret' }];
  expect(shown((await importFile(app, [{ name }], { secrets })).userErrors)).toEqual([
    'NOT_FOUND secrets.0.webhookName',
  ]);
  const twice = [{ webhookName: name }, { webhookName: name }];
  expect(shown((await importFile(app, [{ name }], { secrets: twice })).userErrors)).toEqual([
    'CONFLICT secrets.1.webhookName',
  ]);
});

test('a target that has been archived since is left as it is', async () => {
  const target = await namedWebhook(app);
  const name = `Forwards to ${target.name}`;
  const input = { name, direction: 'INCOMING', becomes: 'FORWARD', forwardTo: [target.id] };
  await mutate(app, 'createWebhook', input, 'webhook { id }');
  const text = await exportedText(app, { name: { eq: name } });
  await mutate(app, 'archiveWebhook', { id: target.id }, 'webhook { id }');
  expect((await importFile(app, text)).webhooks).toEqual([expect.objectContaining({ action: 'UNCHANGED' })]);
});

test('only managers export and import; receivers of the audit trail are for a SYSTEM_MANAGER', async () => {
  const document = documentOf({ name: 'Of a manager', url: URL });
  for (const role of ['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const) {
    const key = await app.keyFor(role);
    const answers = [
      await askImport(app, document, key),
      await askMutation(app, 'exportWebhooks', {}, 'file { text }', key),
    ];
    for (const { errors } of answers) expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
  const manager = await app.keyFor('INTEGRATION_MANAGER');
  const name = 'SIEM';
  const receiver = documentOf({ name, url: URL, receiveAuditEvents: true });
  expect((await askImport(app, receiver, manager)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await importFile(app, receiver)).userErrors).toEqual([]);
  expect((await askImport(app, receiver, manager)).data.importWebhooks.userErrors).toEqual([]);
  const changed = documentOf({ name, timeoutMs: 9_000 });
  expect((await askImport(app, changed, manager)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await askImport(app, document, manager)).data.importWebhooks.userErrors).toEqual([]);
});

test('a manager from whom rules hide content does not export a URL with a token', async () => {
  const { name } = await namedWebhook(app, { url: `${URL}/T0K3N1234567` });
  const other = await namedWebhook(app);
  await mutate(app, 'createMaskingRule', {
    roles: ['INTEGRATION_MANAGER'],
    part: 'DATA',
    path: '$.iban',
    strategy: 'HIDE',
  });
  const key = await app.keyFor('INTEGRATION_MANAGER');
  const ask = (of: string) =>
    askMutation(app, 'exportWebhooks', { where: { name: { eq: of } } }, 'file { webhookCount }', key);
  const refused = await ask(name);
  expect(refused.errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  expect(refused.errors?.[0]?.message).toContain(name);
  expect((await ask(other.name)).data.exportWebhooks.file).toEqual({ webhookCount: 1 });
});
