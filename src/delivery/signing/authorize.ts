// From the signed request to the wire: adds what gets it in at the partner's.

import { notSent, type OutgoingRequest, type Sender, type SendResult, unsent } from '../http/send';
import { SendError } from '../send-error';
import type { Credentials, OAuth2Client } from './credentials';
import { NO_CREDENTIALS } from './credentials';
import { maskAnswer } from './mask-answer';
import { type AccessTokens, createAccessTokens } from './oauth2-token-cache';

/**
 * Sends a request with these credentials behind its own headers, within its timeout, which covers the token too. Never
 * rejects: without an access token the result is AUTHENTICATION.
 */
export type SendAuthorized = (request: OutgoingRequest, credentials: Credentials) => Promise<SendResult>;

/** One for each process: it holds the access tokens. */
export function createAuthorizedSender(sender: Sender): SendAuthorized {
  const tokens = createAccessTokens(sender);
  return async (request, credentials) => {
    if (credentials === NO_CREDENTIALS) return sender.send(request);
    if (credentials.fault !== null) return notSent(credentials.fault);
    const origin = URL.parse(request.url)?.origin ?? '';
    if (!credentials.mayGoTo(origin)) return notSent(`${origin} ${NOT_FOR_IT}`);
    const { secretHeaders, certificate, oauth2 } = credentials;
    const headers = [...request.headers, ...secretHeaders];
    const authorized = { ...request, headers, certificate };
    const result = oauth2
      ? await sendWithToken(sender, tokens, authorized, oauth2)
      : { answer: await sender.send(authorized), token: null };
    const { answer, token } = result;
    return maskAnswer(answer, token === null ? credentials.secrets : [...credentials.secrets, token]);
  };
}

const NOT_FOR_IT =
  'is where this delivery goes, and the credentials of its webhook were saved for another host, to which its URL was ' +
  'changed since';

interface Sent {
  answer: SendResult;
  token: string | null;
}

async function sendWithToken(
  sender: Sender,
  tokens: AccessTokens,
  request: OutgoingRequest,
  client: OAuth2Client,
): Promise<Sent> {
  const startedAt = performance.now();
  const token = await tokens.tokenFor(client, request.certificate ?? null, request.timeoutMs);
  const waitedMs = Math.round(performance.now() - startedAt);
  if (token instanceof SendError) return { answer: unsent(token, waitedMs), token: null };
  const headers: [string, string][] = [...request.headers, ['authorization', `Bearer ${token}`]];
  const answer = await sender.send({ ...request, headers, timeoutMs: Math.max(1, request.timeoutMs - waitedMs) });
  if (answer.responseStatus === 401) tokens.drop(client, token);
  return { answer: { ...answer, durationMs: answer.durationMs + waitedMs }, token };
}
