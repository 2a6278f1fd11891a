import type { Role } from '../../src/access/viewer';
import { toNodeId, uuidOf } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { sendRaw } from '../support/raw-http';
import { afterWaiting, atOnce } from './at-once';

const app = useTestApi();

const USER = 'id name fullName roles active createdAt';
const CREATE = `mutation ($input: CreateUserInput!) {
  createUser(input: $input) { user { ${USER} } userErrors { field code message } }
}`;
const UPDATE = `mutation ($input: UpdateUserInput!) {
  updateUser(input: $input) { user { ${USER} } userErrors { field code message } }
}`;

const create = async (input: object) => (await app.ask(CREATE, { input })).data.createUser;
const update = async (input: object, key?: string) => (await app.ask(UPDATE, { input }, key)).data.updateUser;

async function read(id: string) {
  return (await app.ask(`query ($id: ID!) { user(id: $id) { ${USER} } }`, { id })).data.user;
}

test('a user is made with what was given, and nothing else', async () => {
  const { user, userErrors } = await create({
    name: 'amal@example.com',
    fullName: 'Amal',
    roles: ['SUPPORT', 'SUPPORT'],
  });
  expect(userErrors).toEqual([]);
  expect(user).toEqual({
    id: expect.stringMatching(/^usr_[0-9a-f]{32}$/),
    name: 'amal@example.com',
    fullName: 'Amal',
    roles: ['SUPPORT'],
    active: true,
    createdAt: expect.any(String),
  });
  expect(await read(user.id)).toEqual(user);
});

describe('a name', () => {
  test.each([
    ['of 200 characters', 'n'.repeat(200)],
    ['in another script', 'أمل 愛 😀'],
    ['with signs that mean something elsewhere', `Robert'); drop table users;-- "%_\\ \${x} {{y}}`],
  ])('may be %s', async (_what, name) => {
    const { user } = await create({ name, roles: [] });
    expect(user.name).toBe(name);
    const { data } = await app.ask(
      'query ($name: String!) { users(where: { name: { eq: $name } }) { nodes { id } } }',
      { name },
    );
    expect(data.users.nodes).toEqual([{ id: user.id }]);
  });

  test.each<[string, string, string, RegExp]>([
    ['empty', '""', 'REQUIRED', /name must not be empty/],
    ['blank', '" \\t\\u2003"', 'REQUIRED', /name must not be empty/],
    ['201 characters long', JSON.stringify('x'.repeat(201)), 'TOO_LARGE', /name has 201 characters; at most 200/],
    ['holding a NUL', '"a\\u0000b"', 'INVALID', /name "a\\u0000b" contains a control character/],
    [
      'holding half of a surrogate pair',
      '"a\\ud83db"',
      'INVALID',
      /name "a\\ud83db" contains .* half of a surrogate pair/,
    ],
    ['holding a line break', '"a\\r\\nb"', 'INVALID', /control character/],
    ['holding an escape', '"a\\u001b[31m"', 'INVALID', /control character/],
    ['taken', '"Administrator"', 'CONFLICT', /"Administrator" already exists/],
  ])('must not be %s', async (_what, json, code, message) => {
    const body = `{"query":${JSON.stringify(CREATE)},"variables":{"input":{"name":${json},"roles":[]}}}`;
    const answer = await sendRaw(`${app.url}/graphql`, {
      headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
      body,
    });
    expect(answer.json.errors).toBeUndefined();
    const { user, userErrors } = answer.json.data.createUser;
    expect([user, userErrors]).toEqual([null, [{ field: ['name'], code, message: expect.stringMatching(message) }]]);
  });

  test('taken twice at the same instant goes to one', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create({ name: 'twin', roles: [] })));
    const codes = answers.map(({ user, userErrors }) => (user ? 'made' : userErrors[0].code)).sort();
    expect(codes).toEqual([...Array(9).fill('CONFLICT'), 'made']);
    const rows = await app.database.query(
      `select a.action from audit_entries a join users u on u.id = a.subject_id where u.name = 'twin'`,
    );
    expect(rows).toEqual([{ action: 'user.created' }]);
  });

  test('and every other bad field are named at once', async () => {
    const { userErrors } = await create({ name: '', fullName: 'f'.repeat(201), roles: [] });
    expect(userErrors.map((error: { field: string[] }) => error.field)).toEqual([['name'], ['fullName']]);
  });
});

