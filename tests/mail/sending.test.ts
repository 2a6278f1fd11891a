// What is sent to whom, with mail servers that do not work, and with processes that end.

import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { DataSource } from 'typeorm';
import { mailSender, smtpUrl } from '../../src/config/config-values';
import { createDataSource } from '../../src/database/data-source';
import { createKeyring } from '../../src/keyring/keyring';
import { createLog } from '../../src/logging/log';
import { addRecipients, insertOwnerNotices } from '../../src/mail/mail-notice.store';
import { createMailing, type MailOutcome } from '../../src/mail/send-mails';
import { createSmtpSender, type SmtpSender } from '../../src/mail/smtp-sender';
import { type LogSink, useTestApi } from '../support/app';
import { startMailServer, useMailServer } from '../support/mail-server';
import { waitFor } from '../support/wait-for';
import { createOwner, forgetMails, type Owner, passTime } from './owners';

const server = useMailServer();
const app = useTestApi();
const from = mailSender('Hookledger <hookledger@example.com>');

let source: DataSource;
let outcomes: MailOutcome[] = [];
let lines: string[] = [];
const sink: LogSink = { write: (line) => void lines.push(line) };

beforeAll(async () => {
  source = await createDataSource(app.database.servingUrl, { name: 'mail test', poolSize: 8 }).initialize();
});
afterAll(() => source.destroy());
beforeEach(async () => {
  server.mails.length = 0;
  server.answerWith(() => undefined);
  outcomes = [];
  lines = [];
  await forgetMails(app);
});

const failing = ({ webhookId }: Owner) => {
  const facts = { reason: 'The last 20 attempts failed.', openUntil: new Date() };
  return insertOwnerNotices(source.manager, [{ webhookId, topic: 'WEBHOOK_FAILING', facts, count: 1, hourly: false }]);
};

function mailingWith(smtp: SmtpSender) {
  const onEnded = (outcome: MailOutcome) => void outcomes.push(outcome);
  return createMailing({
    db: source.manager,
    smtp,
    keyring: createKeyring([randomBytes(32)]),
    url: 'https://hooks.example.com',
    log: createLog('warn', sink),
    onEnded,
  });
}

const senderTo = (url: string, mailMs?: number) => createSmtpSender({ server: smtpUrl(url), from }, mailMs);
async function sendDue(smtp = senderTo(server.url)): Promise<void> {
  const mailing = mailingWith(smtp);
  await mailing.sendDue('ALL');
  await mailing.idle();
}

const waiting = () => app.database.query<{ user_id: string }>('select user_id from mail_notices');

test('several processes side by side send each user one mail, with all that is due', async () => {
  const all = await Promise.all(Array.from({ length: 6 }, () => createOwner(app)));
  for (const owner of all) for (let n = 0; n < 3; n++) await failing(owner);
  await Promise.all([sendDue(), sendDue(), sendDue()]);
  expect(server.mails.map(({ to }) => to[0]).sort()).toEqual(all.map(({ email }) => email).sort());
  for (const { text } of server.mails) expect(text).toContain('It has changed 3 times since the last mail.');
  expect(await waiting()).toEqual([]);
  expect(outcomes).toEqual(Array(6).fill('SENT'));
});

test('a user whom another process is just taking is left to it, and the others are not kept waiting', async () => {
  const [taken, other] = [await createOwner(app), await createOwner(app)];
  for (const owner of [taken, other]) await failing(owner);
  await addRecipients(source.manager, 'ALL');
  await app.database.query('begin');
  await app.database.query('select from mail_recipients where user_id = $1 for update', [taken.userId]);
  await sendDue();
  expect(server.mails.map(({ to }) => to)).toEqual([[other.email]]);
  await app.database.query('rollback');
  await sendDue();
  expect(server.mails.map(({ to }) => to)).toEqual([[other.email], [taken.email]]);
});

