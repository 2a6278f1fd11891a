import { toNodeId, uuidOf } from '../../src/ids';
import { shareTestApi, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { createTestWebhook } from '../support/webhooks';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

test('the latest 1,000 versions are kept', async () => {
  const { id } = await createTestWebhook(app, 'https://partner.example/hook', { name: 'Often changed' });
  const uuid = uuidOf('Webhook', id);
  await app.database.query(
    `insert into webhook_versions (id, webhook_id, version, settings, created_by, created_at)
     select new_id(), webhook_id, n, settings, created_by, created_at
     from webhook_versions, generate_series(2, 1000) as n where webhook_id = $1`,
    [uuid],
  );
  await app.database.query('update webhooks set version = 1000 where id = $1', [uuid]);
  const kept = async () =>
    app.database.query('select count(*)::int, min(version), max(version) from webhook_versions where webhook_id = $1', [
      uuid,
    ]);
  const remove = (version: number) =>
    app.database.query('delete from webhook_versions where webhook_id = $1 and version = $2', [uuid, version]);
  await expect(remove(1)).rejects.toThrow('the record is write-once');
  expect((await mutate(app, 'updateWebhook', { id, timeoutMs: 6_000 }, 'webhook { version }')).webhook).toMatchObject({
    version: 1_001,
  });
  expect(await kept()).toEqual([{ count: 1_000, min: 2, max: 1_001 }]);
  await expect(remove(2)).rejects.toThrow('the record is write-once');

  expect((await mutate(app, 'restoreWebhookVersion', { id, version: 1 })).userErrors).toEqual([
    { field: ['version'], code: 'NOT_FOUND', message: 'Often changed has no version 1: it has 2 to 1001.' },
  ]);
  const [oldest] = await app.database.query<{ id: string }>(
    'select id from webhook_versions where webhook_id = $1 and version = 2',
    [uuid],
  );
  const query = `query ($id: ID!) { node(id: $id) { ... on WebhookVersion {
    version changes { setting } since: changes(since: 1001) { setting } } } }`;
  const { data } = await app.ask(query, { id: toNodeId('WebhookVersion', oldest?.id as string) });
  expect(data.node).toEqual({ version: 2, changes: null, since: [{ setting: 'timeoutMs' }] });
});
