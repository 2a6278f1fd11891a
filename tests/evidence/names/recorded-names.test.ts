// The names of users and webhooks are sealed, on every way on which they are given; a bundle shows those that its rows name.
import { Client } from 'pg';
import { toNodeId, uuidOf } from '../../../src/values/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { EXPORT, verify } from '../sealing';
import { tamperWith } from '../stored-tree';

const REASON = 'Tried by a test';

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

/** The names of whom has, or had, this one, once they are sealed. */
async function sealedNames(name: string): Promise<{ number: number; name: string; fullName: string | null }[]> {
  return waitFor(`the names of ${name} to be sealed`, async () => {
    const rows = await app.database.query<{ number: number; name: string; fullName: string | null; sealed: boolean }>(
      `select n.number, n.name, n.full_name as "fullName", l.leaf_index is not null as sealed from names n
       left join evidence_leaves l on l.kind = 5 and l.subject_id = n.id
       where n.subject_id in (select subject_id from names where name = $1) order by n.number`,
      [name],
    );
    const isSealed = rows.length > 0 && rows.every(({ sealed }) => sealed);
    return isSealed && rows.map(({ sealed: _, ...row }) => row);
  });
}

const entriesAbout = (name: string) =>
  app.database.query('select action from audit_entries where subject_id in (select id from users where name = $1)', [
    name,
  ]);