test('an e-mail address given to two users at the same instant goes to one, and the other is told so', async () => {
  const insert = (email: string): [string, unknown[]] => [
    `insert into users (id, name, email, roles, active, created_at, updated_at)
     values (gen_random_uuid(), 'holds it for a moment', $1, '{}', true, now(), now())`,
    [email],
  ];
  const taken = { user: null, userErrors: [{ field: ['email'], code: 'CONFLICT', message: expect.any(String) }] };
  const made = { user: expect.any(Object), userErrors: [] };
  const inFirst = (answers: { user: unknown }[]) => [...answers].sort((a, b) => Number(!a.user) - Number(!b.user));
  const created = await afterWaiting(
    app.database,
    insert('new@example.com'),
    ['e-1', 'e-2'].map((name) => () => create({ name, email: 'new@example.com', roles: [] })),
  );
  expect(inFirst(created)).toEqual([made, taken]);
  const ids = [(await create({ name: 'e-3', roles: [] })).user.id, (await create({ name: 'e-4', roles: [] })).user.id];
  const updated = await afterWaiting(
    app.database,
    insert('changed@example.com'),
    ids.map((id) => () => update({ id, email: 'changed@example.com' })),
  );
  expect(inFirst(updated)).toEqual([made, taken]);
});

test('two users who get the address of each other at the same instant keep their own, and both callers are told so', async () => {
  const emails = ['swap-1@example.com', 'swap-2@example.com'];
  const [first, second] = [
    (await create({ name: 'swap-1', email: emails[0], roles: [] })).user.id,
    (await create({ name: 'swap-2', email: emails[1], roles: [] })).user.id,
  ];
  const answers = await afterWaiting(
    app.database,
    ['select from users where email = any($1) for no key update', [emails]],
    [() => update({ id: first, email: emails[1] }), () => update({ id: second, email: emails[0] })],
  );
  const taken = { user: null, userErrors: [{ field: ['email'], code: 'CONFLICT', message: expect.any(String) }] };
  expect(answers).toEqual([taken, taken]);
});

describe('in an update, absent, null and a value are three things:', () => {
  const fresh = async () => (await create({ name: `u-${Math.random()}`, fullName: 'Full', roles: ['SUPPORT'] })).user;

  test.each<[string, object, object]>([
    ['nothing but the id changes nothing', {}, {}],
    ['fullName: a value', { fullName: 'New' }, { fullName: 'New' }],
    ['fullName: null removes it', { fullName: null }, { fullName: null }],
    ['roles: a value', { roles: ['AUDITOR', 'AUDITOR', 'PUBLISHER'] }, { roles: ['AUDITOR', 'PUBLISHER'] }],
    ['roles: none', { roles: [] }, { roles: [] }],
    ['active: false', { active: false }, { active: false }],
    ['all of them', { fullName: 'N', roles: [], active: false }, { fullName: 'N', roles: [], active: false }],
  ])('%s', async (_what, changes, expected) => {
    const user = await fresh();
    const answer = await update({ id: user.id, ...changes });
    expect(answer).toEqual({ user: { ...user, ...expected }, userErrors: [] });
    expect(await read(user.id)).toEqual({ ...user, ...expected });
  });

  test.each<[string, object, string, string]>([
    ['roles: null is refused', { roles: null }, 'roles', 'REQUIRED'],
    ['active: null is refused', { active: null }, 'active', 'REQUIRED'],
    ['fullName: blank is refused', { fullName: ' ' }, 'fullName', 'REQUIRED'],
    ['fullName: too long is refused', { fullName: 'x'.repeat(201) }, 'fullName', 'TOO_LARGE'],
  ])('%s', async (_what, changes, field, code) => {
    const user = await fresh();
    const answer = await update({ id: user.id, ...changes });
    expect(answer).toMatchObject({ user: null, userErrors: [{ field: [field], code }] });
    expect(await read(user.id)).toEqual(user);
  });

  test('every field that must not be null is named', async () => {
    const { id } = await fresh();
    const { userErrors } = await update({ id, roles: null, active: null, fullName: '' });
    expect(userErrors.map((error: { field: string[] }) => error.field[0]).sort()).toEqual([
      'active',
      'fullName',
      'roles',
    ]);
  });

  test.each(['usr_00000000000070008000000000000000', 'whk_00000000000070008000000000000000', 'x', ''])(
    'the id "%s" is nobody',
    async (id) => {
      expect(await update({ id, active: false })).toMatchObject({
        user: null,
        userErrors: [{ field: ['id'], code: 'NOT_FOUND' }],
      });
    },
  );
});

test('roles that do not exist are refused by the schema, which names one like it to those who may introspect', async () => {
  const { status, errors } = await app.ask(CREATE, { input: { name: 'x', roles: ['SYSTEM_MANGER'] } });
  expect(status).toBe(400);
  expect(errors?.[0]?.message).toMatch(
    /Value "SYSTEM_MANGER" does not exist in "Role" enum\. Did you mean the enum value "SYSTEM_MANAGER"\?$/,
  );
});

