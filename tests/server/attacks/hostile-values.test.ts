// Values that try to be more than values, in variables, ids, filters and cursors.

import { useTestApi } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { invoice, publish } from '../../support/webhooks';

const app = useTestApi();

beforeAll(async () => {
  await app.keyFor('AUDITOR');
});

const USERS = 'query ($where: UserWhere) { users(where: $where) { nodes { name } totalCount } }';

describe('a page of a billion rows is refused', () => {
  test.each<[string, string, object | undefined]>([
    ['as a literal', '{ users(first: 1000000000) { nodes { id } } }', undefined],
    ['as a variable', 'query ($n: Int) { users(first: $n) { nodes { id } } }', { n: 1_000_000_000 }],
    ['as a default', 'query ($n: Int = 1000000000) { users(first: $n) { nodes { id } } }', undefined],
    ['from the other end', 'query ($n: Int) { users(last: $n) { nodes { id } } }', { n: 1_000_000_000 }],
    ['below zero', 'query ($n: Int) { users(first: $n) { nodes { id } } }', { n: -1_000_000_000 }],
  ])('%s', async (_where, query, variables) => {
    const { data, errors } = await app.ask(query, variables);
    expect([data, errors?.[0]?.extensions.code]).toEqual([{ users: null }, 'BAD_USER_INPUT']);
    expect(errors?.[0]?.message).toMatch(/it must be 1 to 100\.$/);
  });
});

describe('SQL in a value is a value', () => {
  const TEXTS = [
    `' or '1'='1`,
    `'; drop table users; --`,
    `\\'; select pg_sleep(600); --`,
    '$1',
    '%',
    '_',
    `"users"`,
    '\\',
  ];

  test.each(TEXTS)('in a filter: %s', async (text) => {
    for (const test of [{ eq: text }, { in: [text] }, { contains: text }, { startsWith: text }]) {
      const { data, errors } = await app.ask(USERS, { where: { name: test } });
      expect([errors, data?.users]).toEqual([undefined, { nodes: [], totalCount: 0 }]);
    }
  });

  test.each(TEXTS)('in an id: %s', async (text) => {
    const query = 'query ($id: ID!, $where: UserWhere) { node(id: $id) { id } users(where: $where) { totalCount } }';
    const { data, errors } = await app.ask(query, { id: text });
    expect([errors, data?.node]).toEqual([undefined, null]);
    const filtered = await app.ask(USERS, { where: { id: { eq: text } } });
    expect(filtered.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test.each(['name; drop table users', 'ID desc', 'CREATED_AT', 'constructor'])(
    'an order is one of those in the schema: %s',
    async (field) => {
      const query = 'query ($by: WebhookRequestLogOrder) { webhookRequestLogs(orderBy: $by) { nodes { id } } }';
      const { status, errors } = await app.ask(query, { by: { field, direction: 'ASC' } });
      expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    },
  );
});

describe('a path into JSON finds, and does nothing else', () => {
  const PATHS = 'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }';
  const ask = (at: string[]) => app.ask(PATHS, { where: { data: { path: { at, eq: 1 } } } });

  test.each([
    '$.a ? (@ > 1)',
    '$[*] ? (1 == 1)',
    '$.a.type()',
    '$.**',
    '$.a || pg_sleep(600)',
    '$.a[last]',
    '$.a[0 to 9]',
    '$.a like_regex "(a+)+$"',
    `$.${'a.'.repeat(500)}a`,
  ])('%s is refused', async (path) => {
    const { errors } = await ask([path]);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test.each([
    [`'; drop table users; --`],
    ['$["a"; drop table users]'],
    ['__proto__', 'constructor'],
    ['strict $.a'],
    [''],
    ['$'],
  ])('%s is a key, or none', async (...keys) => {
    const { data, errors } = await ask(keys);
    expect(errors?.[0]?.extensions.code ?? data.webhookRequestLogs.totalCount).toEqual(errors ? 'BAD_USER_INPUT' : 0);
    expect(await app.database.query('select from users')).not.toEqual([]);
  });
});

describe('keys that every object has are no way into one', () => {
  async function askText(variables: string, query = USERS) {
    const body = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` };
    return sendRaw(`${app.url}/graphql`, { headers, body });
  }

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])('%s', async (key) => {
    const inside = await askText(`{"where":{"${key}":{"name":{"eq":"x"}}}}`);
    expect([inside.status, inside.json.errors[0].extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    const beside = await askText(`{"${key}":{"where":{"name":{"eq":"x"}}}}`);
    expect([beside.status, beside.json.errors]).toEqual([200, undefined]);
    expect(beside.json.data.users.totalCount).toBeGreaterThan(1);
    const document = await askText('{}', `query ($${key}: Int) { users(first: $${key}) { totalCount } }`);
    expect([200, 400]).toContain(document.status);
    expect(({} as { name?: unknown }).name).toBeUndefined();
  });

  test.each([
    '{ __proto__: users(first: 1) { nodes { name } } }',
    '{ users(first: 1) { __proto__: nodes { name } } }',
    '{ users(first: 1) { __proto__: edges { node { name } } } }',
    '{ users(first: 1) { edges { __proto__: node { name } } } }',
    '{ users(first: 1) { pageInfo { __proto__: hasNextPage } } }',
    '{ users(first: 1) { __proto__: totalCount } }',
    '{ users(first: 1) { nodes { __proto__: name } } }',
    '{ users(first: 1) { nodes { __proto__: businessEvents { totalCount } } } }',
    '{ businessEvents(first: 1) { nodes { __proto__: data } } }',
    '{ businessEvents(first: 1) { nodes { __proto__: businessDocument { name } } } }',
    '{ businessEvents(first: 1) { nodes { businessDocument { __proto__: name } } } }',
    '{ businessEvents(first: 1) { nodes { businessDocument { __proto__: __typename } } } }',
  ])('as an alias, __proto__ is a key of the answer: %s', async (query) => {
    await publish(app, [invoice('INV-1')]);
    const [aliased, plain] = [await askText('{}', query), await askText('{}', query.replace('__proto__', 'key'))];
    expect(plain.json.errors).toBeUndefined();
    expect(JSON.stringify(aliased.json.data)).toBe(JSON.stringify(plain.json.data).replace('"key"', '"__proto__"'));
  });

  test('a whole body of them asks nothing', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` };
    const body = '{"__proto__":{"query":"{ viewer { id } }"}}';
    const answer = await sendRaw(`${app.url}/graphql`, { headers, body });
    expect([answer.status, answer.json.errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
  });
});

test('5,000 unused variables are refused, with few errors', async () => {
  const names = Array.from({ length: 400 }, (_, i) => `$v${i}: Int`).join(' ');
  const { status, errors } = await app.ask(`query (${names}) { viewer { id } }`);
  expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  expect(errors?.length).toBeLessThanOrEqual(101);
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`v${i}`, i]));
  expect((await app.ask('{ viewer { id } }', many)).errors).toBeUndefined();
  const twice = await app.ask('query ($a: Int, $a: Int) { users(first: $a) { totalCount } }', { a: 1 });
  expect([twice.status, twice.errors?.[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
});
