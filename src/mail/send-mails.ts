// Sends each user what they are to be told, in one mail. At least once: the notices are deleted after the server has accepted the mail.
import { createHash } from 'node:crypto';
import type { Keyring } from '../keyring/keyring';
import { createFaultLog, type Log } from '../logging/log';
import type { Db } from '../sql/db';
import { toNodeId } from '../values/ids';
import { composeMail, composeVerification, type Mail } from './compose-mail';
import { unsubscribeLink, verifyLink } from './mail-links';
import {
  addRecipients,
  claimRecipient,
  type DueNotice,
  dueNoticesOf,
  finishNotices,
  type MailScope,
  postponeNotices,
  type Recipient,
  recipientOf,
  VERIFICATION,
} from './mail-notice.store';
import type { SmtpSender } from './smtp-sender';

/** REFUSED: the server does not take a mail to this user; GIVEN_UP: a day of tries has failed; NOT_ADDRESSED: there is no address now. */
export const MAIL_OUTCOMES = ['SENT', 'POSTPONED', 'REFUSED', 'GIVEN_UP', 'NOT_ADDRESSED'] as const;
export type MailOutcome = (typeof MAIL_OUTCOMES)[number];

/** What happens meanwhile is told together. */
const BETWEEN_MAILS_S = 600;
/** Longer than a mail can take: another process does not begin it meanwhile. */
const CLAIM_S = 120;
const MAX_NOTICES = 5_000;
const GIVE_UP_HOURS = 24;
const MAX_PAUSE_S = 3_600;
/** A server that answers slowly for one user delays no other, up to this number. */
const AT_ONCE = 4;

export interface MailingParts {
  db: Db;
  smtp: SmtpSender;
  keyring: Pick<Keyring, 'sign'>;
  /** The URL of the dashboard, without a slash at its end. */
  url: string;
  log: Log;
  onEnded(outcome: MailOutcome): void;
}

export interface Mailing {
  /** Sends what is due, without waiting for mails that the server takes long for. */
  sendDue(scope: MailScope): Promise<void>;
  /** Resolves when nothing is being sent. */
  idle(): Promise<void>;
}

export function createMailing(parts: MailingParts): Mailing {
  const { db, smtp, keyring, url, log, onEnded } = parts;
  const report = createFaultLog((error, unwritten) => log.warn({ err: error, unwritten }, 'a mail could not be sent'));

  function mailTo(userId: string, user: Recipient, notices: readonly DueNotice[], unsubscribe: string): Mail | null {
    if (user.getsNotices) return composeMail(notices, user.roles, { url, unsubscribe });
    const isAsked = !user.emailVerified && notices.some(({ topic }) => topic === VERIFICATION);
    return isAsked ? composeVerification(verifyLink(keyring, url, userId, user.email)) : null;
  }

  async function sendNext(scope: MailScope): Promise<boolean> {
    const claim = await claimRecipient(db, scope, CLAIM_S);
    if (!claim) return false;
    const { userId, failures } = claim;
    const notices = await dueNoticesOf(db, userId, scope, MAX_NOTICES);
    const user = await recipientOf(db, userId);
    const unsubscribe = unsubscribeLink(keyring, url, userId);
    const mail = user && mailTo(userId, user, notices, unsubscribe);
    if (!mail) {
      await finishNotices(db, userId, notices, 0);
      if (!user?.getsNotices) onEnded('NOT_ADDRESSED');
      return true;
    }
    const end = await smtp.send({
      to: user.email,
      ...mail,
      unsubscribe,
      id: `${digestOf(notices)}@${new URL(url).hostname}`,
    });
    if (end.outcome === 'SENT') {
      await finishNotices(db, userId, notices, BETWEEN_MAILS_S);
      onEnded('SENT');
      return true;
    }
    if (end.outcome === 'STOPPED') return false;
    report(new Error(`the mail to ${toNodeId('User', userId)}: ${end.reason}`));
    if (end.outcome === 'REFUSED') {
      await finishNotices(db, userId, notices, BETWEEN_MAILS_S);
      onEnded('REFUSED');
      return true;
    }
    const pause = Math.min(MAX_PAUSE_S, 60 * 2 ** Math.min(failures, 10));
    const givenUp = await postponeNotices(db, userId, pause, GIVE_UP_HOURS);
    onEnded(givenUp > 0 ? 'GIVEN_UP' : 'POSTPONED');
    return true;
  }

  const sending = new Set<Promise<void>>();

  function startSending(scope: MailScope): Promise<void> {
    const own = sendAll(scope).finally(() => sending.delete(own));
    // its error may come when no one waits for it any more
    own.catch(report);
    sending.add(own);
    return own;
  }

  async function sendAll(scope: MailScope): Promise<void> {
    while (await sendNext(scope));
  }

  return {
    async sendDue(scope) {
      if (sending.size === AT_ONCE) return;
      await addRecipients(db, scope);
      await Promise.race(Array.from({ length: AT_ONCE - sending.size }, () => startSending(scope)));
    },
    async idle() {
      await Promise.allSettled(sending);
    },
  };
}

/** A mail that is sent again because its process ended has the same Message-ID, by which many servers know it again. */
function digestOf(notices: readonly DueNotice[]): string {
  const told = notices.map(({ id, count }) => `${id} ${count}`);
  return createHash('sha256').update(told.join()).digest('hex').slice(0, 32);
}