test('what is counted while its mail is sent is told again, and not lost', async () => {
  const owner = await createOwner(app);
  const tell = () =>
    insertOwnerNotices(source.manager, [
      {
        webhookId: owner.webhookId,
        topic: 'DELIVERIES_EXHAUSTED',
        facts: { lastError: { code: 'TIMEOUT', status: null } },
        count: 3,
        hourly: false,
      },
    ]);
  await tell();
  // as that of an hour that has ended
  await app.database.query(`update mail_notices set due_at = date_trunc('hour', now())`);
  server.answerWith(async () => {
    await app.database.query('update mail_notices set count = count + 1');
    server.answerWith(() => undefined);
    return undefined;
  });
  await sendDue();
  await passTime(app);
  await sendDue();
  expect(server.mails.map(({ text }) => /(\d+) deliveries were given up.*: TIMEOUT/.exec(text)?.[1])).toEqual([
    '3',
    '4',
  ]);
  expect(await waiting()).toEqual([]);
});

test('what happens soon after a mail waits for the next one', async () => {
  const owner = await createOwner(app);
  await failing(owner);
  await sendDue();
  await failing(owner);
  await sendDue();
  expect(server.mails).toHaveLength(1);
  await passTime(app);
  await sendDue();
  expect(server.mails).toHaveLength(2);
});

test.each([
  [550, 'REFUSED', 0],
  [451, 'POSTPONED', 1],
])('%d for one recipient: %s, and the others get their mail', async (code, outcome, left) => {
  const [refused, other] = [await createOwner(app), await createOwner(app)];
  server.answerWith((address) => (address === refused.email ? code : undefined));
  await failing(refused);
  await failing(other);
  await sendDue();
  expect(server.mails.map(({ to }) => to)).toEqual([[other.email]]);
  expect(outcomes.toSorted()).toEqual([outcome, 'SENT'].toSorted());
  expect(await waiting()).toEqual(Array(left).fill({ user_id: refused.userId }));
  expect(lines.join()).toContain(String(code));
  expect(lines.join()).not.toContain(refused.email);
});

test('tries follow at growing intervals, and what is a day old is given up', async () => {
  const owner = await createOwner(app);
  await failing(owner);
  server.answerWith(() => 451);
  const pauses: number[] = [];
  for (let n = 0; n < 8; n++) {
    await sendDue();
    const [row] = await app.database.query<{ seconds: number }>(
      'select extract(epoch from next_at - now())::float8 as seconds from mail_recipients',
    );
    pauses.push(Math.ceil((row?.seconds ?? 0) / 60));
    await passTime(app);
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  await app.database.query(`update mail_notices set due_at = now() - interval '25 hours'`);
  await sendDue();
  expect(outcomes).toEqual([...Array(8).fill('POSTPONED'), 'GIVEN_UP']);
  expect(await waiting()).toEqual([]);
});

describe('a mail server that', () => {
  let bad: Server;
  let sockets: Socket[];

  /** @param greet called with each connection */
  async function badServer(greet: (socket: Socket) => void): Promise<string> {
    sockets = [];
    bad = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      greet(socket);
    });
    await new Promise<void>((resolve) => bad.listen(0, '127.0.0.1', resolve));
    return `smtp://127.0.0.1:${(bad.address() as AddressInfo).port}`;
  }

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => bad.close(resolve));
  });

  test.each<[string, (socket: Socket) => void, RegExp]>([
    ['never answers', () => undefined, /did not take it within 0.5 s/],
    [
      'sends a byte now and then',
      (socket) => {
        const timer = setInterval(() => socket.write('2'), 50);
        socket.on('close', () => clearInterval(timer));
      },
      /did not take it within 0.5 s/,
    ],
    ['closes the connection', (socket) => socket.destroy(), /ECONNECTION|ESOCKET/],
    [
      'says that it is no mail server',
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      /EPROTOCOL|ECONNECTION/,
    ],
    ['is busy', (socket) => socket.end('421 4.3.2 come back later\r\n'), /421/],
    ['does not want us', (socket) => socket.end('554 5.7.1 no service\r\n'), /554/],
  ])('%s: the mail is tried again', async (_what, greet, reason) => {
    const url = await badServer(greet);
    const owner = await createOwner(app);
    await failing(owner);
    await sendDue(senderTo(url, 500));
    expect(outcomes).toEqual(['POSTPONED']);
    expect(lines.join()).toMatch(reason);
    expect(await waiting()).toHaveLength(1);
  });

  test('hangs does not keep a process from stopping', async () => {
    const url = await badServer(() => undefined);
    await failing(await createOwner(app));
    const smtp = senderTo(url);
    const sending = sendDue(smtp);
    while (sockets.length === 0) await new Promise(setImmediate);
    smtp.stop();
    await sending;
    expect(outcomes).toEqual([]);
    expect(await waiting()).toHaveLength(1);
  });
});

