import { uuidOf } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { atOnce } from './at-once';

const app = useTestApi();

const UPDATE = `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { field code message } } }`;

const administrators = async () =>
  app.database.query<{ name: string }>(`select id, name from users where active and 'SYSTEM_MANAGER' = any(roles)`);

test.each([
  ['roles', { roles: ['SUPPORT'] }],
  ['active', { active: false }],
])('two administrators who take the role from each other at the same moment leave one (%s)', async (field, change) => {
  const first: string = (await app.ask('{ viewer { id } }')).data.viewer.id;
  const { user } = await mutate(
    app,
    'createUser',
    { name: `second by ${field}`, roles: ['SYSTEM_MANAGER'] },
    'user { id }',
  );
  const second: string = user.id;
  const { token } = await mutate(app, 'createApiKey', { userId: second, label: 'test' }, 'token');

  const take = (userId: string, key?: string) => () =>
    app.ask(UPDATE, { input: { id: userId, ...change } }, key).then(({ data }) => data.updateUser.userErrors);
  const errors = await atOnce(app.database, { table: 'users', id: uuidOf('User', first) }, [
    take(second),
    take(first, token),
  ]);

  expect(errors.flat()).toEqual([
    {
      field: [field],
      code: 'CONFLICT',
      message: 'This is the last active user with SYSTEM_MANAGER: give the role to another user first.',
    },
  ]);
  expect(await administrators()).toHaveLength(1);
  // the next test begins with the first one alone
  await app.database.query('update users set active = true, roles = $2 where id = $1', [
    uuidOf('User', first),
    ['SYSTEM_MANAGER'],
  ]);
  await app.database.query('update users set active = false where id = $1', [uuidOf('User', second)]);
});
