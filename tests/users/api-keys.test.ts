import { keyIdOf, makeToken } from '../../src/users/api-keys/key-form';
import { uuidOf } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { dumpOf, formsOf } from '../support/dump';
import { sendRaw } from '../support/raw-http';
import { atOnce } from './at-once';
import { createKeyOf, createUserOf, revokeKeyOf } from './user-keys';

const app = useTestApi();
let userId: string;

beforeAll(async () => {
  userId = await createUser('holder', ['SUPPORT', 'AUDITOR']);
});

const MINUTE = 60_000;
const NOT_VALID = 'This API key is not valid: it is unknown or revoked.';

const createUser = (name: string, roles: string[]) => createUserOf(app, name, roles);
const createKey = (input: object) => createKeyOf(app, { userId, ...input });
const revoke = (id: string, key?: string) => revokeKeyOf(app, id, key);

/** The answer of the API to a request with this header. */
async function knock(authorization?: string) {
  const { status, json } = await sendRaw(`${app.url}/graphql`, {
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    body: JSON.stringify({ query: '{ users { totalCount } }' }),
  });
  const { code, requestId } = json.errors?.[0].extensions ?? {};
  return { status, code, message: json.errors?.[0].message, data: json.data, requestId };
}

const comesIn = async (token: string) => (await knock(`Bearer ${token}`)).status === 200;

test('a token is shown once and kept nowhere, only its hash', async () => {
  const { apiKey, token } = await createKey({});
  expect(token).toMatch(/^hl_[0-9A-Za-z]{54}$/);
  expect(apiKey).toEqual({
    id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
    keyId: token.slice(3, 11),
    label: 'test',
    roles: null,
    createdAt: expect.any(String),
    expiresAt: expect.any(String),
    revokedAt: null,
    lastUsedAt: null,
    user: { id: userId },
  });
  expect(await comesIn(token)).toBe(true);
  const dump = await dumpOf(app.database);
  expect(dump).toContain(apiKey.keyId);
  const secret = token.slice(11);
  for (const form of [...formsOf(token), ...formsOf(secret), ...formsOf(app.adminKey)])
    expect(dump).not.toContain(form);
});

describe('a caller whose key does not work learns nothing else', () => {
  let token: string;
  beforeAll(async () => {
    ({ token } = await createKey({}));
  });

  const broken: [string, () => Promise<string> | string][] = [
    [
      'unknown',
      async () => {
        const { apiKey, token: gone } = await createKey({});
        await app.database.query('delete from api_keys where key_id = $1', [apiKey.keyId]);
        return gone;
      },
    ],
    [
      'revoked',
      async () => {
        const { apiKey, token: gone } = await createKey({});
        await revoke(apiKey.id);
        return gone;
      },
    ],
    [
      'of a user who was deactivated',
      async () => {
        const id = await createUser('leaver', ['AUDITOR']);
        const { token: gone } = await createKey({ userId: id });
        await app.database.query(`update users set active = false where name = 'leaver'`);
        return gone;
      },
    ],
    ['that has a letter changed', () => token.slice(0, 20) + (token[20] === 'a' ? 'b' : 'a') + token.slice(21)],
    ['that has a wrong checksum', () => token.slice(0, -6).padEnd(57, token.endsWith('0') ? '1' : '0')],
    [
      'that has the right first characters, another secret and a right checksum',
      async () => {
        const { apiKey } = await createKey({});
        const other = makeToken();
        await app.database.query('update api_keys set key_id = $2 where key_id = $1', [apiKey.keyId, keyIdOf(other)]);
        return other;
      },
    ],
    ['that is too short', () => token.slice(0, -1)],
    ['that is too long', () => `${token}0`],
    ['of another form', () => 'some-other-key-that-nobody-configured'],
    ['that is almost the administrator key', () => app.adminKey.slice(0, -1)],
    ['that is one byte', () => 'x'],
  ];
  test.each(broken)('one %s', async (_what, tokenOf) => {
    const answer = await knock(`Bearer ${await tokenOf()}`);
    expect(answer).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
      message: NOT_VALID,
      data: undefined,
      requestId: expect.any(String),
    });
  });

  test.each([
    ['an empty one', 'Bearer '],
    ['no scheme', 'hl_x'],
    ['another scheme', 'Basic aGxfeDp4'],
    ['two tokens', 'Bearer a b'],
    ['a token of 201 characters', `Bearer ${'a'.repeat(201)}`],
    ['an empty header', ''],
    ['a letter that is not ASCII', 'Bearer caf\u00e9'],
  ])('a header with %s says how it must be', async (_what, header) => {
    expect(await knock(header)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', message: /Bearer hl_\.\.\./ });
  });

  test('no header at all: the fields say that they need one', async () => {
    expect(await knock()).toMatchObject({ status: 200, code: 'UNAUTHENTICATED', data: { users: null } });
    expect((await app.ask('{ viewer { id } }', undefined, null)).data).toEqual({ viewer: null });
  });
});

test.each(['bearer', 'BEARER', 'Bearer  '])('the scheme may be written %s', async (scheme) => {
  const { token } = await createKey({});
  expect((await knock(`${scheme} ${token}`)).status).toBe(200);
});

test('a revoked key does not open the very next request, and stays revoked', async () => {
  const { apiKey, token } = await createKey({});
  expect(await comesIn(token)).toBe(true);
  const first = await revoke(apiKey.id);
  expect(first).toMatchObject({ apiKey: { revokedAt: expect.any(String) }, userErrors: [] });
  expect(await comesIn(token)).toBe(false);
  const second = await revoke(apiKey.id);
  expect(second).toMatchObject({ apiKey: { revokedAt: first.apiKey.revokedAt }, userErrors: [] });
});

