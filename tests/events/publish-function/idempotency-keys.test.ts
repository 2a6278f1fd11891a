import { Client } from 'pg';
import { shareTestApi, type TestApp } from '../../support/app';
import { countEvents, type Erp, type Given, publishEventBySql, startErp } from './erp';

let app: TestApp;
let erp: Erp;

const LOGIN = 'erp_of_idempotency_keys_test';

beforeAll(async () => {
  app = await shareTestApi();
  erp = await startErp(app, LOGIN);
});
afterAll(async () => {
  await erp.stop();
  await app.stop();
});

const publishBySql = (given: Given = {}, client = erp.client) => publishEventBySql(client, given);
const countOf = (reference: string) => countEvents(app, reference);

describe('an idempotency key', () => {
  test('gives the first event again for the same content', async () => {
    const given = { reference: 'KEY-1', documentType: 'Nobody', key: 'k1', data: '{"a":1}' };
    const first = await publishBySql(given);
    expect(await publishBySql(given)).toBe(first);
    expect(await countOf('KEY-1')).toBe(1);
  });

  test('is refused for other content, with an error code for programs', async () => {
    await publishBySql({ reference: 'KEY-2', documentType: 'Nobody', key: 'k2' });
    const again = publishBySql({ reference: 'KEY-2', documentType: 'Nobody', key: 'k2', data: '{ }' });
    await expect(again).rejects.toMatchObject({ code: '23505' });
    await expect(again).rejects.toThrow("idempotency_key 'k2' was used for another event: use a new key");
  });

  test('that rolled back is free again', async () => {
    await erp.client.query('begin');
    await publishBySql({ reference: 'KEY-3', documentType: 'Nobody', key: 'k3' });
    await erp.client.query('rollback');
    await publishBySql({ reference: 'KEY-3b', documentType: 'Nobody', key: 'k3', data: '[]' });
    expect(await countOf('KEY-3b')).toBe(1);
  });

  test('is shared by the mutation and by SQL, where both publish as one user', async () => {
    const asErp = await keyOfErp();
    const data = '{"total": 1.0, "name": "فاتورة \\"١\\" 🧾"}';
    const input = `{ documentType: "Nobody", event: "on_submit", referenceDocument: "BOTH", data: $data,
      idempotencyKey: "both" }`;
    const body = `{"query":${JSON.stringify(
      `mutation ($data: JSON!) { publishEvents(input: { events: [${input}] }) { events { id duplicate } } }`,
    )},"variables":{"data":${data}}}`;
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${asErp}` },
      body,
    });
    const answer = (await response.json()) as { data: { publishEvents: { events: { id: string }[] } } };
    const [published] = answer.data.publishEvents.events;
    const again = await publishBySql({ reference: 'BOTH', documentType: 'Nobody', key: 'both', data });
    expect(again).toBe(published?.id);
    expect(await countOf('BOTH')).toBe(1);
  });

  test('two transactions with one key at the same instant make one event', async () => {
    const other = await erp.connect();
    const given = { reference: 'RACE', documentType: 'Nobody', key: 'race' };
    await erp.client.query('begin');
    const first = await publishBySql(given);
    const second = publishBySql(given, other);
    await erp.client.query('commit');
    expect(await second).toBe(first);
    await other.end();
    expect(await countOf('RACE')).toBe(1);
  });
});

test('twelve logins that publish one key at the same instant get one event', async () => {
  const clients = await Promise.all(Array.from({ length: 12 }, () => erp.connect()));
  const given = { reference: 'CROWD', documentType: 'Nobody', key: 'crowd', user: 'somebody new' };
  const ids = await Promise.all(clients.map((client) => publishBySql(given, client)));
  await Promise.all(clients.map((client) => client.end()));
  expect(new Set(ids).size).toBe(1);
  expect(await countOf('CROWD')).toBe(1);
  expect(await app.database.query(`select 1 from users where name = 'somebody new'`)).toHaveLength(1);
});

test('the second caller in REPEATABLE READ gets a serialization error, as in every such conflict', async () => {
  const other = await erp.connect();
  const given = { reference: 'REPEATABLE', documentType: 'Nobody', key: 'repeatable' };
  await other.query('begin isolation level repeatable read');
  await other.query('select 1'); // its snapshot is from before
  const first = await publishBySql(given);
  await expect(publishBySql(given, other)).rejects.toMatchObject({ code: '40001' });
  await other.query('rollback');
  expect(await publishBySql(given, other)).toBe(first);
  await other.end();
});

test('a key that two logins use stands for two events', async () => {
  const given = { reference: 'LOGINS', documentType: 'Nobody', key: 'logins' };
  const byErp = await publishBySql(given);
  const serving = new Client({ connectionString: app.database.servingUrl });
  await serving.connect();
  const byServing = await publishBySql(given, serving);
  expect(byServing).not.toBe(byErp);
  expect([await publishBySql(given), await publishBySql(given, serving)]).toEqual([byErp, byServing]);
  await serving.end();
  expect(await countOf('LOGINS')).toBe(2);
});

async function keyOfErp(): Promise<string> {
  const ask = async (query: string, input: object) => (await app.ask(query, { input })).data;
  const found = await app.ask(`{ users(where: { name: { eq: "${LOGIN}" } }) { nodes { id } } }`);
  const id = found.data.users.nodes[0].id;
  await ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { message } } }', {
    id,
    roles: ['PUBLISHER'],
  });
  const made = await ask('mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token } }', {
    userId: id,
    label: 'erp',
  });
  return made.createApiKey.token;
}