test('a user who is deactivated is out with the very next request, and in again when reactivated', async () => {
  const key = await app.keyFor('AUDITOR');
  const { data } = await app.ask('{ viewer { id } }', undefined, key);
  const status = async () => (await app.ask('{ viewer { id } }', undefined, key)).status;
  await update({ id: data.viewer.id, active: false });
  expect(await status()).toBe(401);
  await update({ id: data.viewer.id, active: true });
  expect(await status()).toBe(200);
});

describe('a user cannot remove their own access', () => {
  test.each<[string, object, ...string[]]>([
    ['by deactivating themselves', { active: false }, 'active'],
    ['by giving away SYSTEM_MANAGER', { roles: ['AUDITOR'] }, 'roles'],
    ['by giving away all roles', { roles: [] }, 'roles'],
    ['by both', { active: false, roles: [] }, 'active', 'roles'],
  ])('%s', async (_how, changes, ...fields) => {
    const { data } = await app.ask('{ viewer { id } }');
    const answer = await update({ id: data.viewer.id, ...changes });
    expect(answer).toMatchObject({
      user: null,
      userErrors: fields.map((field) => ({ field: [field], code: 'CONFLICT' })),
    });
    expect((await app.ask('{ viewer { roles active } }')).data.viewer).toEqual({
      roles: ['SYSTEM_MANAGER'],
      active: true,
    });
  });

  test('but may change everything else of themselves', async () => {
    const { data } = await app.ask('{ viewer { id } }');
    const roles = ['SYSTEM_MANAGER', 'PUBLISHER'];
    expect((await update({ id: data.viewer.id, fullName: 'Boss', roles, active: true })).userErrors).toEqual([]);
  });
});

describe('only a SYSTEM_MANAGER changes users and keys:', () => {
  const id = 'usr_00000000000070008000000000000000';
  const mutations: [string, object][] = [
    ['createUser', { name: 'by somebody else', roles: ['SYSTEM_MANAGER'] }],
    ['updateUser', { id, roles: ['SYSTEM_MANAGER'] }],
    ['createApiKey', { userId: id, label: 'mine' }],
    ['revokeApiKey', { id }],
  ];
  test.each<[string, Role[]]>([
    ['an integration manager', ['INTEGRATION_MANAGER']],
    ['an auditor', ['AUDITOR']],
    ['support', ['SUPPORT']],
    ['a publisher', ['PUBLISHER']],
    ['a user with all of these', ['INTEGRATION_MANAGER', 'AUDITOR', 'SUPPORT', 'PUBLISHER']],
    ['a user without a role', []],
  ])('%s does not, themselves included', async (_who, roles) => {
    const key = await app.keyFor(...roles);
    const before = await app.database.query<{ id: string }>('select * from users order by id');
    const self = toNodeId('User', before.at(-1)?.id ?? '');
    for (const [mutation, input] of mutations) {
      const type = mutation.charAt(0).toUpperCase() + mutation.slice(1);
      const query = `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { userErrors { code } } }`;
      const oneself = JSON.parse(JSON.stringify(input).replace(id, self));
      for (const target of [input, oneself]) {
        const { data, errors } = await app.ask(query, { input: target }, key);
        expect([mutation, data, errors?.[0]?.extensions.code]).toEqual([mutation, null, 'FORBIDDEN']);
      }
    }
    expect(await app.database.query('select * from users order by id')).toEqual(before);
  });
});

test('the audit trail has changes of the same instant in the order in which they happened', async () => {
  const { user } = await create({ name: 'busy', fullName: 'start', roles: [] });
  const names = Array.from({ length: 10 }, (_, n) => `name ${n}`);
  const row = { table: 'users', id: uuidOf('User', user.id) } as const;
  await atOnce(
    app.database,
    row,
    names.map((fullName) => () => update({ id: user.id, fullName })),
  );
  const entries = await app.database.query<{ criteria: string }>(
    `select criteria from audit_entries where action = 'user.updated' and subject_id = $1`,
    [row.id],
  );
  const steps = entries.map(({ criteria }) => JSON.parse(criteria));
  const followers = new Map(steps.map(({ before, after }) => [before.fullName, after.fullName]));
  const chain = [];
  for (let name = followers.get('start'); name; name = followers.get(name)) chain.push(name);
  expect(chain.toSorted()).toEqual(names);
  expect((await read(user.id)).fullName).toBe(chain.at(-1));
});