test('a key that is revoked ten times at the same instant is revoked once', async () => {
  const { apiKey } = await createKey({});
  const row = { table: 'api_keys', id: uuidOf('ApiKey', apiKey.id) } as const;
  const answers = await atOnce(
    app.database,
    row,
    Array.from({ length: 10 }, () => () => revoke(apiKey.id)),
  );
  expect(new Set(answers.map((answer) => answer.apiKey.revokedAt)).size).toBe(1);
  const entries = await app.database.query(
    `select from audit_entries where action = 'api_key.revoked' and subject_id = $1`,
    [row.id],
  );
  expect(entries).toHaveLength(1);
});

test('a key cannot revoke itself', async () => {
  const id = await createUser('second administrator', ['SYSTEM_MANAGER']);
  const { apiKey, token } = await createKey({ userId: id });
  expect(await revoke(apiKey.id, token)).toEqual({
    apiKey: null,
    userErrors: [{ field: ['id'], code: 'CONFLICT', message: expect.stringMatching(/you are using/) }],
  });
  expect(await comesIn(token)).toBe(true);
  expect((await revoke(apiKey.id)).userErrors).toEqual([]);
});

test('an expiring key works until then', async () => {
  const expiresAt = new Date(Date.now() + MINUTE).toISOString();
  const { apiKey, token } = await createKey({ expiresAt });
  expect(apiKey.expiresAt).toBe(expiresAt);
  expect(await comesIn(token)).toBe(true);
});

test('when a key was last used is known to the minute', async () => {
  const { apiKey, token } = await createKey({});
  const lastUsed = async () => {
    const { data } = await app.ask('query ($id: ID!) { node(id: $id) { ... on ApiKey { lastUsedAt } } }', {
      id: apiKey.id,
    });
    return data.node.lastUsedAt;
  };
  expect(await lastUsed()).toBeNull();
  const before = Date.now();
  await comesIn(token);
  const first = await lastUsed();
  expect(Date.parse(first)).toBeGreaterThanOrEqual(before);
  await comesIn(token);
  expect(await lastUsed()).toBe(first);
  await app.database.query(`update api_keys set last_used_at = now() - interval '61 s' where key_id = $1`, [
    apiKey.keyId,
  ]);
  await comesIn(token);
  expect(Date.parse(await lastUsed())).toBeGreaterThanOrEqual(Date.parse(first));
});

test('a key with fewer roles than its user may do less', async () => {
  const { apiKey, token } = await createKey({ roles: ['SUPPORT', 'SUPPORT'] });
  expect(apiKey.roles).toEqual(['SUPPORT']);
  expect(
    (await app.ask('{ users { nodes { apiKeys { totalCount } } } }', undefined, token)).errors?.[0]?.extensions.code,
  ).toBe('FORBIDDEN');
  const all = await createKey({});
  expect(
    (await app.ask('{ users { nodes { apiKeys { totalCount } } } }', undefined, all.token)).errors,
  ).toBeUndefined();
});

test('a key loses a role as soon as its user does', async () => {
  const id = await createUser('shrinking', ['SUPPORT', 'AUDITOR']);
  const { token } = await createKey({ userId: id, roles: ['AUDITOR'] });
  expect(await comesIn(token)).toBe(true);
  await app.ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } } }', {
    input: { id, roles: ['SUPPORT'] },
  });
  expect(await knock(`Bearer ${token}`)).toMatchObject({ code: 'FORBIDDEN' });
});

describe('an input that cannot be used is refused by field', () => {
  const long = 'x'.repeat(201);
  test.each<[string, object, string, string, RegExp]>([
    [
      'a role that the user does not have',
      { roles: ['SUPPORT', 'PUBLISHER'] },
      'roles',
      'INVALID',
      /holder does not have PUBLISHER/,
    ],
    ['no role at all', { roles: [] }, 'roles', 'INVALID', /empty/],
    [
      'an expiry in the past',
      { expiresAt: '2020-01-01T00:00:00Z' },
      'expiresAt',
      'INVALID',
      /2020-01-01T00:00:00.000Z is in the past/,
    ],
    ['an unknown user', { userId: 'usr_00000000000070008000000000000000' }, 'userId', 'NOT_FOUND', /no user/],
    ['an id that is none', { userId: 'holder' }, 'userId', 'NOT_FOUND', /no user/],
    ['an empty label', { label: ' \u00a0' }, 'label', 'REQUIRED', /must not be empty/],
    ['a long label', { label: long }, 'label', 'TOO_LARGE', /201 characters; at most 200/],
    ['a line break in the label', { label: 'a\nb' }, 'label', 'INVALID', /control character/],
  ])('%s', async (_what, input, field, code, message) => {
    const { apiKey, token, userErrors } = await createKey(input);
    expect({ apiKey, token }).toEqual({ apiKey: null, token: null });
    expect(userErrors).toEqual([{ field: [field], code, message: expect.stringMatching(message) }]);
  });

  test('an id of a key that is none', async () => {
    for (const id of [userId, 'key_00000000000070008000000000000000', 'nonsense', '']) {
      expect(await revoke(id)).toMatchObject({ apiKey: null, userErrors: [{ field: ['id'], code: 'NOT_FOUND' }] });
    }
  });
});
