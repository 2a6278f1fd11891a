import { Client } from 'pg';
import { useTestApi } from '../../support/app';
import { askMutation, mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';
import { documentOf, exportedText, importFile, namedWebhook, plan, shown, stored, URL } from './settings-file';

const app = useTestApi();

const long = 'x'.repeat(4 * 1024 * 1024);
const deep = `{"format":"hookledger/webhooks","formatVersion":1,"webhooks":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
const named = (settings: object) => documentOf({ name: 'A', url: URL, ...settings });

test.each([
  { what: 'nothing', document: '', fault: 'INVALID document', says: 'line 1, column 1' },
  { what: 'no JSON', document: '{"format": x', fault: 'INVALID document', says: 'line 1, column 12' },
  { what: 'a list', document: '[]', fault: 'INVALID document', says: 'not a JSON object' },
  { what: 'more than 4 MiB', document: JSON.stringify(long), fault: 'TOO_LARGE document', says: '4194306 bytes' },
  { what: '50,000 levels', document: deep, fault: 'TOO_LARGE document', says: 'levels deep' },
  {
    what: 'another format',
    document: '{"format":"x"}',
    fault: 'INVALID document.format',
    says: '"hookledger/webhooks"',
  },
  {
    what: 'another version',
    document: '{"format":"hookledger/webhooks","formatVersion":2,"webhooks":[]}',
    fault: 'INVALID document.formatVersion',
    says: 'formatVersion is 2',
  },
  {
    what: 'no webhooks',
    document: '{"format":"hookledger/webhooks","formatVersion":1}',
    fault: 'INVALID document.webhooks',
    says: 'missing',
  },
  {
    what: 'an unknown field',
    document: '{"format":"hookledger/webhooks","formatVersion":1,"webhooks":[],"x":1}',
    fault: 'INVALID document.x',
    says: '"x"',
  },
  {
    what: 'a repeated key',
    document: '{"format":"hookledger/webhooks","formatVersion":1,"webhooks":[{"name":"A","name":"B"}]}',
    fault: 'INVALID document.webhooks.0.name',
    says: 'repeated',
  },
  {
    what: '501 webhooks',
    document: documentOf(...Array.from({ length: 501 }, (_, n) => ({ name: `W${n}` }))),
    fault: 'TOO_LARGE document.webhooks',
    says: '501 webhooks',
  },
  { what: 'a text as a webhook', document: documentOf('A'), fault: 'INVALID document.webhooks.0', says: '"A"' },
  { what: 'no name', document: documentOf({}), fault: 'REQUIRED document.webhooks.0.name', says: 'missing' },
  {
    what: 'a name of 201 characters',
    document: documentOf({ name: 'x'.repeat(201), url: URL }),
    fault: 'TOO_LARGE document.webhooks.0.name',
    says: 'name has 201 characters; at most 200 are allowed.',
  },
  { what: 'NUL', document: named({ body: 'a\0' }), fault: 'INVALID document.webhooks.0.body', says: 'U+0000' },
  {
    what: 'a name twice',
    document: documentOf({ name: 'A', url: URL }, { name: 'A', url: URL }),
    fault: 'CONFLICT document.webhooks.1.name',
    says: 'webhooks.0',
  },
  {
    what: 'an unknown setting',
    document: named({ tiemoutMs: 1 }),
    fault: 'INVALID document.webhooks.0',
    says: 'timeoutMs',
  },
  {
    what: 'a wrong type',
    document: named({ timeoutMs: '5' }),
    fault: 'INVALID document.webhooks.0.timeoutMs',
    says: 'Int',
  },
  {
    what: 'a wrong value',
    document: named({ timeoutMs: 5 }),
    fault: 'INVALID document.webhooks.0.timeoutMs',
    says: '1,000',
  },
  { what: 'a wrong URL', document: named({ url: 'ftp://x' }), fault: 'INVALID document.webhooks.0.url', says: 'A: ' },
  {
    what: 'a wrong condition',
    document: named({ condition: '1 +' }),
    fault: 'INVALID document.webhooks.0.condition',
    says: '',
  },
  {
    what: 'a setting of INCOMING',
    document: named({ provider: 'HMAC' }),
    fault: 'INVALID document.webhooks.0.provider',
    says: 'INCOMING',
  },
  {
    what: 'an id as owner',
    document: named({ ownerId: 'usr_1' }),
    fault: 'INVALID document.webhooks.0.ownerId',
    says: 'owner',
  },
  {
    what: 'an unknown owner',
    document: named({ owner: 'nobody' }),
    fault: 'NOT_FOUND document.webhooks.0.owner',
    says: '"nobody"',
  },
  {
    what: 'an unknown target',
    document: documentOf({ name: 'A', direction: 'INCOMING', becomes: 'FORWARD', forwardTo: ['nobody'] }),
    fault: 'NOT_FOUND document.webhooks.0.forwardTo.0',
    says: '"nobody"',
  },
  {
    what: 'a password',
    document: named({ basicAuth: { username: 'u', password: 'a-password' } }),
    fault: 'INVALID document.webhooks.0.basicAuth.password',
    says: 'basicAuthPassword',
  },
  {
    what: 'a secret header',
    document: named({ secretHeaders: [{ name: 'X-Key', value: 'a-password' }] }),
    fault: 'INVALID document.webhooks.0.secretHeaders.0.value',
    says: 'secretHeaders',
  },
  {
    what: 'a secret',
    document: named({ secret: 'a-password' }),
    fault: 'INVALID document.webhooks.0.secret',
    says: 'secrets',
  },
])('$what is refused: $fault', async ({ document, fault, says }) => {
  const before = await stored(app);
  for (const dryRun of [true, false]) {
    const { plan: planned, userErrors } = await importFile(app, document, { dryRun });
    expect(planned).toBeNull();
    expect(shown(userErrors)).toEqual([fault]);
    expect(userErrors[0].message).toContain(says);
    expect(userErrors[0].message).not.toContain('a-password');
    expect(userErrors[0].message.length).toBeLessThan(500);
  }
  expect(await stored(app)).toEqual(before);
});

test('no message repeats a long name whole', async () => {
  const name = 'x'.repeat(100_000);
  const { userErrors } = await plan(app, [
    { name, url: URL, tiemoutMs: 1 },
    { name: 'A', url: URL, owner: name },
    { name: 'B', direction: 'INCOMING', becomes: 'FORWARD', forwardTo: [name] },
  ]);
  expect(userErrors.map(({ field }: { field: string[] }) => field.slice(2, 4).join('.'))).toEqual([
    '0.name',
    '1.owner',
    '2.forwardTo',
  ]);
  for (const { message } of userErrors) expect(message.length).toBeLessThan(500);
});

test('all faults are reported at once, and one of them keeps all webhooks from being imported', async () => {
  const document = [
    { name: 'Good', url: URL },
    { name: 'Bad', url: URL, timeoutMs: 5 },
    { name: 'Worse', url: 'x', events: ['\n'] },
    { name: 'Follows', direction: 'INCOMING', becomes: 'FORWARD', forwardTo: ['Bad'] },
  ];
  const before = await stored(app);
  const planned = await plan(app, document);
  expect(shown(planned.userErrors)).toEqual([
    'INVALID document.webhooks.1.timeoutMs',
    'INVALID document.webhooks.2.url',
    'REQUIRED document.webhooks.2.events.0',
  ]);
  expect(planned.webhooks.map(({ name }: { name: string }) => name)).toEqual(['Good']);
  expect((await importFile(app, document)).webhooks).toBeNull();
  expect(await stored(app)).toEqual(before);
});

test('a plan is refused with CONFLICT once a webhook or the document has changed, and carried out otherwise', async () => {
  const { id, name } = await namedWebhook(app);
  const document = [{ name, timeoutMs: 7_000 }];
  const { plan: planned } = await plan(app, document);
  await mutate(app, 'updateWebhook', { id, maxConcurrency: 3 }, 'webhook { version }');
  const refused = await importFile(app, document, { plan: planned });
  expect(shown(refused.userErrors)).toEqual(['CONFLICT plan']);
  const fresh = await plan(app, document);
  expect(fresh.plan).not.toBe(planned);
  const other = await importFile(app, [{ name, timeoutMs: 8_000 }], { plan: fresh.plan });
  expect(shown(other.userErrors)).toEqual(['CONFLICT plan']);
  const malformed = await importFile(app, document, { plan: 'x' });
  expect(shown(malformed.userErrors)).toEqual(['INVALID plan']);
  expect((await importFile(app, document, { plan: fresh.plan })).webhooks[0].action).toBe('UPDATED');
});

test('a plan is refused once a name of forwardTo or of owner belongs to another, or another user would be the owner', async () => {
  const target = await namedWebhook(app);
  await mutate(app, 'createUser', { name: 'Planned owner', roles: [] });
  const incoming = { direction: 'INCOMING', provider: 'NONE', becomes: 'FORWARD' };
  const forwarding = [{ name: 'Forwards', ...incoming, forwardTo: [target.name] }];
  const owned = [{ name: 'Owned', url: URL, owner: 'Planned owner' }];
  const unowned = [{ name: 'Without owner', url: URL }];
  const plans = await Promise.all([forwarding, owned, unowned].map((document) => plan(app, document)));

  await mutate(app, 'archiveWebhook', { id: target.id }, 'webhook { id }');
  await namedWebhook(app, { name: target.name });
  // no mutation changes a name
  await app.database.query(`update users set name = 'Renamed' where name = 'Planned owner'`);
  await mutate(app, 'createUser', { name: 'Planned owner', roles: [] });
  const anothersKey = await app.keyFor('SYSTEM_MANAGER');
  const before = await stored(app);
  for (const [index, document] of [forwarding, owned].entries()) {
    const { userErrors } = await importFile(app, document, { plan: plans[index]?.plan });
    expect(shown(userErrors)).toEqual(['CONFLICT plan']);
  }
  const ofAnother = await askMutation(
    app,
    'importWebhooks',
    { document: documentOf(...unowned), plan: plans[2]?.plan },
    'plan',
    anothersKey,
  );
  expect(shown(ofAnother.data.importWebhooks.userErrors)).toEqual(['CONFLICT plan']);
  expect(await stored(app)).toEqual(before);
  expect((await importFile(app, unowned, { plan: plans[2]?.plan })).userErrors).toEqual([]);
});

test('a plan for webhooks of one file that forward to each other is carried out', async () => {
  const document = [
    { name: 'From', direction: 'INCOMING', provider: 'NONE', becomes: 'FORWARD', forwardTo: ['To'] },
    { name: 'To', url: URL, basicAuth: { username: 'u' } },
  ];
  const secrets = [{ webhookName: 'To', basicAuthPassword: 'swordfish' }];
  const { plan: planned, userErrors } = await plan(app, document, { secrets });
  expect(userErrors).toEqual([]);
  expect((await importFile(app, document, { secrets, plan: planned })).userErrors).toEqual([]);
});

test('two imports at once create a webhook once; two of one plan change it once', async () => {
  const document = [{ name: 'At once', url: URL }];
  const results = await Promise.all(Array.from({ length: 4 }, () => importFile(app, document)));
  const actions = results.map(({ webhooks }) => webhooks[0].action).sort();
  expect(actions).toEqual(['CREATED', 'UNCHANGED', 'UNCHANGED', 'UNCHANGED']);
  const change = [{ name: 'At once', timeoutMs: 9_000 }];
  const { plan: planned } = await plan(app, change);
  const both = await Promise.all([1, 2].map(() => importFile(app, change, { plan: planned })));
  expect(both.flatMap(({ userErrors }) => shown(userErrors))).toEqual(['CONFLICT plan']);
});

test('an import whose connection ends halfway changes nothing', async () => {
  const { name } = await namedWebhook(app);
  const before = await stored(app);
  const other = new Client({ connectionString: app.database.superuserUrl });
  await other.connect();
  try {
    await other.query('begin');
    // the import has written the new webhook when it comes to this row
    await other.query('select from webhooks where name = $1 for update', [name]);
    const document = documentOf({ name: 'Written first', url: URL }, { name, timeoutMs: 9_000 });
    const importing = askMutation(app, 'importWebhooks', { document }, 'plan');
    await waitFor('the import to reach the row', async () => {
      const [ended] = await app.database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and wait_event_type = 'Lock'`,
      );
      return ended !== undefined;
    });
    expect((await importing).errors).toHaveLength(1);
  } finally {
    await other.end();
  }
  expect(await stored(app)).toEqual(before);
});

test('webhooks with one name cannot be told apart: neither exported nor imported', async () => {
  const name = 'Twins';
  const { id } = await createTestWebhook(app, URL, { name });
  await createTestWebhook(app, URL, { name });
  const { userErrors } = await mutate(app, 'exportWebhooks', { where: { name: { eq: name } } }, 'file { text }');
  expect(shown(userErrors)).toEqual(['CONFLICT where']);
  expect(userErrors[0].message).toContain('Twins (2 webhooks)');
  const refused = await importFile(app, [{ name, url: URL }]);
  expect(shown(refused.userErrors)).toEqual(['CONFLICT document.webhooks.0.name']);
  expect(refused.userErrors[0].message).toContain(id);
  await mutate(app, 'archiveWebhook', { id }, 'webhook { id }');
  expect((await importFile(app, await exportedText(app, { name: { eq: name } }))).webhooks[0].action).toBe('UNCHANGED');
});
