// Adds the credentials of the webhook to a signed request, and sends it.

import { notSent, type OutgoingRequest, type Sender, type SendResult, unsent } from '../http/send';
import { SendError } from '../send-error';
import { type Credentials, NO_CREDENTIALS, type OAuth2Client } from './decrypt-credentials';
import { type AccessTokens, createAccessTokens } from './oauth2-token';
import { redactSecrets } from './redact-secrets';

/**
 * Sends a request with these credentials after its own headers. The timeout includes the request for an access token. Never
 * rejects: without an access token, the error code is AUTHENTICATION.
 */
export type SendAuthorized = (request: OutgoingRequest, credentials: Credentials) => Promise<SendResult>;

/** One per process: it caches the access tokens. */
export function createAuthorizedSender(sender: Sender): SendAuthorized {
  const tokens = createAccessTokens(sender);
  return async (request, credentials) => {
    if (credentials === NO_CREDENTIALS) return sender.send(request);
    if (credentials.fault !== null) return notSent(credentials.fault);
    const origin = URL.parse(request.url)?.origin ?? '';
    if (!credentials.mayGoTo(origin)) return notSent(`${origin} ${OTHER_ORIGIN}`);
    const { secretHeaders, connection, oauth2 } = credentials;
    const headers = [...request.headers, ...secretHeaders];
    const authorized = { ...request, headers, ...connection };
    const result = oauth2
      ? await sendWithToken(sender, tokens, authorized, credentials, oauth2)
      : { response: await sender.send(authorized), token: null };
    const { response, token } = result;
    return redactSecrets(response, token === null ? credentials.secrets : [...credentials.secrets, token]);
  };
}

const OTHER_ORIGIN =
  'is the target of this delivery, and the credentials of its webhook are for another host, because its URL was changed ' +
  'after the delivery was made';

interface Sent {
  response: SendResult;
  token: string | null;
}

async function sendWithToken(
  sender: Sender,
  tokens: AccessTokens,
  request: OutgoingRequest,
  { connection }: Credentials,
  client: OAuth2Client,
): Promise<Sent> {
  const startedAt = performance.now();
  const token = await tokens.tokenFor(client, connection, request.timeoutMs);
  const waitedMs = Math.round(performance.now() - startedAt);
  if (token instanceof SendError) return { response: unsent(token, waitedMs), token: null };
  const headers: [string, string][] = [...request.headers, ['authorization', `Bearer ${token}`]];
  const response = await sender.send({ ...request, headers, timeoutMs: Math.max(1, request.timeoutMs - waitedMs) });
  if (response.responseStatus === 401) tokens.drop(client, token);
  return { response: { ...response, durationMs: response.durationMs + waitedMs }, token };
}
