// What the owner of a webhook learns by mail, from the first failure to the mail server.
import { uuidOf } from '../../src/values/ids';
import { circuitThatIs, createOwnWebhook, endPause } from '../delivery/capacity/circuit-states';
import { startTestApp, type TestApp } from '../support/app';
import { type MailServer, startMailServer } from '../support/mail-server';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';

let app: TestApp;
let server: MailServer;
let partner: Receiver;

beforeAll(async () => {
  [server, partner] = await Promise.all([startMailServer(), startReceiver()]);
  app = await startTestApp({
    SMTP_URL: server.url,
    SMTP_FROM: 'Hookledger <hookledger@example.com>',
    PUBLIC_URL: 'https://hooks.example.com',
  });
  await setOwner({ email: 'sara@example.com' });
});
afterAll(async () => {
  await app.stop();
  await Promise.all([partner.stop(), server.stop()]);
});
beforeEach(() => {
  server.mails.length = 0;
});

/** The administrator creates the webhooks, and so owns them. */
async function setOwner({ email, verified = true }: { email: string; verified?: boolean }): Promise<void> {
  await app.database.query(`update users set email = $1, email_verified = $2 where 'SYSTEM_MANAGER' = any(roles)`, [
    email,
    verified,
  ]);
}

/** As if the time until the next mail, and until the full hour, had passed. */
async function passTime(): Promise<void> {
  await app.database.query(`update mail_notices set due_at = due_at - interval '1 hour'`);
  await app.database.query('update mail_recipients set next_at = now()');
}

const noticesOf = (webhookId: string) =>
  app.database.query<{ topic: string; count: number; facts: string; due_at: Date }>(
    'select topic, count, facts, due_at from mail_notices where webhook_id = $1 order by id',
    [uuidOf('Webhook', webhookId)],
  );

const mailAbout = (name: string) =>
  waitFor(`a mail about ${name}`, () => server.mails.find(({ text }) => text.includes(`"${name}"`)));

test('the owner learns that a webhook fails, and that it works again, without content of documents', async () => {
  partner.answerWith(() => ({ status: 500, body: 'an answer of the partner' }));
  const webhook = await createOwnWebhook(app, partner.url, { name: 'CRM of the partner' });
  await webhook.publishFor(
    Array.from({ length: 20 }, (_, n) => `SWORDFISH-${n}`),
    () => ({ card: 'swordfish' }),
  );
  const failing = await mailAbout('CRM of the partner');
  expect(failing).toMatchObject({ to: ['sara@example.com'], from: 'hookledger@example.com' });
  expect(failing.subject).toBe('Hookledger: "CRM of the partner" is failing');
  expect(failing.text).toContain('The last 20 attempts failed.');
  expect(failing.text).toContain(`https://hooks.example.com/webhooks/${webhook.id}`);
  expect(failing.headers).toMatchObject({
    from: 'Hookledger <hookledger@example.com>',
    to: 'sara@example.com',
    'auto-submitted': 'auto-generated',
  });
  await waitFor('the end of the notice', async () => (await noticesOf(webhook.id)).length === 0);

  server.mails.length = 0;
  partner.answerWith(() => ({ status: 200 }));
  await circuitThatIs(app, webhook.id, ({ state }) => state === 'OPEN');
  await endPause(app, webhook.id);
  await circuitThatIs(app, webhook.id, ({ state }) => state === 'CLOSED');
  // no second mail so soon
  expect(await waitFor('the notice', async () => (await noticesOf(webhook.id))[0])).toMatchObject({
    topic: 'WEBHOOK_RECOVERED',
  });
  await passTime();
  const recovered = await mailAbout('CRM of the partner');
  expect(recovered.subject).toBe('Hookledger: "CRM of the partner" works again');
  expect(recovered.text).toMatch(/It works again since 20\d\d-.* UTC\. It failed since 20\d\d-/);
  for (const { raw } of [failing, recovered]) expect(raw).not.toMatch(/swordfish|answer of the partner|dlv_|evt_/i);
});

