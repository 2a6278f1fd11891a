import { readConfig } from '../../src/config/config';
import { startTestApp, type TestApp } from '../support/app';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { createTestWebhook } from '../support/webhooks';

/** Not a copy of the primary but another database, so that answers tell where they were read. */
let replica: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  replica = await createTestDatabase();
  await replica.query(`insert into users (id, name, roles, active, created_at, updated_at)
    values (new_id(), 'only in the replica', '{}', true, now(), now())`);
  const url = new URL(replica.servingUrl);
  // as a standby would refuse it
  url.searchParams.set('options', '-c default_transaction_read_only=on');
  app = await startTestApp({ DATABASE_REPLICA_URL: url.href });
});
afterAll(async () => {
  await app.stop();
  await replica.drop();
});

const names = (data: { users: { nodes: { name: string }[] } }) => data.users.nodes.map((user) => user.name);

test('queries are answered by the replica, in one statement or field by field', async () => {
  for (const query of ['{ users { nodes { name } } }', '{ users { nodes { name apiKeys { totalCount } } } }']) {
    for (let time = 0; time < 4; time += 1) {
      const { data, errors } = await app.ask(query);
      expect(errors).toBeUndefined();
      expect(names(data)).toEqual(['only in the replica']);
    }
  }
});

test('mutations write to the primary and show what they wrote', async () => {
  const made = await app.ask(
    'mutation { createUser(input: { name: "made", roles: [AUDITOR] }) { user { name webhooks { totalCount } } userErrors { message } } }',
  );
  expect(made.data.createUser).toEqual({ user: { name: 'made', webhooks: { totalCount: 0 } }, userErrors: [] });
  await createTestWebhook(app, 'http://127.0.0.1:9/');
  expect(names((await app.ask('{ users { nodes { name } } }')).data)).not.toContain('made');
});

test('who may come in, the primary alone decides: a key that it revoked is refused at once', async () => {
  const key = await app.keyFor('AUDITOR');
  expect((await app.ask('{ users { totalCount } }', {}, key)).status).toBe(200);
  await app.database.query(
    'update api_keys set revoked_at = now() where id = (select max(id::text)::uuid from api_keys)',
  );
  expect((await app.ask('{ users { totalCount } }', {}, key)).status).toBe(401);
});

test('a replica of nothing does not start', () => {
  expect(() => readConfig({ DATABASE_REPLICA_URL: replica.servingUrl })).toThrow(
    'DATABASE_REPLICA_URL: is set without DATABASE_URL',
  );
});
