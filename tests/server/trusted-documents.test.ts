import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { ConfigError, readConfig } from '../../src/config/config';
import { shareTestApi, startTestApp, type TestApp } from '../support/app';
import { type RawAnswer, sendRaw } from '../support/raw-http';

const VIEWER = '{ viewer { name } }';
const NODE = 'query Node($id: ID!) { node(id: $id) { id } }';
const CREATE = 'mutation { createUser(input: { name: "trusted", roles: [] }) { user { name } } }';
const OUTDATED = '{ nothingOfThatName }';
const idOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hookledger-trusted-'));
  path = join(folder, 'documents.json');
  const documents = [VIEWER, NODE, CREATE, OUTDATED].map((text) => [idOf(text), text]);
  writeFileSync(path, JSON.stringify(Object.fromEntries(documents)));
});
afterAll(() => rmSync(folder, { recursive: true }));

let app: TestApp;

function post(body: object, key: string | null = app.adminKey): Promise<RawAnswer> {
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) };
  return sendRaw(`${app.url}/graphql`, { headers, body: JSON.stringify(body) });
}

function get(params: Record<string, string>): Promise<RawAnswer> {
  const headers = { authorization: `Bearer ${app.adminKey}`, 'apollo-require-preflight': 'true' };
  return sendRaw(`${app.url}/graphql?${new URLSearchParams(params)}`, { method: 'GET', headers });
}

function expectRefused(answer: RawAnswer, code: string, message: RegExp): void {
  const requestId = answer.headers['x-request-id'];
  expect([answer.status, answer.json]).toEqual([
    400,
    { errors: [{ message: expect.stringMatching(message), extensions: { code, requestId } }] },
  ]);
}

const persisted = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: idOf(text).slice(7) } });

describe('with TRUSTED_DOCUMENTS', () => {
  const lines: string[] = [];

  beforeAll(async () => {
    const settings = { PROCESSES: 'api', TRUSTED_DOCUMENTS: path, LOG_LEVEL: 'warn' };
    app = await startTestApp(settings, { write: (line: string) => lines.push(line) });
  });
  afterAll(() => app.stop());

  test('a document is asked for by documentId, over POST and GET, with variables', async () => {
    const variables = { id: 'usr_nobody' };
    expect((await post({ documentId: idOf(VIEWER) })).json.data).toEqual({ viewer: { name: 'Administrator' } });
    expect((await post({ documentId: idOf(NODE), variables })).json.data).toEqual({ node: null });
    const asked = { documentId: idOf(NODE), variables: JSON.stringify(variables), operationName: 'Node' };
    expect((await get(asked)).json.data).toEqual({ node: null });
  });

  test('and as a persisted query, without having been sent before', async () => {
    expect((await post({ extensions: persisted(VIEWER) })).json.data).toEqual({ viewer: { name: 'Administrator' } });
    expect((await get({ extensions: JSON.stringify(persisted(VIEWER)) })).json.data.viewer.name).toBe('Administrator');
  });

  test('other texts are answered too', async () => {
    expect((await post({ query: '{ viewer { id } }' })).status).toBe(200);
  });

  test.each<[string, unknown]>([
    ['unknown', idOf('{ viewer { id } }')],
    ['without its prefix', idOf(VIEWER).slice(7)],
    ['in capitals', idOf(VIEWER).toUpperCase()],
    ['empty', ''],
    ['a number', 1],
    ['a list', [idOf(VIEWER)].concat(['x'])],
    ['an object', { id: idOf(VIEWER) }],
    ['a key of every object', 'sha256:constructor'],
    ['very long', `sha256:${'0'.repeat(100_000)}`],
  ])('an id that is %s is refused, and the message says so', async (_what, documentId) => {
    expectRefused(await post({ documentId }), 'NOT_FOUND', /^documentId .{1,90} is not one of the trusted documents/s);
  });

  test('an id and a text are refused', async () => {
    expectRefused(await post({ documentId: idOf(VIEWER), query: VIEWER }), 'BAD_USER_INPUT', /both given/);
  });

  test('a mutation is not made by GET', async () => {
    expect((await get({ documentId: idOf(CREATE) })).status).toBe(405);
    expect(await app.database.query(`select from users where name = 'trusted'`)).toEqual([]);
  });

  test('a document that does not match the schema is reported at the start', async () => {
    const warnings = lines.map((line) => JSON.parse(line)).filter(({ documentId }) => documentId);
    expect(warnings).toMatchObject([{ documentId: idOf(OUTDATED), fault: expect.stringMatching(/nothingOfThatName/) }]);
    expect((await post({ documentId: idOf(OUTDATED) })).json.errors[0].extensions.code).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
  });
});

