// An import that archives thousands of webhooks locks them until it ends: it takes as many statements as for one.
import { createDataSource } from '../../src/database/data-source';
import { openDeliveries } from '../../src/delivery/commands/apply-webhook-changes';
import { uuidOf } from '../../src/ids';
import type { Viewer } from '../../src/viewer';
import { archiveWebhooks } from '../../src/webhooks/changes/webhook-lifecycle';
import { webhooksForUpdate } from '../../src/webhooks/webhook.store';
import { shareTestApi, type TestApp } from '../support/app';
import { contextOf } from '../support/read-in-one';
import { statementsSentBy } from '../support/sent-statements';
import { createTestWebhook } from '../support/webhooks';

let app: TestApp;
beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

test('many webhooks are archived with the statements for one', async () => {
  const made: string[] = [];
  for (let n = 0; n < 4; n += 1) made.push((await createTestWebhook(app, 'http://127.0.0.1:9/hook')).id);
  const ids = made.map((id) => uuidOf('Webhook', id) as string);
  const source = await createDataSource(app.database.servingUrl, { name: 'archive test', poolSize: 1 }).initialize();
  try {
    const sent = statementsSentBy(source);
    const [user] = await app.database.query<{ id: string }>('select id from users limit 1');
    const viewer = { ...(contextOf(source).viewer as Viewer), userId: user?.id as string, apiKeyId: null };
    const statementsFor = (some: readonly string[]) =>
      source.transaction(async (db) => {
        const before = sent.length;
        const webhooks = [...(await webhooksForUpdate(db, some)).values()];
        const archived = await archiveWebhooks(db, viewer, openDeliveries, webhooks, 'not used');
        expect(archived.map(({ id, status }) => [id, status])).toEqual(webhooks.map(({ id }) => [id, 'ARCHIVED']));
        return sent.length - before;
      });
    const forOne = await statementsFor(ids.slice(0, 1));
    expect(await statementsFor(ids.slice(1))).toBe(forOne);
  } finally {
    await source.destroy();
  }
  const stored = await app.database.query(
    `select w.id, w.status, a.reason from webhooks as w join audit_entries as a on a.subject_id = w.id and a.action = 'webhook.archived'
     where w.id = any($1::uuid[]) order by w.id`,
    [ids],
  );
  expect(stored).toEqual([...ids].sort().map((id) => ({ id, status: 'ARCHIVED', reason: 'not used' })));
});
