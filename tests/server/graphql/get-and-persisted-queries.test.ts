import { createHash } from 'node:crypto';
import { useTestApi } from '../../support/app';
import { type RawRequest, sendRaw } from '../../support/raw-http';
import { callAt, expectError, JSON_TYPE, NAME_OF_VIEWER, postGraphQL } from '../raw-calls';

const app = useTestApi();

const at = (path: string, request?: RawRequest) => callAt(app, path, request);

const post = (body: string | Buffer, headers?: Record<string, string>) => postGraphQL(app, body, headers);

describe('GET /graphql', () => {
  const get = (params: Record<string, string>, headers: Record<string, string> = {}) =>
    at(`/graphql?${new URLSearchParams(params)}`, { method: 'GET', headers });
  const PREFLIGHT = { 'apollo-require-preflight': 'true' };

  test('answers a query with variables', async () => {
    const answer = await get(
      { query: 'query ($id: ID!) { node(id: $id) { id } }', variables: '{"id":"usr_nobody"}' },
      PREFLIGHT,
    );
    expect([answer.status, answer.json.data]).toEqual([200, { node: null }]);
  });

  test('is refused where a page of another site could have made it', async () => {
    const url = `${app.url}/graphql?${new URLSearchParams({ query: NAME_OF_VIEWER })}`;
    expectError(await sendRaw(url, { method: 'GET' }), 400, 'BAD_REQUEST', /CSRF/);
    const asText = await sendRaw(url, { method: 'GET', headers: { 'content-type': 'text/plain' } });
    expect([asText.status, asText.json.errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
  });

  test('with a key is answered without the preflight header, as urql sends it by default', async () => {
    const accept =
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed';
    const answer = await get({ query: '{ viewer { name } }' }, { accept, authorization: `Bearer ${app.adminKey}` });
    expect([answer.status, answer.json.data]).toEqual([200, { viewer: { name: expect.any(String) } }]);
    // a browser sends these by itself
    const basic = await get({ query: '{ viewer { name } }' }, { accept, authorization: 'Basic eDp5' });
    expectError(basic, 401, 'UNAUTHENTICATED', /Bearer hl_/);
  });

  test('makes no changes', async () => {
    const mutation = 'mutation { createUser(input: { name: "x", roles: [] }) { user { id } } }';
    const answer = await get({ query: mutation }, PREFLIGHT);
    expectError(answer, 405, 'BAD_REQUEST', /mutation/);
    expect(answer.headers.allow).toBe('POST');
    expect(await app.database.query(`select from users where name = 'x'`)).toHaveLength(0);
  });

  test('with variables that are no JSON is refused', async () => {
    const answer = await get({ query: NAME_OF_VIEWER, variables: '{' }, PREFLIGHT);
    expectError(answer, 400, 'BAD_REQUEST', /variables/);
  });
});

describe('persisted queries', () => {
  const persisted = (query: string) => ({
    persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
  });
  const viaGet = (extensions: object, more: Record<string, string> = {}) =>
    at(`/graphql?${new URLSearchParams({ extensions: JSON.stringify(extensions), ...more })}`, {
      method: 'GET',
      headers: { 'apollo-require-preflight': 'true' },
    });

  test('are asked for by their hash over POST, after they were sent once', async () => {
    const query = '{ viewer { name active } }';
    const extensions = persisted(query);
    const unknown = await post(JSON.stringify({ extensions }));
    expect(unknown.json.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    const data = { viewer: { name: 'Administrator', active: true } };
    expect((await post(JSON.stringify({ query, extensions }))).json).toMatchObject({ data });
    expect((await post(JSON.stringify({ extensions }))).json).toMatchObject({ data });
  });

  test('and over GET', async () => {
    const query = 'query ($id: ID!) { user(id: $id) { name } }';
    const extensions = persisted(query);
    const variables = JSON.stringify({ id: 'usr_nobody' });
    expect((await viaGet(extensions, { variables })).json.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await viaGet(extensions, { query, variables })).json).toMatchObject({ data: { user: null } });
    expect((await viaGet(extensions, { variables })).json).toMatchObject({ data: { user: null } });
  });

  test('are not stored under a hash that is not theirs', async () => {
    const extensions = persisted('{ viewer { id } }');
    const answer = await post(JSON.stringify({ query: NAME_OF_VIEWER, extensions }));
    expectError(answer, 400, 'BAD_REQUEST', /sha/i);
    expect((await post(JSON.stringify({ extensions }))).json.errors[0].extensions.code).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    );
  });
});

describe('the Accept header', () => {
  test.each([
    ['application/json', 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
    ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
  ])('%s is answered with %s', async (accept, type) => {
    const answer = await post(JSON.stringify({ query: NAME_OF_VIEWER }), { ...JSON_TYPE, accept });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, type]);
  });

  test.each(['text/csv', 'text/csv, application/json;q=0'])(
    '%s cannot be served, and a mutation that asks for it changes nothing',
    async (accept) => {
      const query = 'mutation { createUser(input: { name: "csv", roles: [] }) { user { id } } }';
      const answer = await post(JSON.stringify({ query }), { ...JSON_TYPE, accept });
      expectError(answer, 406, 'BAD_USER_INPUT', /application\/json/);
      expect(await app.database.query(`select from users where name = 'csv'`)).toHaveLength(0);
    },
  );
});
