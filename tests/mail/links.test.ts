// How a user ends their mail, and verifies their address: by the links in mails, as mail programs follow them, and by the API.
import { randomBytes } from 'node:crypto';
import { createKeyring } from '../../src/keyring/keyring';
import { unsubscribeLink } from '../../src/mail/mail-links';
import { toNodeId, uuidOf } from '../../src/values/ids';
import { startTestApp, type TestApp } from '../support/app';
import { type MailServer, startMailServer } from '../support/mail-server';
import { mutate } from '../support/mutate';
import { waitFor } from '../support/wait-for';
import { createOwner, type Owner } from './owners';

let app: TestApp;
let server: MailServer;

beforeAll(async () => {
  server = await startMailServer();
  app = await startTestApp({
    SMTP_URL: server.url,
    SMTP_FROM: 'hookledger@example.com',
    PUBLIC_URL: 'https://hooks.example.com',
  });
});
afterAll(async () => {
  await app.stop();
  await server.stop();
});
beforeEach(() => {
  server.mails.length = 0;
});

const failing = ({ userId, webhookId }: Owner) =>
  app.database.query(
    `insert into mail_notices (id, user_id, topic, webhook_id, facts, count, due_at)
     values (new_id(), $1, 'WEBHOOK_FAILING', $2, '{}', 1, now())`,
    [userId, webhookId],
  );

/** What comes behind the host, for the server of the test. */
async function linkOf(owner: Owner): Promise<string> {
  await failing(owner);
  const mail = await waitFor('the mail', () => server.mails.find(({ to }) => to[0] === owner.email));
  const [, link = ''] = /^<(https:\/\/hooks\.example\.com\/.*)>$/.exec(mail.headers['list-unsubscribe'] ?? '') ?? [];
  expect(mail.headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
  expect(mail.text).toContain(`No more mail: ${link}`);
  return app.url + link.slice('https://hooks.example.com'.length);
}

async function wantsMail({ userId }: Owner): Promise<boolean> {
  const { data } = await app.ask('query ($id: ID!) { user(id: $id) { receivesMail } }', {
    id: toNodeId('User', userId),
  });
  return data.user.receivesMail;
}

const entriesOf = ({ userId }: Owner) =>
  app.database.query<{ actor_id: string | null; details: string }>(
    `select actor_id, details from audit_entries where subject_id = $1 and action = 'user.updated'`,
    [userId],
  );

test('a mail program ends it by one click, without a cookie', async () => {
  const owner = await createOwner(app);
  const link = await linkOf(owner);
  for (const body of [new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }), new FormData()]) {
    const answer = await fetch(link, { method: 'POST', body, redirect: 'manual' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
  }
  expect(await wantsMail(owner)).toBe(false);
  expect(await entriesOf(owner)).toEqual([
    {
      actor_id: null,
      details: '{"before":{"receivesMail":true},"after":{"receivesMail":false},"by":"UNSUBSCRIBE_LINK"}',
    },
  ]);
  await failing(owner);
  await app.database.query('update mail_recipients set next_at = now()');
  await waitFor(
    'the end of the notice',
    async () => (await app.database.query('select from mail_notices')).length === 0,
  );
  expect(server.mails).toHaveLength(1);
});

test('a program that only looks at the link ends nothing: a person is asked', async () => {
  const owner = await createOwner(app);
  const link = await linkOf(owner);
  const answer = await fetch(link);
  const page = await answer.text();
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(page).toContain('<form method="post">');
  expect(page).not.toContain(owner.email);
  expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
  expect(await wantsMail(owner)).toBe(true);
});

describe('a link that is not ours', () => {
  const id = toNodeId('User', '019cb6e2-f0a1-7b4c-8d5e-6f7a8b9c0d1e');
  const foreign = unsubscribeLink(createKeyring([randomBytes(32)]), '', '019cb6e2-f0a1-7b4c-8d5e-6f7a8b9c0d1e');

  test.each([
    ['', ''],
    ['no code', `?token=${id}`],
    ['an empty code', `?token=${id}.`],
    ['the code of another installation', foreign.slice(foreign.indexOf('?'))],
    ['10 kB', `?token=${id}.${'A'.repeat(10_000)}`],
    ['two tokens', `?token=${id}.a&token=${id}.b`],
  ])('%s', async (_what, query) => {
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`${app.url}/unsubscribe${query}`, { method });
      expect([answer.status, (await answer.json()).errors?.[0]?.extensions.code]).toEqual([404, 'NOT_FOUND']);
    }
  });

  test('the code of one user is none for another', async () => {
    const [one, other] = [await createOwner(app), await createOwner(app)];
    const link = new URL(await linkOf(one));
    const [, code] = (link.searchParams.get('token') ?? '').split('.');
    const forged = `${app.url}/unsubscribe?token=${toNodeId('User', other.userId)}.${code}`;
    expect((await fetch(forged, { method: 'POST' })).status).toBe(404);
    expect(await wantsMail(other)).toBe(true);
  });

  test('a body of more than 4 kB is refused before it is read', async () => {
    const link = await linkOf(await createOwner(app));
    const body = new URLSearchParams({ x: 'y'.repeat(5_000) });
    expect((await fetch(link, { method: 'POST', body })).status).toBe(413);
  });
});