test('deliveries that were given up are told once an hour, with their errors', async () => {
  const settings = { name: 'Deaf', retrySchedule: [0] };
  const webhook = await createOwnWebhook(app, partner.url, settings);
  let calls = 0;
  partner.answerWith(({ path }) => {
    if (path !== webhook.path) return { status: 200 };
    calls += 1;
    return { status: calls % 3 === 0 ? 404 : 500 };
  });
  const exhausted = async () => (await noticesOf(webhook.id)).filter(({ topic }) => topic === 'DELIVERIES_EXHAUSTED');
  const sum = (notices: { count: number }[]) => notices.reduce((all, { count }) => all + count, 0);
  // in several transactions
  for (const count of [6, 12]) {
    await webhook.publishMany(6);
    await waitFor('all', async () => sum(await exhausted()) === count);
  }
  const notices = await exhausted();
  for (const { due_at, facts } of notices) {
    expect(due_at.getTime() % 3_600_000).toBe(0);
    expect(due_at.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(Object.keys(JSON.parse(facts))).toEqual(['lastError']);
  }
  // a row for each error, or twice as many where the hour ended meanwhile
  expect(notices.length).toBeLessThanOrEqual(4);
  expect(server.mails).toEqual([]);
  await passTime();
  const { subject, text } = await mailAbout('Deaf');
  expect(subject).toBe('Hookledger: "Deaf" has not got 12 deliveries');
  expect(text).toMatch(/12 deliveries were given up between .* and .*: HTTP 500 \(8\), HTTP 404 \(4\)\./);
  expect(server.mails).toHaveLength(1);
});

test('the owner learns that a webhook was disabled', async () => {
  const webhook = await createOwnWebhook(app, partner.url, { name: 'Gone' });
  // retries of other webhooks arrive too
  partner.answerWith(({ path }) => ({ status: path === webhook.path ? 410 : 200 }));
  await webhook.publishMany(1);
  await waitFor('the notice', async () => (await noticesOf(webhook.id)).length > 0 || server.mails.length > 0);
  await passTime();
  const { subject, text } = await mailAbout('Gone');
  expect(subject).toBe('Hookledger: "Gone" was disabled');
  expect(text).toContain('the partner answered 410 Gone');
});

test.each([['is not verified', { email: 'sara@example.com', verified: false }]])(
  'there is no mail to an address that %s',
  async (_what, owner) => {
    await setOwner(owner);
    partner.answerWith(() => ({ status: 410 }));
    const webhook = await createOwnWebhook(app, partner.url, { name: 'Silent' });
    await webhook.publishMany(1);
    await waitFor('the end', async () => {
      const { data } = await app.ask('query ($id: ID!) { webhook(id: $id) { status } }', { id: webhook.id });
      return data.webhook.status === 'DISABLED';
    });
    expect(await noticesOf(webhook.id)).toEqual([]);
    await setOwner({ email: 'sara@example.com' });
  },
);

test('while deliveries are paused, owners are told nothing, and SYSTEM_MANAGERs are', async () => {
  const act = (name: string) =>
    app.ask(`mutation { ${name}(input: { reason: "The month is closed" }) { userErrors { message } } }`);
  await act('pauseDeliveries');
  await app.database.query(
    `insert into mail_notices (id, user_id, topic, webhook_id, facts, count, due_at)
     select new_id(), w.owner_id, n.topic, case n.topic when 'WEBHOOK_FAILING' then w.id end, '{}', 1, now()
     from (select * from webhooks limit 1) w, unnest('{WEBHOOK_FAILING,DEAD_LETTERS}'::text[]) as n (topic)`,
  );
  await passTime();
  const told = await waitFor('the mail', () => server.mails[0]);
  expect(told.subject).toBe('Hookledger: there are dead letters');
  await act('resumeDeliveries');
  await passTime();
  expect((await waitFor('the mail', () => server.mails[1])).subject).toMatch(/is failing$/);
});

test('the metrics count mails by outcome, from 0', async () => {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  expect(text).toMatch(/^hookledger_mails_total\{outcome="SENT"\} [1-9]/m);
  for (const outcome of ['POSTPONED', 'REFUSED', 'GIVEN_UP', 'NOT_ADDRESSED']) {
    expect(text).toMatch(new RegExp(`^hookledger_mails_total\\{outcome="${outcome}"\\} 0$`, 'm'));
  }
});
