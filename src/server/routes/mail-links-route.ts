import type { FastifyInstance, FastifyReply, onRequestAsyncHookHandler } from 'fastify';
import type { DataSource } from 'typeorm';
import type { Keyring } from '../../keyring/keyring';
import {
  addressDigest,
  addressToVerify,
  UNSUBSCRIBE_PATH,
  userToUnsubscribe,
  VERIFY_PATH,
} from '../../mail/mail-links';
import type { Db } from '../../sql/db';
import { unsubscribe, verifyAddress } from '../../users/api/change-users';
import { Refusal } from '../edge/http-errors';

/** What mail programs send (RFC 8058), and the forms below. What they say is not read: the token says all. */
const FORMS = ['application/x-www-form-urlencoded', 'multipart/form-data'];
const MAX_BYTES = 4 * 1024;

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

interface WithToken {
  Querystring: { token?: unknown };
}

interface MailLink {
  path: string;
  question: string;
  button: string;
  done: string;
  /** What the token orders; null: it is not ours. It returns false where it does not hold any more. */
  orderOf(token: unknown): ((db: Db) => Promise<boolean>) | null;
}

/**
 * The links in mails. GET asks, because programs follow links to look whether they are dangerous; POST does it, without a sign-in, as
 * from the button of a mail program.
 */
export function serveMailLinks(
  server: FastifyInstance,
  { source, keyring }: { source: DataSource; keyring: Keyring },
  onRequest: onRequestAsyncHookHandler,
): void {
  void server.register(async (scope) => {
    scope.addContentTypeParser(FORMS, { parseAs: 'buffer', bodyLimit: MAX_BYTES }, (_request, _body, done) =>
      done(null, null),
    );
    for (const { path, question, button, done, orderOf } of linksWith(keyring)) {
      scope.get<WithToken>(path, { onRequest }, async ({ query }, reply) => {
        if (orderOf(query.token) === null) throw unknownLink();
        return sendPage(reply, question, `<button>${button}</button>`);
      });
      scope.post<WithToken>(path, { onRequest }, async ({ query }, reply) => {
        const order = orderOf(query.token);
        if (order === null || !(await source.transaction(order))) throw unknownLink();
        return sendPage(reply, done, '');
      });
    }
  });
}

function linksWith(keyring: Keyring): MailLink[] {
  return [
    {
      path: UNSUBSCRIBE_PATH,
      question: 'Do you want no more mail from Hookledger?',
      button: 'No more mail',
      done: 'You get no more mail from Hookledger. The page "Me" of the dashboard begins it again.',
      orderOf(token) {
        const userId = userToUnsubscribe(keyring, token);
        return userId === null ? null : (db) => unsubscribe(db, userId);
      },
    },
    {
      path: VERIFY_PATH,
      question: 'Is this your address? Hookledger sends its mail to it from now on.',
      button: 'It is my address',
      done: 'The address is verified. You get mail from Hookledger.',
      orderOf(token) {
        const found = addressToVerify(keyring, token);
        if (found === null) return null;
        return (db) => verifyAddress(db, found.userId, (email) => addressDigest(email) === found.digest);
      },
    },
  ];
}

function unknownLink(): Refusal {
  const message = 'This link is not valid, or not any more: sign in, and look at the page /me.';
  return new Refusal('NOT_FOUND', message, 404);
}

/** The form has no address of its own: it is sent to this one, with its token. */
function sendPage(reply: FastifyReply, text: string, button: string): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .header('content-security-policy', CONTENT_SECURITY_POLICY)
    .headers(reply.server.pageHeaders)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Mail of Hookledger</title>
<body style="font: 1.1rem system-ui; margin: 3rem auto; max-width: 30rem; padding: 0 1rem">
<form method="post"><p>${text}</p>${button}</form>
</html>
`);
}
