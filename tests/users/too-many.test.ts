import { MAX_USERS } from '../../src/users/api/change-users';
import { MAX_LIVE_API_KEYS } from '../../src/users/api-keys/api-keys';
import { shareTestApi, type TestApp } from '../support/app';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

async function createUser(name: string): Promise<{ user: { id: string } | null; userErrors: object[] }> {
  const answer = await app.ask(
    `mutation ($name: String!) { createUser(input: { name: $name, roles: [SUPPORT] }) {
       user { id } userErrors { code field message } } }`,
    { name },
  );
  return answer.data.createUser;
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

test('a user is refused while 20,000 active ones have a role', async () => {
  await app.database.query(
    `insert into users (id, name, roles, active, created_at, updated_at)
     select gen_random_uuid(), 'copy-' || n, array['SUPPORT'], true, now(), now() from generate_series(1, $1) as n`,
    [MAX_USERS],
  );
  expect((await createUser('one@example.com')).userErrors).toEqual([
    {
      code: 'TOO_LARGE',
      field: null,
      message:
        'There are 20000 active users who have a role, which is the maximum. Deactivate those that are not needed.',
    },
  ]);
  // those who are only named in events are not counted
  await app.database.query(`update users set roles = '{}' where name like 'copy-10_'`);
  expect((await createUser('one@example.com')).userErrors).toEqual([]);
  await app.database.query(`update users set roles = array['SUPPORT'] where name like 'copy-10_'`);
  expect((await createUser('two@example.com')).userErrors).toHaveLength(1);
  await app.database.query(`update users set active = false where name like 'copy-10_'`);
  expect((await createUser('two@example.com')).userErrors).toEqual([]);
});
