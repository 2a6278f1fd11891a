import { MAX_WEBHOOKS } from '../../src/webhooks/setting-limits';
import { useTestApi } from '../support/app';
import { rowsRead } from '../support/rows-read';
import { createTestWebhook } from '../support/webhooks';
import { plan } from './settings-file/settings-file';

const app = useTestApi();

const TOO_MANY = {
  code: 'TOO_LARGE',
  field: null,
  message: 'There are 20,000 webhooks, which is the maximum. Archive those that are not needed.',
};

/** Rows like that of the webhook, behind the back of the triggers. */
async function copyWebhook(id: string, copies: number): Promise<void> {
  const columns = await app.database.query<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
     where table_schema = 'public' and table_name = 'webhooks' and column_name <> 'id'`,
  );
  const names = columns.map(({ name }) => name).join();
  await app.database.query('set session_replication_role = replica');
  await app.database.query(
    `insert into webhooks (id, ${names}) select gen_random_uuid(), ${names} from webhooks, generate_series(1, $1) where id = $2`,
    [copies, id],
  );
  await app.database.query('reset session_replication_role');
}

async function create(input: object): Promise<object[]> {
  const answer = await app.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { userErrors { code field message } } }',
    { input: { name: 'Partner', ...input } },
  );
  return answer.data.createWebhook.userErrors;
}

test('a webhook is refused while there are 20,000 that are not archived, of either direction', async () => {
  await createTestWebhook(app, 'http://127.0.0.1:9/hook');
  const [first] = await app.database.query<{ id: string }>('select id from webhooks');
  await copyWebhook(first?.id as string, MAX_WEBHOOKS - 1);
  const outgoing = { url: 'http://127.0.0.1:9/hook' };
  const incoming = { direction: 'INCOMING', provider: 'NONE', documentType: 'Claim' };
  expect(await create(outgoing)).toEqual([TOO_MANY]);
  expect(await create(incoming)).toEqual([TOO_MANY]);
  await app.database.query(`update webhooks set status = 'ARCHIVED' where id = $1`, [first?.id]);
  expect(await create(outgoing)).toEqual([]);
  expect(await create(incoming)).toEqual([TOO_MANY]);
});

test('a file that archives the others may have new ones while there are 20,000', async () => {
  const rows = await app.database.query<{ id: string }>(`select id from webhooks where status <> 'ARCHIVED'`);
  await copyWebhook(rows[0]?.id as string, MAX_WEBHOOKS - rows.length);
  const document = [
    { name: 'New', url: 'http://127.0.0.1:9/hook' },
    { name: 'Call', direction: 'INCOMING', provider: 'NONE' },
  ];
  const refused = await plan(app, document);
  expect(refused.userErrors).toMatchObject([TOO_MANY, TOO_MANY].map(({ code }) => ({ code })));
  const { webhooks, userErrors } = await plan(app, document, { archiveAbsent: true });
  expect(userErrors).toEqual([]);
  const actions = Map.groupBy<string, { action: string }>(webhooks, ({ action }) => action);
  expect([...actions].map(([action, { length }]) => [action, length])).toEqual([
    ['CREATED', 2],
    ['ARCHIVED', MAX_WEBHOOKS],
  ]);
});

test('to write an entry of the audit trail reads no webhook, however many there are', async () => {
  const { database } = app;
  await database.query('analyze webhooks');
  const insert = `insert into audit_entries (id, at, action, actor_kind)
    select id, to_timestamp(ms_of_id(id) / 1000.0), 'webhook.archived', 'SYSTEM' from new_id() as id`;
  expect(await rowsRead(database, '^webhooks$', () => database.query(insert))).toBe(0);
});
