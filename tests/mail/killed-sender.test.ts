// A worker that is killed between the mail server's taking of a mail and the note that it was sent.
import { text } from 'node:stream/consumers';
import { startSecondWorker } from '../delivery/capacity/circuit-states';
import { useTestApp } from '../support/app';
import { startMailServer } from '../support/mail-server';
import { startProgram } from '../support/program';
import { waitFor } from '../support/wait-for';
import { createOwner, passTime } from './owners';

const app = useTestApp({ PROCESSES: 'api' });

test('another worker sends the mail again, under the same id', async () => {
  const { promise: taken, resolve: onTaken } = Promise.withResolvers<string>();
  const { promise: killed, resolve: onKilled } = Promise.withResolvers<void>();
  const server = await startMailServer({
    onData(stream, _session, done) {
      void text(stream).then(async (mail) => {
        onTaken(mail);
        await killed;
        done(null);
      });
    },
  });
  const withMail = (url: string) => ({
    SMTP_URL: url,
    SMTP_FROM: 'hookledger@example.com',
    PUBLIC_URL: 'https://hooks.example.com',
  });
  const { userId, webhookId, email } = await createOwner(app);
  const doomed = await startProgram({ ...app.env, ...withMail(server.url), PROCESSES: 'worker', PORT: '' });
  await app.database.query(
    `insert into mail_notices (id, user_id, topic, webhook_id, facts, count, due_at)
     values (new_id(), $1, 'WEBHOOK_FAILING', $2, '{}', 1, now())`,
    [userId, webhookId],
  );
  const first = await taken;
  await doomed.kill('SIGKILL');
  onKilled();
  expect(await app.database.query('select from mail_notices')).toHaveLength(1);

  const other = await startMailServer();
  Object.assign(app.env, withMail(other.url));
  const worker = await startSecondWorker(app);
  // not while the first one could still be sending it
  const [claim] = await app.database.query<{ waits: boolean }>('select next_at > now() as waits from mail_recipients');
  expect(claim).toEqual({ waits: true });
  await passTime(app);
  const mail = await waitFor('the mail', () => other.mails[0]);
  expect(mail.to).toEqual([email]);
  expect(first).toContain(`Message-ID: ${mail.headers['message-id']}\r\n`);
  await waitFor('the note', async () => (await app.database.query('select from mail_notices')).length === 0);
  await worker.stop();
  await Promise.all([server.stop(), other.stop()]);
});
