import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { duringFile } from './during-file';

export interface ReceivedMail {
  /** Of the envelope. */
  to: string[];
  from: string;
  /** By their names in lower case, unfolded, as they came. */
  headers: Record<string, string>;
  subject: string;
  text: string;
  /** The whole message, as it came. */
  raw: string;
}

/** A mail server of another party: a real SMTP server that keeps what it got. */
export interface MailServer {
  url: string;
  mails: ReceivedMail[];
  /** How the next recipients are answered: an SMTP code, or nothing to take the mail. Default: nothing. */
  answerWith(answer: (address: string) => Promise<number | undefined> | number | undefined): void;
  stop(): Promise<void>;
}

export function useMailServer(options?: SMTPServerOptions): MailServer {
  return duringFile(() => startMailServer(options));
}

export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  let answer: (address: string) => Promise<number | undefined> | number | undefined = () => undefined;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    closeTimeout: 100,
    async onRcptTo({ address }, _session, done) {
      const code = await answer(address);
      done(code === undefined ? null : Object.assign(new Error(`no mail for ${address}`), { responseCode: code }));
    },
    async onData(stream, { envelope }, done) {
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(part as Buffer);
      const to = envelope.rcptTo.map(({ address }) => address);
      mails.push({ to, from: envelope.mailFrom ? envelope.mailFrom.address : '', ...readMail(Buffer.concat(parts)) });
      done(null);
    },
    ...options,
  });
  // a client that goes away is no fault of a test
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    answerWith: (given) => {
      answer = given;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function readMail(bytes: Buffer) {
  const raw = bytes.toString();
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = raw.slice(end + 4);
  const decoders: Record<string, () => string> = {
    'quoted-printable': () => quotedPrintable(body.replaceAll('=\r\n', '')),
    base64: () => Buffer.from(body, 'base64').toString(),
  };
  const text = (decoders[headers['content-transfer-encoding'] ?? ''] ?? (() => body))().replaceAll('\r\n', '\n');
  return { raw, headers, subject: words(headers.subject ?? ''), text };
}

function quotedPrintable(text: string): string {
  return Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();
}

/** Encoded words of RFC 2047. */
function words(header: string): string {
  return header
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_all, kind: string, text: string) =>
      kind.toUpperCase() === 'B' ? Buffer.from(text, 'base64').toString() : quotedPrintable(text.replaceAll('_', ' ')),
    );
}
