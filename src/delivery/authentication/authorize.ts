// Adds the credentials of the webhook to a signed request, and sends it.

import { SECRET_VALUE } from '../../values/text';
import { notSent, type OutgoingRequest, type Sender, type SendResult, unsent } from '../http/send';
import { SendError } from '../send-error';
import { type Credentials, NO_CREDENTIALS, type OAuth2Client } from './decrypt-credentials';
import { type AccessTokens, createAccessTokens } from './oauth2-token';

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

/** Shorter secrets would match unrelated text. */
const MIN_LENGTH = 6;

/** Removes secrets from a response before it is stored: some partners, and debugging services, return what they received. */
function redactSecrets(result: SendResult, secrets: readonly string[]): SendResult {
  const forms = secrets.filter((secret) => secret.length >= MIN_LENGTH).flatMap(formsOf);
  const { responseBody, responseHeaders } = result;
  return {
    ...result,
    responseBody: responseBody && redactBytes(responseBody, forms, result.responseTruncated),
    responseHeaders: responseHeaders?.map(([name, value]) => [name, redactText(value, forms)]) ?? null,
  };
}

// The secret as sent, and as encoded in JSON, URLs and forms. Bytes are compared as Latin-1, which preserves each byte.
function formsOf(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  const json = JSON.stringify(wellFormed).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const php = ascii.replaceAll('/', '\\/');
  const form = new URLSearchParams({ '': secret }).toString().slice(1);
  const texts = [secret, json, ascii, php, form, form.replaceAll('+', '%20'), encodeURIComponent(wellFormed)];
  return [...new Set([secret, ...texts.map((text) => Buffer.from(text).toString('latin1'))])];
}

function redactBytes(bytes: Buffer, forms: readonly string[], isCut: boolean): Buffer {
  const text = bytes.toString('latin1');
  const whole = redactText(text, forms);
  const redacted = isCut ? redactEnd(whole, forms) : whole;
  return redacted === text ? bytes : Buffer.from(redacted, 'latin1');
}

// A truncated body may end in the middle of a secret.
function redactEnd(text: string, forms: readonly string[]): string {
  const lengths = forms.map((form) => {
    for (let length = form.length - 1; length >= MIN_LENGTH; length -= 1)
      if (text.endsWith(form.slice(0, length))) return length;
    return 0;
  });
  const longest = Math.max(0, ...lengths);
  return longest === 0 ? text : text.slice(0, -longest) + SECRET_VALUE;
}

function redactText(text: string, forms: readonly string[]): string {
  return forms.reduce((redacted, form) => redacted.replaceAll(form, SECRET_VALUE), text);
}
