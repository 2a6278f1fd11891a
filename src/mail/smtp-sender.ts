// Hands mails to the server of SMTP_URL.
import { isIP } from 'node:net';
import type { Transporter } from 'nodemailer';
import { isMailAddress, type MailServer, type Sender } from '../config/config-values';

export interface OutgoingMail {
  to: string;
  subject: string;
  text: string;
  /** The URL by which the reader gets no more mail. */
  unsubscribe: string;
  /** The Message-ID, without brackets. */
  id: string;
}

/** REFUSED: the server will never take this mail to this address. FAILED: it may take it later. STOPPED: `stop` was called meanwhile. */
export type SmtpEnd = { outcome: 'SENT' } | { outcome: 'STOPPED' } | { outcome: 'REFUSED' | 'FAILED'; reason: string };

export interface SmtpSender {
  send(mail: OutgoingMail): Promise<SmtpEnd>;
  /** Ends what is under way. */
  stop(): void;
}

/** How long each answer of the server may take. */
const ANSWER_MS = 10_000;
/** How long a mail may take in all, also with a server that sends a byte now and then. */
const MAIL_MS = 60_000;

/** @param mailMs how long a mail may take */
export function createSmtpSender({ server, from }: { server: MailServer; from: Sender }, mailMs = MAIL_MS): SmtpSender {
  const stopping = new AbortController();
  let transport: Promise<Transporter> | undefined;

  return {
    async send({ to, subject, text, unsubscribe, id }) {
      // what the identity provider calls an address may be several for a mail server
      if (!isMailAddress(to))
        return { outcome: 'REFUSED', reason: 'the address of the user is none that a mail can be sent to' };
      transport ??= openTransport(server);
      const deadline = AbortSignal.timeout(mailMs);
      try {
        await (await transport).sendMail({
          from,
          to: { name: '', address: to },
          envelope: { from: from.address, to: [to] },
          subject,
          text,
          messageId: `<${id}>`,
          // no holiday answers: RFC 3834
          headers: {
            'auto-submitted': 'auto-generated',
            'list-unsubscribe': `<${unsubscribe}>`,
            // one click: RFC 8058, which wants https
            ...(unsubscribe.startsWith('https:') && { 'list-unsubscribe-post': 'List-Unsubscribe=One-Click' }),
          },
          signal: AbortSignal.any([stopping.signal, deadline]),
        });
        return { outcome: 'SENT' };
      } catch (error) {
        if (stopping.signal.aborted) return { outcome: 'STOPPED' };
        if (deadline.aborted)
          return { outcome: 'FAILED', reason: `the mail server did not take it within ${mailMs / 1_000} s` };
        return endOf(error as SmtpError);
      }
    },
    stop: () => stopping.abort(),
  };
}

// Only where mail is sent: the package need not be loaded elsewhere.
async function openTransport({ host, port, tls, login }: MailServer): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure: tls,
    // a password or a name must not pass a network unencrypted
    requireTLS: !tls && !isLoopback(host),
    ...(login && { auth: { user: login.user, pass: login.password } }),
    connectionTimeout: ANSWER_MS,
    greetingTimeout: ANSWER_MS,
    dnsTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

interface SmtpError {
  code?: string;
  command?: string;
  responseCode?: number;
}

/** The text of the server is left out: it may repeat the address. */
function endOf({ code, command, responseCode }: SmtpError): SmtpEnd {
  const reason = [code, command, responseCode].filter((part) => part !== undefined).join(' ') || 'unknown';
  const isAboutThis = (code === 'EENVELOPE' || code === 'EMESSAGE') && (command === 'RCPT TO' || command === 'DATA');
  const isFinal = responseCode !== undefined && responseCode >= 500 && responseCode !== BAD_SEQUENCE;
  return { outcome: isAboutThis && isFinal ? 'REFUSED' : 'FAILED', reason };
}

/** The same mail may be taken over another connection. */
const BAD_SEQUENCE = 503;