async function post(user: string, reference: string): Promise<void> {
  const { status } = await fetch(`${app.url}/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(invoice(reference, { user })),
  });
  expect(status).toBe(200);
}

test('a user whom POST /events or publish_event() names first has a sealed name, and no entry and no event', async () => {
  await post('posted', 'INV-1');
  await app.database.query(`select publish_event('Sales Invoice', 'on_submit', 'INV-2', '{}', 'from.sql')`);
  for (const name of ['posted', 'from.sql']) {
    expect(await sealedNames(name)).toEqual([{ number: 1, name, fullName: null }]);
    expect(await entriesAbout(name)).toEqual([]);
  }
  // a known user is named again
  const count = async () => (await app.database.query('select id from names')).length;
  const before = await count();
  await post('posted', 'INV-3');
  await app.database.query(`select publish_event('Sales Invoice', 'on_submit', 'INV-4', '{}', 'from.sql')`);
  expect(await count()).toBe(before);
});

test('a name given anew is one more row, and another change of the row is none', async () => {
  const { id } = await createTestWebhook(app, partner.url, { name: 'Orders', documentType: 'Nothing' });
  await mutate(app, 'updateWebhook', { id, name: 'Orders to Acme' }, 'webhook { id }');
  await mutate(app, 'updateWebhook', { id, timeoutMs: 9_000 }, 'webhook { id }');
  await mutate(app, 'pauseWebhook', { id }, 'webhook { id }');
  expect(await sealedNames('Orders')).toEqual([
    { number: 1, name: 'Orders', fullName: null },
    { number: 2, name: 'Orders to Acme', fullName: null },
  ]);
  const { user } = await mutate(app, 'createUser', { name: 'ada', fullName: 'Ada', roles: [] }, 'user { id }');
  await mutate(app, 'updateUser', { id: user.id, fullName: 'Ada L.' }, 'user { id }');
  await mutate(app, 'updateUser', { id: user.id, active: false }, 'user { id }');
  expect(await sealedNames('ada')).toEqual([
    { number: 1, name: 'ada', fullName: 'Ada' },
    { number: 2, name: 'ada', fullName: 'Ada L.' },
  ]);
  // two changes at once are one after the other
  await Promise.all(
    ['Ada M.', 'Ada N.', 'Ada O.'].map((fullName) =>
      app.database.query('update users set full_name = $1 where name = $2', [fullName, 'ada']),
    ),
  );
  expect((await sealedNames('ada')).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
});

test('a transaction that gives two names of one user has both, in their order', async () => {
  const client = new Client({ connectionString: app.database.migrationUrl });
  await client.connect();
  try {
    await client.query(`begin;
      insert into users (id, name, roles, active, created_at, updated_at) values (new_id(), 'twice', '{}', true, now(), now());
      update users set full_name = 'One' where name = 'twice'; update users set full_name = 'Two' where name = 'twice'; commit`);
  } finally {
    await client.end();
  }
  expect((await sealedNames('twice')).map(({ fullName }) => fullName)).toEqual([null, 'One', 'Two']);
});

async function sealedEvent(reference: string, user: string): Promise<string> {
  const [id = ''] = await publish(app, [invoice(reference, { user })]);
  await waitFor(`${reference} to be sealed`, async () => {
    const { data } = await app.ask('query ($id: ID!) { businessEvent(id: $id) { evidence { status } } }', { id });
    return data.businessEvent.evidence.status === 'SEALED';
  });
  return id;
}

async function shown(ids: string[], disclose: string[], options: string[] = []) {
  const { data } = await app.ask(EXPORT, { input: { rows: { ids }, reason: REASON, disclose } });
  expect(data.exportEvidence.userErrors).toEqual([]);
  const { text, rowCount } = data.exportEvidence.bundle;
  const key = (await (await fetch(`${app.url}/evidence/vkey`)).text()).trim();
  return { rowCount, text, ...(await verify(text, ['--key', key, ...options])) };
}

const userId = async (name: string) =>
  toNodeId(
    'User',
    (await app.database.query<{ id: string }>('select id from users where name = $1', [name]))[0]?.id as string,
  );

test('a bundle has the newest name before each row, as the verifier says, and no later one', async () => {
  const first = await sealedEvent('INV-10', 'grace');
  const id = await userId('grace');
  await mutate(app, 'updateUser', { id, fullName: 'Grace Hopper' }, 'user { id }');
  expect(await sealedNames('grace')).toHaveLength(2);
  const second = await sealedEvent('INV-11', 'grace');
  await mutate(app, 'updateUser', { id, fullName: 'Amazing Grace' }, 'user { id }');
  expect(await sealedNames('grace')).toHaveLength(3);

  const { rowCount, text, code, output } = await shown([first, second], ['NAMES'], ['--json']);
  expect([rowCount, code]).toEqual([2, 0]);
  const namesOf = (row: { names: { id: string; fullName: string | null }[] }) =>
    row.names.filter((name) => name.id === id).map(({ fullName }) => fullName);
  expect(JSON.parse(output).rows.map(namesOf)).toEqual([[null], ['Grace Hopper']]);
  expect(text).not.toContain(Buffer.from('Amazing Grace').toString('base64'));
  const { output: read } = await shown([second], ['NAMES']);
  expect(read).toContain(`${id} was named "grace", "Grace Hopper", since 20`);
  // only on demand
  expect((await shown([first], [])).output).not.toContain('grace');
  // all of them, of the user
  const all = await shown([id], ['NAMES'], ['--json']);
  expect(
    JSON.parse(all.output).rows.map(({ record, id: of }: { record: { number: number }; id: string }) => [
      of,
      record.number,
    ]),
  ).toEqual([
    [id, 1],
    [id, 2],
    [id, 3],
  ]);
});

test('a request names its webhook, and an entry its actor and its subject', async () => {
  const { id: webhook } = await createTestWebhook(app, partner.url, { name: 'Acme', documentType: 'Named' });
  await publish(app, [invoice('INV-20', { documentType: 'Named', user: 'joan' })]);
  const request = await waitFor('the request to be sealed', async () => {
    const { data } = await app.ask(
      `{ webhookRequestLogs(where: { documentType: { eq: "Named" } }) { nodes { id evidence { status } } } }`,
    );
    const [node] = data.webhookRequestLogs.nodes;
    return node?.evidence.status === 'SEALED' && (node.id as string);
  });
  const [entry] = await app.database.query<{ id: string }>(
    `select id from audit_entries where action = 'webhook.created' and subject_id = $1`,
    [uuidOf('Webhook', webhook)],
  );
  const { output } = await shown([request, toNodeId('AuditEntry', entry?.id as string)], ['NAMES'], ['--json']);
  const names = JSON.parse(output).rows.map((row: { names: { id: string; name: string }[] }) =>
    row.names.map(({ id, name }) => [id.slice(0, 3), name]).sort(),
  );
  expect(names).toEqual([
    [
      ['usr', 'joan'],
      ['whk', 'Acme'],
    ],
    [
      ['usr', 'Administrator'],
      ['whk', 'Acme'],
    ],
  ]);
});

test('the verifier and a verification name rows by ids that node and search find', async () => {
  const { id: webhook } = await createTestWebhook(app, partner.url, { name: 'Found', documentType: 'Found' });
  await createTestWebhook(app, partner.url, { documentType: 'Found', condition: 'false' });
  const [event = ''] = await publish(app, [invoice('INV-40', { documentType: 'Found', user: 'alan' })]);
  const { requests, deliveries } = await waitFor('all to be sealed', async () => {
    const { data } = await app.ask(`{
      webhookRequestLogs(where: { documentType: { eq: "Found" } }) { nodes { id evidence { status } } }
      deliveries(where: { documentType: { eq: "Found" }, status: { eq: SKIPPED } }) { nodes { id evidence { status } } } }`);
    const found = [...data.webhookRequestLogs.nodes, ...data.deliveries.nodes];
    const isSealed = found.length === 2 && found.every(({ evidence }) => evidence?.status === 'SEALED');
    return isSealed && { requests: data.webhookRequestLogs.nodes, deliveries: data.deliveries.nodes };
  });
  const [entry] = await app.database.query<{ id: string }>(
    `select id from audit_entries where action = 'webhook.created' and subject_id = $1`,
    [uuidOf('Webhook', webhook)],
  );
  const ids = [event, requests[0].id, deliveries[0].id, toNodeId('AuditEntry', entry?.id as string), webhook];
  const { output } = await shown(ids, [], ['--json']);
  expect(JSON.parse(output).rows.map(({ id }: { id: string }) => id)).toEqual(ids);
  const { output: read } = await shown(ids, ['BODY'], ['--content']);
  expect(read).toMatch(
    new RegExp(
      `  ${requests[0].id} \\(leaf \\d+\\): OUTGOING POST to ${webhook} at 20\\S+Z: SUCCEEDED 200, on_submit of Found`,
    ),
  );
  expect(read).toMatch(new RegExp(`  ${deliveries[0].id} \\(leaf \\d+\\): SKIPPED \\(CONDITION_FALSE\\) at 20`));
  expect(read).toMatch(
    new RegExp(`  ${ids[3]} \\(leaf \\d+\\): webhook.created at 20\\S+Z by usr_[0-9a-f]{32}, about Webhook ${webhook}`),
  );

  await tamperWith(app.database, [
    `update webhooks set name = 'Forged' where id = '${uuidOf('Webhook', webhook)}'`,
    `update delivery_decisions set attempts = 7 where delivery_id = '${uuidOf('Delivery', deliveries[0].id)}'`,
  ]);
  const { evidenceRun } = await mutate(app, 'verifyEvidence', { scope: { ids } }, 'evidenceRun { id }');
  const findings = await waitFor('the verification', async () => {
    const { data } = await app.ask(
      `{ evidenceRun(id: "${evidenceRun.id}") { status findings { name rowId row { __typename id } } } }`,
    );
    return data.evidenceRun.status === 'COMPLETED' && data.evidenceRun.findings;
  });
  await tamperWith(app.database, [
    `update webhooks set name = 'Found' where id = '${uuidOf('Webhook', webhook)}'`,
    `update delivery_decisions set attempts = 0 where delivery_id = '${uuidOf('Delivery', deliveries[0].id)}'`,
  ]);
  expect(new Set(findings.map(({ rowId }: { rowId: string }) => rowId))).toEqual(new Set([webhook, deliveries[0].id]));
  for (const { rowId, row } of findings) {
    expect(row).toEqual({ __typename: rowId === webhook ? 'Webhook' : 'Delivery', id: rowId });
  }
  for (const id of ids) {
    const { data } = await app.ask(
      'query ($id: ID!, $text: String!) { node(id: $id) { id } search(text: $text) { __typename } }',
      {
        id,
        text: id,
      },
    );
    expect([data.node?.id, data.search.length]).toEqual([id, 1]);
  }
  // without saying whether there is such an entry
  const support = await app.keyFor('SUPPORT');
  const { data } = await app.ask(
    'query ($text: String!) { search(text: $text) { __typename } }',
    { text: ids[3] },
    support,
  );
  expect(data.search).toEqual([]);
});

test('a person who was erased has no name in the record, by the order, and a bundle from before proves it still', async () => {
  const event = await sealedEvent('INV-30', 'ursula');
  const id = await userId('ursula');
  await mutate(app, 'updateUser', { id, fullName: 'Ursula Person' }, 'user { id }');
  await sealedNames('ursula');
  const before = await shown([event], ['NAMES']);
  expect(before.output).toContain(`${id} was named "ursula"`);
  const { erasure, userErrors } = await mutate(app, 'erasePerson', { userId: id, reason: REASON }, 'erasure { id }');
  expect(userErrors).toEqual([]);
  await waitFor(
    'the erasure',
    async () => (await app.ask(`{ erasure(id: "${erasure.id}") { status } }`)).data.erasure.status === 'DONE',
  );
  const uuid = uuidOf('User', id);
  const rows = await app.database.query(
    `select number, name, full_name as "fullName", content_salt is null as "isErased", erasure_id as "erasureId" from names
     where subject_id = $1 order by number`,
    [uuid],
  );
  const erased = { name: '[erased]', fullName: null, isErased: true, erasureId: uuidOf('Erasure', erasure.id) };
  expect(rows).toEqual([
    { number: 1, ...erased },
    { number: 2, ...erased },
    { number: 3, name: `erased ${uuid}`, fullName: null, isErased: false, erasureId: null },
  ]);
  await sealedNames(`erased ${uuid}`);
  const { evidenceRun } = await mutate(app, 'verifyEvidence', {}, 'evidenceRun { id }');
  const { findings } = await waitFor('the verification', async () => {
    const { data } = await app.ask(
      `{ evidenceRun(id: "${evidenceRun.id}") { status findings { name rowId message } } }`,
    );
    return data.evidenceRun.status === 'COMPLETED' && data.evidenceRun;
  });
  expect(findings).toEqual([]);
  const after = await shown([id], ['NAMES']);
  expect(after.code).toBe(0);
  expect(after.output).not.toMatch(/Ursula/);
  expect(
    await app.database.query(`select id from names where name ilike '%ursula%' or full_name ilike '%ursula%'`),
  ).toEqual([]);
});
