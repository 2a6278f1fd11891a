import { useTestApi } from '../support/app';
import { askMutation, mutate } from '../support/mutate';
import { exported } from './settings-file/settings-file';

const app = useTestApi();
let managerKey: string;

beforeAll(async () => {
  managerKey = await app.keyFor('INTEGRATION_MANAGER');
});

const KINDS = {
  OUTGOING: { url: 'https://partner.example/hook' },
  INCOMING: { direction: 'INCOMING', provider: 'NONE' },
};

let made = 0;

async function create(kind: keyof typeof KINDS, supportMayReveal: boolean) {
  const name = `${kind} ${++made}`;
  const { webhook, userErrors } = await mutate(
    app,
    'createWebhook',
    { name, ...KINDS[kind], supportMayReveal },
    'webhook { id }',
  );
  expect(userErrors).toEqual([]);
  return { id: webhook.id as string, name };
}

async function asManager(mutation: string, input: object) {
  const { data, errors } = await askMutation(app, mutation, input, '__typename', managerKey);
  return {
    userErrors: data?.[mutation]?.userErrors,
    code: errors?.[0]?.extensions.code,
    message: errors?.[0]?.message,
  };
}

async function settingOf(id: string) {
  const { data } = await app.ask('query ($id: ID!) { webhook(id: $id) { supportMayReveal version } }', { id });
  return data.webhook;
}

const document = (webhook: object) =>
  JSON.stringify({ format: 'hookledger/webhooks', formatVersion: 1, webhooks: [webhook] });

describe.each(['OUTGOING', 'INCOMING'] as const)('supportMayReveal of an %s webhook', (kind) => {
  test('is set by a SYSTEM_MANAGER alone when the webhook is created', async () => {
    const given = { name: `New ${kind}`, ...KINDS[kind] };
    const { code, message } = await asManager('createWebhook', { ...given, supportMayReveal: true });
    expect(code).toBe('FORBIDDEN');
    expect(message).toBe(
      `supportMayReveal of New ${kind} would be true and is false: only a SYSTEM_MANAGER may change it. Leave it as it is, ` +
        'or ask a SYSTEM_MANAGER.',
    );
    const imported = await asManager('importWebhooks', { document: document({ ...given, supportMayReveal: true }) });
    expect(imported.code).toBe('FORBIDDEN');
    const { data } = await app.ask(
      'query ($name: String!) { webhooks(where: { name: { eq: $name } }) { totalCount } }',
      {
        name: given.name,
      },
    );
    expect(data.webhooks.totalCount).toBe(0);
    expect((await asManager('createWebhook', { ...given, supportMayReveal: false })).userErrors).toEqual([]);
  });

  test('is changed by a SYSTEM_MANAGER alone: in an update, an import, and back to an earlier version', async () => {
    for (const now of [true, false]) {
      const { id, name } = await create(kind, !now);
      await mutate(app, 'updateWebhook', { id, supportMayReveal: now });
      const refused = [
        ['updateWebhook', { id, supportMayReveal: !now }],
        ['importWebhooks', { document: document({ name, supportMayReveal: !now }) }],
        ['importWebhooks', { document: document({ name, supportMayReveal: !now }), dryRun: true }],
        ['restoreWebhookVersion', { id, version: 1 }],
      ] as const;
      for (const [mutation, input] of refused) {
        expect([mutation, (await asManager(mutation, input)).code]).toEqual([mutation, 'FORBIDDEN']);
      }
      if (now) expect((await asManager('updateWebhook', { id, supportMayReveal: null })).code).toBe('FORBIDDEN');
      expect(await settingOf(id)).toEqual({ supportMayReveal: now, version: 2 });
      expect((await mutate(app, 'restoreWebhookVersion', { id, version: 1 })).userErrors).toEqual([]);
      expect((await settingOf(id)).supportMayReveal).toBe(!now);
    }
  });

  test('stays as it is when a manager changes other settings', async () => {
    const { id, name } = await create(kind, true);
    expect((await asManager('updateWebhook', { id, events: ['paid'] })).userErrors).toEqual([]);
    expect((await asManager('updateWebhook', { id, supportMayReveal: true })).userErrors).toEqual([]);
    expect((await asManager('restoreWebhookVersion', { id, version: 1 })).userErrors).toEqual([]);
    const [entry] = await exported(app, { name: { eq: name } });
    const changed = { document: document({ ...entry, owner: undefined, events: ['refunded'] }) };
    expect((await asManager('importWebhooks', changed)).userErrors).toEqual([]);
    expect((await settingOf(id)).supportMayReveal).toBe(true);
  });
});
