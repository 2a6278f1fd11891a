import { setTimeout as wait } from 'node:timers/promises';
import type { Role } from '../../src/access/viewer';
import { useTestApi } from '../support/app';

const app = useTestApi();

const LIST = '{ users(first: 1) { nodes { name } } }';
let made = 0;

/** A user with a key that has been used, so that its holder is recognised from now on. */
async function known(roles: Role[]) {
  made += 1;
  const user = await app.ask(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { message } } }',
    { input: { name: `known-${made}`, roles } },
  );
  const userId: string = user.data.createUser.user.id;
  const key = await app.ask(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token apiKey { id } } }',
    { input: { userId, label: 'test' } },
  );
  const { token, apiKey } = key.data.createApiKey;
  for (let time = 0; time < 3; time += 1) expect((await app.ask(LIST, {}, token)).errors).toBeUndefined();
  return { userId, token: token as string, apiKeyId: apiKey.id as string };
}

const update = (input: object) =>
  app.ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { message } } }', { input });

test('a key that was in use a moment ago is refused by the very next query after it was revoked', async () => {
  const { token, apiKeyId } = await known(['AUDITOR']);
  await app.ask('mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { userErrors { message } } }', {
    id: apiKeyId,
  });
  const { status, data, errors } = await app.ask(LIST, {}, token);
  expect({ status, data, code: errors?.[0]?.extensions.code }).toEqual({
    status: 401,
    data: undefined,
    code: 'UNAUTHENTICATED',
  });
});

test('so is the key of a user who was deactivated', async () => {
  const { token, userId } = await known(['AUDITOR']);
  await update({ id: userId, active: false });
  expect((await app.ask(LIST, {}, token)).status).toBe(401);
});

test('roles that were taken away are gone with the very next query, and roles that were given are there', async () => {
  const { token, userId } = await known(['AUDITOR']);
  await update({ id: userId, roles: ['PUBLISHER'] });
  expect((await app.ask(LIST, {}, token)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  await update({ id: userId, roles: ['SUPPORT'] });
  expect((await app.ask(LIST, {}, token)).errors).toBeUndefined();
  const content = '{ webhookRequestLogs { nodes { data } } }';
  expect((await app.ask(content, {}, token)).status).toBe(200);
});

test('a key stops at the moment at which it expires', async () => {
  const { userId } = await known(['AUDITOR']);
  const before: number[] = [];
  let token = '';
  // again with more time, if the machine has stood still until it expired
  for (let ms = 3_000; before.length === 0; ms *= 2) {
    const expiresAt = new Date(Date.now() + ms).toISOString();
    const key = await app.ask(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token userErrors { message } } }',
      { input: { userId, label: 'short', expiresAt } },
    );
    // null: it had expired before it was made
    token = key.data.createApiKey.token ?? 'none';
    while (Date.now() < Date.parse(expiresAt)) {
      const { status } = await app.ask(LIST, {}, token);
      if (Date.now() < Date.parse(expiresAt)) before.push(status);
      await wait(30);
    }
  }
  expect([...new Set(before)]).toEqual([200]);
  expect((await app.ask(LIST, {}, token)).status).toBe(401);
});

test('a mutation, and whatever else is no single statement, asks who it is as well', async () => {
  const { token, apiKeyId } = await known(['SYSTEM_MANAGER']);
  await app.ask('mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { userErrors { message } } }', {
    id: apiKeyId,
  });
  const create = 'mutation { createUser(input: { name: "nobody", roles: [] }) { user { id } } }';
  for (const query of [create, '{ node(id: "usr_00000000000000000000000000000000") { id } }', '{ viewer { name } }']) {
    expect((await app.ask(query, {}, token)).status).toBe(401);
  }
  expect(await app.database.query(`select from users where name = 'nobody'`)).toHaveLength(0);
});
