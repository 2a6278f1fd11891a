import type { Role, Viewer } from '../../src/access/viewer';
import { createDataSource } from '../../src/database/data-source';
import { openDeliveries } from '../../src/delivery/commands/open-deliveries';
import { uuidOf } from '../../src/values/ids';
import { archiveWebhooks } from '../../src/webhooks/changes/webhook-lifecycle';
import { webhooksForUpdate } from '../../src/webhooks/webhook.store';
import { useTestApi } from '../support/app';
import { contextOf } from '../support/read-in-one';
import { statementsSentBy } from '../support/sent-statements';
import { createTestWebhook } from '../support/webhooks';
import { auditTrailOf, change, type Mutation, readWebhook, rowCounts, URL } from './webhook-changes';

const app = useTestApi();

const create = async (input: object = {}) =>
  (await change(app, 'createWebhook', { name: 'Partner', url: URL, ...input })).webhook;
const pause = (id: string, more: object = {}) => change(app, 'pauseWebhook', { id, ...more });
const resume = (id: string) => change(app, 'resumeWebhook', { id });
const archive = (id: string) => change(app, 'archiveWebhook', { id });

/** As the system does after failures. */
async function disable(id: string): Promise<void> {
  await app.database.query(`update webhooks set status = 'DISABLED', status_reason = 'It failed.' where id = $1`, [
    uuidOf('Webhook', id),
  ]);
}

test('pausing says why, resuming forgets it, archiving is for good', async () => {
  const { id } = await create();
  const reason = 'Ramadan, "until" 30 March \u{1f319}';
  expect(await pause(id, { reason })).toMatchObject({ webhook: { status: 'PAUSED', statusReason: reason } });
  expect(await readWebhook(app, id)).toMatchObject({ status: 'PAUSED', statusReason: reason });
  expect(await resume(id)).toMatchObject({ webhook: { status: 'ACTIVE', statusReason: null }, userErrors: [] });
  expect(await archive(id)).toMatchObject({ webhook: { status: 'ARCHIVED', statusReason: null }, userErrors: [] });
  expect(await readWebhook(app, id)).toMatchObject({ status: 'ARCHIVED' });
  expect(await auditTrailOf(app, id)).toEqual([
    'webhook.created',
    'webhook.paused',
    'webhook.resumed',
    'webhook.archived',
  ]);
});

test.each([[undefined], [null], ['r'.repeat(1_000)]])('a reason may be %p', async (reason) => {
  const { id } = await create();
  expect((await pause(id, { reason })).webhook.statusReason).toBe(reason ?? null);
});

test.each([
  ['of 1,001 characters', 'r'.repeat(1_001), 'TOO_LARGE', /reason has 1001 characters; at most 1000/],
  ['that is blank', ' ', 'REQUIRED', /reason must not be empty/],
  ['that holds a NUL', 'a\u0000', 'INVALID', /control character/],
  ['that holds half of a surrogate pair', '\udc00', 'INVALID', /surrogate/],
])('a reason %s is refused, and nothing is paused', async (_what, reason, code, message) => {
  const { id } = await create();
  const userErrors = [{ field: ['reason'], code, message: expect.stringMatching(message) }];
  expect(await pause(id, { reason })).toEqual({ webhook: null, userErrors });
  expect(await readWebhook(app, id)).toMatchObject({ status: 'ACTIVE' });
});

test('pausing twice keeps the first reason and leaves one audit entry', async () => {
  const { id } = await create();
  const first = await pause(id, { reason: 'first' });
  expect(await pause(id, { reason: 'second' })).toEqual(first);
  expect(await auditTrailOf(app, id)).toEqual(['webhook.created', 'webhook.paused']);
});

test('paused ten times at the same instant, it is paused once', async () => {
  const { id } = await create();
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => pause(id, { reason: `by ${n}` })));
  expect(new Set(answers.map(({ webhook }) => webhook.statusReason)).size).toBe(1);
  expect(await auditTrailOf(app, id)).toEqual(['webhook.created', 'webhook.paused']);
});