test('a server that answers slowly for one user keeps no other waiting', async () => {
  const slow = await createOwner(app);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.answerWith((address) => (address === slow.email ? promise : undefined));
  const mailing = mailingWith(senderTo(server.url));
  for (const owner of [slow, await createOwner(app), await createOwner(app)]) await failing(owner);
  await mailing.sendDue('ALL');
  // what happens while the server still thinks about the first one
  await failing(await createOwner(app));
  await mailing.sendDue('ALL');
  await waitFor('the others', () => server.mails.length === 3);
  expect(server.mails.map(({ to }) => to[0])).not.toContain(slow.email);
  resolve(undefined);
  await mailing.idle();
  expect(server.mails).toHaveLength(4);
});

describe('a mail server that asks for a password', () => {
  const asking = useMailServer({
    authOptional: false,
    onAuth({ username, password }, _session, done) {
      if (username === 'ledger' && password === 'p@ss:') done(null, { user: username });
      else done(new Error('wrong'));
    },
  });
  const urlWith = (login: string) => asking.url.replace('://', `://${login}@`);

  test('gets it', async () => {
    await failing(await createOwner(app));
    await sendDue(senderTo(urlWith('ledger:p%40ss%3A')));
    expect([outcomes, asking.mails.length]).toEqual([['SENT'], 1]);
  });

  test('and a wrong one is no fault of a user: the mail is tried again', async () => {
    await failing(await createOwner(app));
    await sendDue(senderTo(urlWith('ledger:hunter2')));
    expect(outcomes).toEqual(['POSTPONED']);
    expect(lines.join()).toMatch(/EAUTH/);
    expect(lines.join()).not.toContain('hunter2');
  });
});

test('a certificate that no authority vouches for is not accepted', async () => {
  // the server has one that it made itself
  const tls = await startMailServer({ secure: true });
  await failing(await createOwner(app));
  await sendDue(senderTo(tls.url.replace('smtp:', 'smtps:')));
  expect(outcomes).toEqual(['POSTPONED']);
  expect(tls.mails).toEqual([]);
  await tls.stop();
});

test('a password is sent to no server that offers no TLS, unless it is on this machine', async () => {
  const port = new URL(server.url).port;
  const mail = { to: 'a@example.com', subject: 's', text: 't', unsubscribe: 'https://a.example/', id: 'a@b' };
  // another name of this machine, which counts as another machine
  const end = await senderTo(`smtp://ledger:hunter2@0.0.0.0:${port}`).send(mail);
  expect(end).toMatchObject({ outcome: 'FAILED', reason: expect.stringMatching(/ETLS|STARTTLS/) });
  expect(JSON.stringify(end)).not.toContain('hunter2');
  expect(server.mails).toEqual([]);
});

