// Sends mail to users: in each worker of an installation that has SMTP_URL.
import type { Config } from '../config/config';
import { findDeliveriesPause } from '../delivery/pause/deliveries-pause.store';
import { countDeadLetters } from '../delivery/queue/dead-letter.store';
import { sealingStops } from '../evidence/sealing-stop.store';
import type { Keyring } from '../keyring/keyring';
import type { Log } from '../logging/log';
import { remindOfExpiry } from '../mail/expiry-reminder.store';
import { tellManagers } from '../mail/installation-notices.store';
import { hasDueNotices } from '../mail/mail-notice.store';
import { createMailing, type MailOutcome } from '../mail/send-mails';
import { createSmtpSender } from '../mail/smtp-sender';
import { batched } from '../sql/batched-statements';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { startLoop } from '../time/loop';

const REST_MS = 2_000;
const MINUTE_MS = 60_000;
/** Reminders are given so often, in minutes. */
const REMINDING = 60;
/** A dead letter is told when it is so old: what another session has locked is done at the next try. */
const DEAD_LETTER_MINUTES = 10;

interface MailLoopParts {
  db: Db;
  keyring: Keyring;
  mail: NonNullable<Config['mail']>;
  /** The URL of the dashboard. */
  url: string;
  log: Log;
  onEnded(outcome: MailOutcome): void;
}

export function startMailing({ db, keyring, mail, url, log, onEnded }: MailLoopParts): { stop(): Promise<void> } {
  const smtp = createSmtpSender(mail);
  // a restored copy of the database tells no owner anything before its deliveries are resumed
  const isPaused = async () => (await findDeliveriesPause(db)) !== null;
  const mailing = createMailing({ db, smtp, keyring, url, log, onEnded });
  const loop = startLoop('mail', REST_MS, log, async () => {
    if (!(await hasDueNotices(batched(db)))) return false;
    await mailing.sendDue((await isPaused()) ? 'INSTALLATION' : 'ALL');
    return false;
  });
  let minutes = 0;
  const watch = startLoop('what is told by mail', MINUTE_MS, log, async () => {
    if (minutes % REMINDING === 0 && !(await isPaused())) await remindOfExpiry(db);
    minutes += 1;
    await tellOfInstallation(db);
    return false;
  });
  return {
    async stop() {
      smtp.stop();
      await Promise.all([loop.stop(), watch.stop()]);
      await mailing.idle();
    },
  };
}

/** Tells SYSTEM_MANAGERs of stopped evidence and of dead letters. Exported for tests. */
export async function tellOfInstallation(db: Db): Promise<void> {
  const codes = [...new Set((await sealingStops(db, currentTime())).map(({ code }) => code))];
  if (codes.length > 0) await tellManagers(db, 'EVIDENCE_STOPPED', { code: codes.join(', ') });
  const counts = Object.entries(await countDeadLetters(db, DEAD_LETTER_MINUTES)).filter(([, count]) => count > 0);
  const kinds = counts.map(([kind, count]) => `${count} ${kind}`).join(', ');
  if (kinds) await tellManagers(db, 'DEAD_LETTERS', { kinds });
}