test('a disabled webhook is not paused but resumed', async () => {
  const { id } = await create();
  await disable(id);
  const message = 'Partner is disabled and sends nothing already. Resume it before you pause it.';
  expect(await pause(id)).toEqual({ webhook: null, userErrors: [{ field: ['id'], code: 'CONFLICT', message }] });
  expect(await resume(id)).toMatchObject({ webhook: { status: 'ACTIVE', statusReason: null }, userErrors: [] });
});

test('resuming an active one changes nothing', async () => {
  const webhook = await create();
  expect(await resume(webhook.id)).toEqual({ webhook, userErrors: [] });
  expect(await auditTrailOf(app, webhook.id)).toEqual(['webhook.created']);
});

test('a paused or disabled webhook can be changed, and stays so', async () => {
  const [paused, disabled] = [await create(), await create()];
  await pause(paused.id, { reason: 'why' });
  await disable(disabled.id);
  const rename = (id: string) => change(app, 'updateWebhook', { id, name: 'New' });
  expect(await rename(paused.id)).toMatchObject({ webhook: { name: 'New', status: 'PAUSED', statusReason: 'why' } });
  expect(await rename(disabled.id)).toMatchObject({ webhook: { name: 'New', status: 'DISABLED' } });
});

const CHANGES: [Mutation, object][] = [
  ['updateWebhook', { name: 'New' }],
  ['pauseWebhook', { reason: 'why' }],
  ['resumeWebhook', {}],
  ['archiveWebhook', {}],
];

describe.each(CHANGES)('%s', (mutation, more) => {
  test('of an archived webhook is a conflict', async () => {
    const { id } = await create();
    const { webhook } = await archive(id);
    const before = await rowCounts(app);
    const message = 'Partner is archived permanently: create a new webhook.';
    const userErrors = [{ field: ['id'], code: 'CONFLICT', message }];
    expect(await change(app, mutation, { id, ...more })).toEqual({ webhook: null, userErrors });
    expect([await readWebhook(app, id), await rowCounts(app)]).toEqual([webhook, before]);
  });

  test('of what is not a webhook finds none', async () => {
    const { viewer } = (await app.ask('{ viewer { id } }')).data;
    const { id } = await create();
    const asUser = id.replace('whk_', 'usr_');
    const ids = ['whk_00000000000070008000000000000000', viewer.id, asUser, id.toUpperCase(), `${id} `, '', 'a\u0000'];
    for (const each of ids) {
      const userErrors = [{ field: ['id'], code: 'NOT_FOUND', message: 'There is no webhook with this id.' }];
      expect([each, await change(app, mutation, { id: each, ...more })]).toEqual([each, { webhook: null, userErrors }]);
    }
  });
});

describe('only managers change webhooks:', () => {
  test.each<[string, Role[]]>([
    ['support', ['SUPPORT']],
    ['an auditor', ['AUDITOR']],
    ['a publisher', ['PUBLISHER']],
    ['a user with all of these', ['SUPPORT', 'AUDITOR', 'PUBLISHER']],
    ['a user without a role', []],
  ])('%s does not', async (_who, roles) => {
    const key = await app.keyFor(...roles);
    const webhook = await create();
    const before = await rowCounts(app);
    // an id that does not exist is refused in the same words: no hint whether it does
    for (const id of [webhook.id, 'whk_00000000000070008000000000000000'])
      for (const [mutation, more] of CHANGES)
        await expect(change(app, mutation, { id, ...more }, key)).rejects.toThrow(/^FORBIDDEN: \S.*\.$/);
    await expect(change(app, 'createWebhook', { name: 'w', url: URL }, key)).rejects.toThrow('FORBIDDEN');
    expect([await readWebhook(app, webhook.id), await rowCounts(app)]).toEqual([webhook, before]);
  });

  test('an integration manager does', async () => {
    const key = await app.keyFor('INTEGRATION_MANAGER');
    const { id } = (await change(app, 'createWebhook', { name: 'w', url: URL }, key)).webhook;
    for (const [mutation, more] of CHANGES)
      expect((await change(app, mutation, { id, ...more }, key)).userErrors).toEqual([]);
  });
});

// An import that archives thousands of webhooks locks them until it ends: it takes as many statements as for one.

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
