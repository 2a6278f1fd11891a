// What is told because time passes: what expires soon, and what of the installation does not work.
import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { mailSender, smtpUrl } from '../../src/config/config-values';
import { createDataSource } from '../../src/database/data-source';
import { tellOfInstallation } from '../../src/jobs/mail-loop';
import { createKeyring } from '../../src/keyring/keyring';
import { createLog } from '../../src/logging/log';
import { remindOfExpiry } from '../../src/mail/expiry-reminder.store';
import { tellManagers } from '../../src/mail/installation-notices.store';
import { createMailing } from '../../src/mail/send-mails';
import { createSmtpSender } from '../../src/mail/smtp-sender';
import { startTestApp, useTestApi } from '../support/app';
import { useMailServer } from '../support/mail-server';
import { waitFor } from '../support/wait-for';
import { invoice } from '../support/webhooks';
import { createOwner, forgetMails, type Owner, passTime } from './owners';

const server = useMailServer();
const app = useTestApi();

let source: DataSource;

beforeAll(async () => {
  source = await createDataSource(app.database.servingUrl, { name: 'reminder test', poolSize: 4 }).initialize();
});
afterAll(() => source.destroy());
beforeEach(async () => {
  server.mails.length = 0;
  await forgetMails(app);
});

async function sendDue(): Promise<void> {
  const smtp = createSmtpSender({ server: smtpUrl(server.url), from: mailSender('hookledger@example.com') });
  const url = 'https://hooks.example.com';
  const keyring = createKeyring([randomBytes(32)]);
  const mailing = createMailing({
    db: source.manager,
    keyring,
    smtp,
    url,
    log: createLog('silent'),
    onEnded: () => undefined,
  });
  await mailing.sendDue('ALL');
  await mailing.idle();
}

/** A secret of the webhook that expires after so many days. */
async function expiresAfter({ webhookId }: Owner, days: number): Promise<void> {
  await app.database.query(
    `update webhook_secrets set expires_at = now() + $2::float * interval '1 day' where webhook_id = $1`,
    [webhookId, days],
  );
}

/** How many notices there are now, which are then taken away. */
async function reminded(): Promise<number> {
  await Promise.all([remindOfExpiry(source.manager), remindOfExpiry(source.manager)]);
  return (await app.database.query('delete from mail_notices returning id')).length;
}

test('an owner is reminded once within 30, 7 and 1 days, also by several processes', async () => {
  const owner = await createOwner(app);
  const found: number[] = [];
  for (const days of [31, 29, 28, 6.9, 2, 0.9, 0.1, -0.1]) {
    // the same secret, so the time of its end stays, and that of the reminders is moved instead
    await app.database.query(`update expiry_reminders set expires_at = now() + $1::float * interval '1 day'`, [days]);
    await app.database.query(
      `update webhook_secrets set expires_at = coalesce((select max(expires_at) from expiry_reminders), now() + $2::float * interval '1 day')
       where webhook_id = $1`,
      [owner.webhookId, days],
    );
    found.push(await reminded());
  }
  expect(found).toEqual([0, 1, 0, 1, 0, 1, 0, 0]);
  expect(await app.database.query('select from expiry_reminders')).toEqual([]);
});

test('the reminder says what expires and what to do, without the secret', async () => {
  const owner = await createOwner(app, 'Payroll');
  await expiresAfter(owner, 5);
  await remindOfExpiry(source.manager);
  await sendDue();
  const [mail] = server.mails;
  expect(mail?.to).toEqual([owner.email]);
  expect(mail?.subject).toBe('Hookledger: "Payroll" uses a replaced signing key that expires soon');
  expect(mail?.text).toMatch(
    /It uses a replaced signing key that expires at 20\d\d-.* UTC\. Before then, the partner must verify with its successor\./,
  );
});

describe('a SYSTEM_MANAGER', () => {
  let manager: Owner;

  beforeAll(async () => {
    manager = await createOwner(app);
    await app.database.query(`update users set roles = '{SYSTEM_MANAGER}' where id = $1`, [manager.userId]);
  });

  const told = async () =>
    (await app.database.query<{ topic: string }>('select topic from mail_notices order by id')).map(
      ({ topic }) => topic,
    );

  test('learns of stopped evidence and of dead letters, in one mail', async () => {
    await app.database.query(
      `insert into evidence_stops (reporter, code, message, checkpoint, since, seen_at) values ('a', 'NEWER', 'm', null, now(), now())`,
    );
    await app.database.query(
      `insert into dead_letters (id, kind, code, error, failures, created_at, failed_at, retry_at, work_id, business_event_id)
       select new_id(), 'EVENT', 'XX001', 'e', 1, now() - age, now(), now() + interval '1 day', new_id(), new_id()
       from unnest('{9 min, 11 min}'::interval[]) as age`,
    );
    await tellOfInstallation(source.manager);
    await tellOfInstallation(source.manager);
    await sendDue();
    expect(server.mails).toHaveLength(1);
    const [mail] = server.mails;
    expect(mail?.to).toEqual([manager.email]);
    expect(mail?.subject).toBe('Hookledger: evidence is stopped; there are dead letters');
    expect(mail?.text).toContain('Nothing is sealed, or not all: NEWER.');
    expect(mail?.text).toContain('for ten minutes or longer: 1 EVENT.');
    await app.database.query('delete from evidence_stops');
    await app.database.query('delete from dead_letters');
  });

  test('is told again when it has ended meanwhile, and once a day while it lasts', async () => {
    const tell = () => tellManagers(source.manager, 'DEAD_LETTERS', { kinds: '1 JOB' });
    const move = (column: string, by: string) =>
      app.database.query(`update mail_conditions set ${column} = ${column} - $1::interval`, [by]);
    await tell();
    await tell();
    expect(await told()).toHaveLength(1);
    await move('told_at', '23 hours');
    await tell();
    expect(await told()).toHaveLength(1);
    await move('told_at', '2 hours');
    await tell();
    expect(await told()).toHaveLength(2);
    await move('seen_at', '11 minutes');
    await tell();
    expect(await told()).toHaveLength(3);
  });

  test('who is none any more is told nothing', async () => {
    await tellManagers(source.manager, 'DEAD_LETTERS', { kinds: '1 JOB' });
    await app.database.query(`update users set roles = '{SUPPORT}' where id = $1`, [manager.userId]);
    await sendDue();
    expect(server.mails).toEqual([]);
    expect(await told()).toEqual([]);
    await passTime(app);
  });
});

test('a SYSTEM_MANAGER learns that publishing is refused', async () => {
  const full = await startTestApp({
    PROCESSES: 'api',
    MAX_BACKLOG: '1',
    SMTP_URL: server.url,
    SMTP_FROM: 'hookledger@example.com',
    PUBLIC_URL: 'https://hooks.example.com',
  });
  await full.database.query(
    `update users set email = 'm@example.com', email_verified = true where 'SYSTEM_MANAGER' = any(roles)`,
  );
  const sql = 'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id } } }';
  await full.ask(sql, { input: { events: [invoice('F-1')] } });
  const notice = await waitFor('the notice', async () => {
    const [row] = await full.database.query<{ topic: string; facts: string }>('select topic, facts from mail_notices');
    return row;
  });
  expect(notice).toEqual({
    topic: 'PUBLISHING_REFUSED',
    facts: JSON.stringify({ reason: '1 events and due deliveries wait for a worker, and MAX_BACKLOG is 1.' }),
  });
  await full.stop();
});
