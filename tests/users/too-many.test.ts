import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { SERVE } from '../../src/database/pools';
import { MAX_LIVE_API_KEYS } from '../../src/users/api-keys/api-keys';
import { signInIdentity } from '../../src/users/identity/sign-in-identity';
import { MAX_USERS } from '../../src/users/user-limits';
import { useTestApi } from '../support/app';

const app = useTestApi();
let source: DataSource;

beforeAll(async () => {
  source = await createDataSource(app.database.servingUrl, { ...SERVE, poolSize: 1 }).initialize();
});
afterAll(() => source?.destroy());

interface ChangedUser {
  user: { id: string } | null;
  userErrors: object[];
}

async function createUser(name: string, roles = ['SUPPORT']): Promise<ChangedUser> {
  const answer = await app.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { code field message } } }`,
    { input: { name, email: name, roles } },
  );
  return answer.data.createUser;
}

async function updateUser(input: object): Promise<ChangedUser> {
  const answer = await app.ask(
    `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } userErrors { code field message } } }`,
    { input },
  );
  return answer.data.updateUser;
}

/** @returns why a person with this address is refused; null: they sign in */
async function signIn(email: string): Promise<string | null> {
  const identity = {
    issuer: 'https://login.example.com',
    subject: email,
    providerSession: null,
    providerTime: new Date(),
    email,
    emailVerified: true,
    fullName: null,
    roles: ['AUDITOR' as const],
  };
  const from = { remoteAddress: null, userAgent: null, requestId: 'of a test' };
  const { refused } = await source.transaction((db) => signInIdentity(db, identity, { createUsers: true, from }));
  return refused;
}

test('an API key is refused while its user has 100 that are neither revoked nor expired', async () => {
  const { user } = await createUser('amina@example.com');
  const create = async () => {
    const answer = await app.ask(
      `mutation ($userId: ID!) { createApiKey(input: { userId: $userId, label: "laptop" }) {
         token userErrors { code field message } } }`,
      { userId: user?.id },
    );
    return answer.data.createApiKey as { token: string | null; userErrors: object[] };
  };
  expect((await create()).userErrors).toEqual([]);
  await app.database.query(
    `insert into api_keys (id, user_id, label, key_id, token_hash, created_at)
     select gen_random_uuid(), user_id, label, 'copy-' || n, sha256(('copy-' || n)::bytea), created_at
     from api_keys, generate_series(2, $1) as n where label = 'laptop'`,
    [MAX_LIVE_API_KEYS],
  );
  expect(await create()).toEqual({
    token: null,
    userErrors: [
      {
        code: 'TOO_LARGE',
        field: null,
        message: 'This user has 100 API keys in force, which is the maximum. Revoke those that are not needed.',
      },
    ],
  });
  await app.database.query(`update api_keys set revoked_at = now() where key_id = 'copy-2'`);
  expect((await create()).userErrors).toEqual([]);
  expect((await create()).userErrors).toHaveLength(1);
  await app.database.query(`update api_keys set expires_at = now() where key_id = 'copy-3'`);
  expect((await create()).userErrors).toEqual([]);
});

const FULL =
  'There are 20,000 active users who have a role, which is the maximum. Deactivate those that are not needed.';
const REFUSED = [{ code: 'TOO_LARGE', field: null, message: FULL }];

describe('while 20,000 active users have a role,', () => {
  beforeAll(async () => {
    await app.database.query(
      `insert into users (id, name, roles, active, created_at, updated_at)
       select gen_random_uuid(), 'copy-' || n, array['SUPPORT'], true, now(), now() from generate_series(1, $1) as n`,
      [MAX_USERS],
    );
  });

  /** One more would be allowed, until it is there. */
  async function makeRoom(change: string): Promise<void> {
    await app.database.query(
      `update users set ${change} where id = (select id from users where name like 'copy-%' and active and roles <> '{}' limit 1)`,
    );
  }

  async function countOver(): Promise<number> {
    const [row] = await app.database.query<{ over: number }>(
      `select count(*)::int - $1::int as over from users where active and roles <> '{}'`,
      [MAX_USERS],
    );
    return row?.over as number;
  }

  beforeEach(async () => {
    for (let over = await countOver(); over > 0; over -= 1) await makeRoom('active = false');
  });

  test('another one is not created, unless one has lost the role or is deactivated', async () => {
    expect(await createUser('one@example.com')).toEqual({ user: null, userErrors: REFUSED });
    await makeRoom(`roles = '{}'`);
    expect((await createUser('one@example.com')).userErrors).toEqual([]);
    expect((await createUser('two@example.com')).userErrors).toEqual(REFUSED);
    await makeRoom('active = false');
    expect((await createUser('two@example.com')).userErrors).toEqual([]);
  });

  test('one without a role is created, and gets none', async () => {
    const { user } = await createUser('guest@example.com', []);
    const id = user?.id;
    expect(await updateUser({ id, roles: ['SUPPORT'] })).toEqual({ user: null, userErrors: REFUSED });
    expect((await updateUser({ id, fullName: 'Guest' })).userErrors).toEqual([]);
    await makeRoom('active = false');
    expect((await updateUser({ id, roles: ['SUPPORT'] })).userErrors).toEqual([]);
    // who is counted already may change
    expect((await updateUser({ id, roles: ['AUDITOR'] })).userErrors).toEqual([]);
  });

  test('one who was deactivated stays so', async () => {
    await makeRoom('active = false');
    const { user } = await createUser('back@example.com');
    const id = user?.id;
    expect((await updateUser({ id, active: false })).userErrors).toEqual([]);
    expect((await createUser('instead@example.com')).userErrors).toEqual([]);
    expect(await updateUser({ id, active: true })).toEqual({ user: null, userErrors: REFUSED });
    expect((await updateUser({ id, active: true, roles: [] })).userErrors).toEqual([]);
  });

  test('a person whom the identity provider gives a role is refused', async () => {
    expect(await signIn('person@example.com')).toBe(FULL);
    expect(await countOver()).toBe(0);
    await makeRoom('active = false');
    expect(await signIn('person@example.com')).toBeNull();
    expect(await signIn('person@example.com')).toBeNull();
    expect(await signIn('other@example.com')).toBe(FULL);
  });
});