test('a user ends it and begins it again, for themselves', async () => {
  const key = await app.keyFor('SUPPORT');
  const set = (receivesMail: boolean) =>
    app.ask(
      'mutation ($input: SetMyMailInput!) { setMyMail(input: $input) { user { id receivesMail } userErrors { message } } }',
      { input: { receivesMail } },
      key,
    );
  const { data: off } = await set(false);
  expect(off.setMyMail).toMatchObject({ user: { receivesMail: false }, userErrors: [] });
  expect((await app.ask('{ viewer { receivesMail } }', {}, key)).data.viewer).toEqual({ receivesMail: false });
  expect((await set(true)).data.setMyMail.user).toEqual({ id: off.setMyMail.user.id, receivesMail: true });
  const { data } = await app.ask(
    `query ($id: ID!) { auditEntries(where: { subjectId: { eq: $id }, action: { eq: "user.updated" } }) {
       nodes { actor { id } before after } } }`,
    { id: off.setMyMail.user.id },
  );
  const [on, ended] = [{ receivesMail: true }, { receivesMail: false }];
  const actor = { id: off.setMyMail.user.id };
  expect(data.auditEntries.nodes).toEqual([
    { actor, before: ended, after: on },
    { actor, before: on, after: ended },
  ]);
});

describe('an address that a SYSTEM_MANAGER has typed', () => {
  const REQUEST = 'mutation { requestAddressVerification { user { email } userErrors { code message } } }';
  const ofUser = 'id email emailVerified';

  async function createUser(email: string) {
    const input = { name: email, email, roles: ['SUPPORT'] };
    const { user } = await mutate(app, 'createUser', input, `user { ${ofUser} }`);
    const { token } = await mutate(app, 'createApiKey', { userId: user.id, label: 'test' }, 'token');
    return { ...user, key: token as string };
  }

  async function verificationLink(email: string, key: string): Promise<string> {
    expect((await app.ask(REQUEST, {}, key)).data.requestAddressVerification).toEqual({
      user: { email },
      userErrors: [],
    });
    const mail = await waitFor('the mail', () => server.mails.find(({ to }) => to[0] === email));
    expect(mail.subject).toBe('Hookledger: verify your address');
    const [, path = ''] = /https:\/\/hooks\.example\.com(\/verify-address\S+)/.exec(mail.text) ?? [];
    expect(path).not.toContain(email);
    return app.url + path;
  }

  const isVerified = async (key: string) =>
    (await app.ask('{ viewer { emailVerified } }', {}, key)).data.viewer.emailVerified;

  test('is verified by the link in a mail to it, when a person confirms', async () => {
    const { id, key, email, emailVerified } = await createUser('typed@example.com');
    expect(emailVerified).toBe(false);
    const link = await verificationLink(email, key);
    expect(await (await fetch(link)).text()).toContain('Is this your address?');
    expect(await isVerified(key)).toBe(false);
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
    expect(await isVerified(key)).toBe(true);
    const { data } = await app.ask(
      'query ($id: ID!) { auditEntries(where: { subjectId: { eq: $id } }, first: 2) { nodes { action actor { id } } } }',
      { id },
    );
    expect(data.auditEntries.nodes).toEqual([
      { action: 'user.updated', actor: null },
      { action: 'user.verification_requested', actor: { id } },
    ]);
    // and no second mail for nothing
    await app.ask(REQUEST, {}, key);
    expect(await app.database.query('select from mail_notices')).toEqual([]);
  });

  test('is not verified by the link that was sent to an address before it, or is of another purpose', async () => {
    const { id, key, email } = await createUser('before@example.com');
    const link = await verificationLink(email, key);
    await mutate(app, 'updateUser', { id, email: 'after@example.com' });
    expect((await fetch(link, { method: 'POST' })).status).toBe(404);
    expect((await fetch(link.replace('/verify-address', '/unsubscribe'), { method: 'POST' })).status).toBe(404);
    expect(await isVerified(key)).toBe(false);
  });

  test('gets nothing else before', async () => {
    const { id, key, email } = await createUser('early@example.com');
    await failing({ ...(await createOwner(app)), userId: uuidOf('User', id) as string });
    await verificationLink(email, key);
    expect(server.mails.filter(({ to }) => to[0] === email)).toHaveLength(1);
  });

  test('without an address there is nothing to verify', async () => {
    const { data } = await app.ask(REQUEST, {}, await app.keyFor('AUDITOR'));
    expect(data.requestAddressVerification).toEqual({
      user: null,
      userErrors: [
        { code: 'CONFLICT', message: 'You have no e-mail address here: a SYSTEM_MANAGER can give you one.' },
      ],
    });
  });
});

test('without SMTP_URL there is no such page', async () => {
  const plain = await startTestApp({ PROCESSES: 'api' });
  expect((await fetch(`${plain.url}/unsubscribe?token=a.b`)).status).toBe(404);
  const { user } = await mutate(plain, 'createUser', { name: 'someone', roles: [] }, 'user { receivesMail }');
  expect(user).toEqual({ receivesMail: true });
  const { data } = await plain.ask('mutation { requestAddressVerification { userErrors { message } } }');
  expect(data.requestAddressVerification.userErrors[0].message).toContain('SMTP_URL');
  await plain.stop();
});