describe('with TRUSTED_DOCUMENTS_ONLY', () => {
  const ONLY = /^Only trusted documents are answered here: send documentId/;

  beforeAll(async () => {
    app = await startTestApp({ PROCESSES: 'api', TRUSTED_DOCUMENTS: path, TRUSTED_DOCUMENTS_ONLY: 'on' });
  });
  afterAll(() => app.stop());

  test('trusted documents are answered, by id and by their text', async () => {
    expect((await post({ documentId: idOf(VIEWER) })).json.data).toEqual({ viewer: { name: 'Administrator' } });
    expect((await post({ query: VIEWER })).json.data).toEqual({ viewer: { name: 'Administrator' } });
    expect((await post({ extensions: persisted(VIEWER) })).json.data.viewer.name).toBe('Administrator');
  });

  test.each<[string, object]>([
    ['a text', { query: '{ viewer { id } }' }],
    ['a text with one more space', { query: `${VIEWER} ` }],
    ['a text to be persisted', { query: '{ viewer { id } }', extensions: persisted('{ viewer { id } }') }],
    ['the hash of a text that is not trusted', { extensions: persisted('{ viewer { id } }') }],
    ['a text that claims to be a trusted one', { query: '{ viewer { id } }', extensions: persisted(VIEWER) }],
    ['introspection with something else', { query: '{ __schema { types { name } } viewer { id } }' }],
    [
      'introspection and another operation',
      { query: 'query A { __schema { types { name } } } query B { viewer { id } }' },
    ],
    ['something else in a fragment', { query: '{ ...F } fragment F on Query { viewer { id } }' }],
    ['a text that is none', { query: '{' }],
  ])('nothing else is, also for the administrator: %s', async (_what, body) => {
    expectRefused(await post(body), 'FORBIDDEN', ONLY);
  });

  test('nor over GET', async () => {
    expectRefused(await get({ query: '{ viewer { id } }' }), 'FORBIDDEN', ONLY);
  });

  test('introspection is for a SYSTEM_MANAGER alone', async () => {
    expect((await post({ query: getIntrospectionQuery() })).json.data.__schema.queryType.name).toBe('Query');
    expectRefused(await post({ query: getIntrospectionQuery() }, null), 'FORBIDDEN', ONLY);
    const statusOfSchema = async (key: string | null = app.adminKey) => {
      const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
      return (await sendRaw(`${app.url}/schema.graphql`, { method: 'GET', headers })).status;
    };
    expect([await statusOfSchema(), await statusOfSchema(null), await statusOfSchema('wrong')]).toEqual([
      200, 401, 401,
    ]);
    await app.database.query(`update users set roles = '{INTEGRATION_MANAGER}' where name = 'Administrator'`);
    // also at once, with the role that the key had a moment ago still in memory
    for (let i = 0; i < 2; i += 1) {
      expectRefused(
        await post({ query: getIntrospectionQuery() }),
        'FORBIDDEN',
        /introspection is for a SYSTEM_MANAGER|^Only trusted/,
      );
      expect(await statusOfSchema()).toBe(403);
    }
  });
});

describe('without TRUSTED_DOCUMENTS', () => {
  beforeAll(async () => {
    app = await shareTestApi();
  });
  afterAll(() => app.stop());

  test('an id is refused with the reason', async () => {
    expectRefused(await post({ documentId: idOf(VIEWER) }), 'NOT_FOUND', /no documents are trusted here/);
  });

  test('a text is not kept for callers without a key', async () => {
    const text = '{ __typename again: __typename }';
    expect((await post({ query: text, extensions: persisted(text) }, null)).status).toBe(200);
    expect((await post({ extensions: persisted(text) })).json.errors[0].extensions.code).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    );
  });
});

describe('the file', () => {
  test.each<[string, string | null, RegExp]>([
    ['missing', null, /cannot be read: ENOENT/],
    ['no JSON', '{', /cannot be read/],
    ['null', 'null', /cannot be read/],
    [
      'with an id that is not the hash of its text',
      `{"${idOf(NODE)}":"${VIEWER}"}`,
      /not the hash of its text: "sha256:/,
    ],
    ['with an id of another kind', `{"viewer":"${VIEWER}"}`, /not the hash of its text: "viewer"/],
    ['with a text that is none', `{"${idOf(VIEWER)}":1}`, /not the hash/],
  ])('%s is found at the start', async (_what, text, message) => {
    const file = join(folder, 'wrong.json');
    rmSync(file, { force: true });
    if (text !== null) writeFileSync(file, text);
    const start = startTestApp({ PROCESSES: 'api', TRUSTED_DOCUMENTS: file });
    await expect(start).rejects.toBeInstanceOf(ConfigError);
    await expect(start).rejects.toThrow(message);
  });

  test('is all that is answered in production, unless that is switched off', () => {
    const only = (env: object) => readConfig({ ...DATABASE, ...env }).trustedDocumentsOnly;
    expect(only({ TRUSTED_DOCUMENTS: 'a.json', NODE_ENV: 'production' })).toBe(true);
    expect(only({ TRUSTED_DOCUMENTS: 'a.json', NODE_ENV: 'production', TRUSTED_DOCUMENTS_ONLY: 'off' })).toBe(false);
    expect(only({ TRUSTED_DOCUMENTS: 'a.json' })).toBe(false);
    expect(only({ NODE_ENV: 'production' })).toBe(false);
    expect(() => only({ TRUSTED_DOCUMENTS_ONLY: 'on' })).toThrow(/names no file: every query would be refused/);
  });
});

const DATABASE = {
  DATABASE_URL: 'postgres://hookledger:a@db.example.com/ledger',
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
};
