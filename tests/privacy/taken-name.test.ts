// A publisher names users, and can name one as an erased person is named.
import { uuidOf } from '../../src/values/ids';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { waitFor } from '../support/wait-for';
import { invoice, publish } from '../support/webhooks';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

test('a person is erased although another user has the name of the erased', async () => {
  const { user } = await mutate(app, 'createUser', { name: 'ursula.person', roles: [] }, 'user { id }');
  const name = `erased ${uuidOf('User', user.id)}`;
  await publish(app, [invoice('INV-1', { user: name })]);
  const erase = () =>
    mutate(app, 'erasePerson', { userId: user.id, reason: 'Request 17 under Art. 17' }, 'erasure { id }');
  const { erasure, userErrors } = await erase();
  expect(userErrors).toEqual([]);
  await waitFor(
    'the erasure',
    async () => (await app.ask(`{ erasure(id: "${erasure.id}") { status } }`)).data.erasure.status === 'DONE',
  );
  const names = await app.database.query<{ name: string }>(
    `select name from users where starts_with(name, 'erased') or name = 'ursula.person' order by name`,
  );
  expect(names).toEqual([{ name }, { name: expect.stringMatching(`^${name} [0-9a-f-]{36}$`) }]);
  expect((await erase()).userErrors[0].message).toBe('This user was erased already.');
});
