import { uuidOf } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { atOnce } from '../users/at-once';

const app = useTestApi();

const REASON = 'Request 17 under Art. 17';
const ERASE =
  'mutation ($input: ErasePersonInput!) { erasePerson(input: $input) { userErrors { field code message } } }';
const UPDATE =
  'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { field code message } } }';

const NO_ONE_LEFT = {
  field: ['userId'],
  code: 'CONFLICT',
  message:
    'No active user with SYSTEM_MANAGER would be left, because all others are to be erased: give the role to another user first.',
};

async function newAdministrator(name: string): Promise<{ id: string; key: string }> {
  const { user } = await mutate(app, 'createUser', { name, roles: ['SYSTEM_MANAGER'] }, 'user { id }');
  const { token } = await mutate(app, 'createApiKey', { userId: user.id, label: 'test' }, 'token');
  return { id: user.id, key: token };
}

test('two administrators who order the erasure of each other at the same moment leave one', async () => {
  const first: string = (await app.ask('{ viewer { id } }')).data.viewer.id;
  const second = await newAdministrator('the second');
  const erase = (userId: string, key?: string) => () =>
    app.ask(ERASE, { input: { userId, reason: REASON } }, key).then(({ data }) => data.erasePerson.userErrors);
  const faults = await atOnce(app.database, { table: 'users', id: uuidOf('User', first) }, [
    erase(second.id),
    erase(first, second.key),
  ]);
  expect(faults.flat()).toEqual([NO_ONE_LEFT]);
});

test('the role is not taken from the last one whom no order erases', async () => {
  await app.database.query('delete from erasures');
  const first: string = (await app.ask('{ viewer { id } }')).data.viewer.id;
  await app.database.query(`update users set active = (name <> 'the second') where 'SYSTEM_MANAGER' = any(roles)`);
  const third = await newAdministrator('the third');
  const { data } = await app.ask(ERASE, { input: { userId: third.id, reason: REASON } });
  expect(data.erasePerson.userErrors).toEqual([]);
  const taken = await app.ask(UPDATE, { input: { id: first, roles: ['AUDITOR'] } }, third.key);
  expect(taken.data.updateUser.userErrors).toMatchObject([{ field: ['roles'], code: 'CONFLICT' }]);
  // when another one has it, both are possible
  const fourth = await newAdministrator('the fourth');
  const given = await app.ask(UPDATE, { input: { id: first, roles: ['AUDITOR'] } }, third.key);
  expect(given.data.updateUser.userErrors).toEqual([]);
  const last = await app.ask(ERASE, { input: { userId: fourth.id, reason: REASON } }, third.key);
  expect(last.data.erasePerson.userErrors).toEqual([NO_ONE_LEFT]);
});
