import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { SERVE } from '../../src/database/pools';
import { refuseWithoutSecondPerson } from '../../src/users/approvals/second-person';
import { uuidOf } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';

const app = useTestApi();
let source: DataSource;
let administrator: string;

beforeAll(async () => {
  source = await createDataSource(app.database.servingUrl, { ...SERVE, poolSize: 1 }).initialize();
  administrator = uuidOf('User', (await app.ask('{ viewer { id } }')).data.viewer.id) as string;
});
afterAll(() => source?.destroy());

const check = () =>
  refuseWithoutSecondPerson(source.manager, administrator, ['SYSTEM_MANAGER'], 'A replay that is requested', 'id').then(
    () => null,
    (error: Error) => error.message,
  );

test('an act that needs a second person is refused while there is none', async () => {
  const refusal =
    'A replay that is requested needs a second person, and no other active user has the role SYSTEM_MANAGER. ' +
    'Give this role to another user.';
  await mutate(app, 'createUser', { name: 'of another role', roles: ['SUPPORT', 'AUDITOR'] }, 'user { id }');
  expect(await check()).toBe(refusal);
  const { user } = await mutate(app, 'createUser', { name: 'the second', roles: ['SYSTEM_MANAGER'] }, 'user { id }');
  expect(await check()).toBeNull();
  await mutate(app, 'updateUser', { id: user.id, active: false }, 'user { id }');
  expect(await check()).toBe(refusal);
});