test('one who was deactivated, has another address or does not own the webhook any more', async () => {
  const [inactive, moved, former] = [await createOwner(app), await createOwner(app), await createOwner(app, 'Sold')];
  for (const owner of [inactive, moved, former]) await failing(owner);
  await app.database.query('update users set active = false where id = $1', [inactive.userId]);
  await app.database.query(`update users set email = 'new@example.com', email_verified = false where id = $1`, [
    moved.userId,
  ]);
  await app.database.query('update webhooks set owner_id = $2 where id = $1', [former.webhookId, moved.userId]);
  await sendDue();
  expect(server.mails).toEqual([]);
  expect(outcomes).toEqual(['NOT_ADDRESSED', 'NOT_ADDRESSED']);
  expect(await waiting()).toEqual([]);
});

test.each([
  ['a line break and a header', 'CRM\r\nBcc: thief@example.com\r\n\r\nBuy now', '"CRM Bcc: thief@example.com Buy now"'],
  ['letters of other scripts', 'الشركة 株式会社 🙂', '"الشركة 株式会社 🙂"'],
  ['marks of direction', 'abc\u202egnp.exe\u2066', '"abc gnp.exe"'],
  ['10,000 characters', 'é'.repeat(10_000), `"${'é'.repeat(100)}…"`],
])('the name of a webhook with %s', async (_what, name, shown) => {
  await failing(await createOwner(app, name));
  await sendDue();
  const [mail] = server.mails;
  expect(mail?.subject).toBe(`Hookledger: ${shown} is failing`);
  expect(mail?.text.split('\n')[0]).toBe(shown);
  expect(Object.keys(mail?.headers ?? {})).not.toContain('bcc');
  expect(mail?.to).toHaveLength(1);
});

test.each([
  'a@example.com,thief@example.com',
  '<thief@example.com>a@example.com',
  '"a b"@example.com',
  'a@example.com\r\nRCPT TO:<b@x>',
])('what the identity provider calls an address, %j, gets no mail', async (email) => {
  await failing(await createOwner(app, 'CRM', email));
  await sendDue();
  expect(server.mails).toEqual([]);
  expect(outcomes).toEqual(['REFUSED']);
});

test('facts that no process writes do not stop a mail', async () => {
  const owner = await createOwner(app);
  for (const facts of ['', '[]', 'null', '{"reason": {"a": 1}, "openUntil": "soon"}']) {
    await app.database.query(
      `insert into mail_notices (id, user_id, topic, webhook_id, facts, count, due_at)
       select new_id(), $1, topic, $2, $3, 1, now() from unnest('{WEBHOOK_FAILING,DELIVERIES_EXHAUSTED,UNKNOWN}'::text[]) as topic`,
      [owner.userId, owner.webhookId, facts],
    );
  }
  await sendDue();
  expect(server.mails).toHaveLength(1);
  expect(server.mails[0]?.text).toContain('4 deliveries were given up');
});

test('one mail is about at most 50 webhooks, and counts the others', async () => {
  const owner = await createOwner(app);
  await app.database.query(
    `insert into mail_notices (id, user_id, topic, webhook_id, facts, count, due_at)
     select new_id(), $1, 'WEBHOOK_FAILING', gen_random_uuid(), '{}', 1, now() from generate_series(1, 60)`,
    [owner.userId],
  );
  await sendDue();
  // webhooks that are not there are nobody's
  expect(server.mails).toEqual([]);
  await app.database.query(
    `with copies as (
       insert into webhooks select (w).* from (select jsonb_populate_record(w, jsonb_build_object('id', gen_random_uuid())) as w
         from webhooks w, generate_series(1, 60) where w.id = $2) as made returning id
     )
     insert into mail_notices (id, user_id, topic, webhook_id, facts, count, due_at)
       select new_id(), $1, 'WEBHOOK_FAILING', id, '{}', 1, now() from copies`,
    [owner.userId, owner.webhookId],
  );
  await passTime(app);
  await sendDue();
  expect(server.mails[0]?.subject).toBe('Hookledger: 60 webhooks: 60 failing');
  expect(server.mails[0]?.text).toContain('There is news of 10 more webhooks');
});
