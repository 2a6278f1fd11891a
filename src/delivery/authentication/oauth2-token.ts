// Caches OAuth2 access tokens (RFC 6749, section 4.4, client credentials).
import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import type { ConnectionSettings } from '../http/connection-settings';
import type { Sender, SendResult } from '../http/send';
import { SendError } from '../send-error';
import type { OAuth2Client } from './decrypt-credentials';

export interface AccessTokens {
  /** The cached token, or a new one; or why there is none. @param timeoutMs in all */
  tokenFor(client: OAuth2Client, settings: ConnectionSettings, timeoutMs: number): Promise<string | SendError>;
  /** Call when the partner refused this token: the next request gets a new one. */
  drop(client: OAuth2Client, token: string): void;
}

/** The maximum number of cached tokens, one for each credential. */
const MAX_CACHED = 10_000;

/** The minimum interval of token requests, for partners that refuse every token and endpoints that issue none. */
const MIN_INTERVAL_MS = 500;

interface CacheEntry {
  token: AccessToken | null;
  requestedAt: number;
  /** The running token request, which all deliveries that need this token share. */
  running: Promise<AccessToken | SendError> | null;
}

export function createAccessTokens(sender: Sender): AccessTokens {
  const byClient = new LRUCache<string, CacheEntry>({ max: MAX_CACHED });

  function entryFor(id: string): CacheEntry {
    const known = byClient.get(id);
    if (known) return known;
    const entry = { token: null, requestedAt: Number.NEGATIVE_INFINITY, running: null };
    byClient.set(id, entry);
    return entry;
  }

  async function request(entry: CacheEntry, client: OAuth2Client, settings: ConnectionSettings, timeoutMs: number) {
    const restMs = entry.requestedAt + MIN_INTERVAL_MS - performance.now();
    if (restMs > 0) await wait(restMs);
    entry.requestedAt = performance.now();
    const leftMs = Math.max(1, timeoutMs - Math.max(0, Math.ceil(restMs)));
    const answer = await requestToken(sender, client, settings, leftMs);
    entry.token = answer instanceof SendError ? null : answer;
    return answer;
  }

  return {
    async tokenFor(client, settings, timeoutMs) {
      const entry = entryFor(client.id);
      if (entry.token && performance.now() < entry.token.renewAt) return entry.token.value;
      entry.running ??= request(entry, client, settings, timeoutMs).finally(() => {
        entry.running = null;
      });
      const answer = await withinTime(entry.running, timeoutMs);
      if (answer === null) return new SendError('AUTHENTICATION', lateText(client, timeoutMs));
      return answer instanceof SendError ? answer : answer.value;
    },
    drop(client, token) {
      const entry = byClient.get(client.id);
      if (entry?.token?.value === token) entry.token = null;
    },
  };
}

// A delivery that joins a running token request has its own deadline.
async function withinTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T | null> {
  const ended = new AbortController();
  try {
    return await Promise.race([answer, wait(timeoutMs, null, { signal: ended.signal })]);
  } finally {
    ended.abort();
  }
}

function lateText({ tokenUrl }: OAuth2Client, timeoutMs: number): string {
  const { host } = new URL(tokenUrl);
  return `The token endpoint ${host} issued no access token within ${timeoutMs / 1000} s, so nothing was sent.`;
}

interface AccessToken {
  value: string;
  /** By performance.now(): shortly before it expires. */
  renewAt: number;
}

/** For an endpoint that sends no lifetime. A 401 of the partner also ends the use of a token. */
const DEFAULT_LIFETIME_S = 300;
const MAX_LIFETIME_S = 24 * 3600;
/** A token must not expire while a request with it is on its way. */
const RENEW_BEFORE_MS = 30_000;

/**
 * Requests an access token through the sender, with its address guard, its limits and its timeout, and over the same proxy. The
 * client certificate is presented here too, because tokens can be bound to it (RFC 8705, section 3).
 */
async function requestToken(
  sender: Sender,
  client: OAuth2Client,
  settings: ConnectionSettings,
  timeoutMs: number,
): Promise<AccessToken | SendError> {
  const { host, origin } = new URL(client.tokenUrl);
  const server = { issuer: origin, token_endpoint: client.tokenUrl };
  const oauthClient = { client_id: client.clientId };
  let result: SendResult | null = null;
  try {
    const response = await clientCredentialsGrantRequest(
      server,
      oauthClient,
      authenticationOf(client),
      parametersOf(client),
      {
        headers: { 'user-agent': 'Hookledger' },
        // the sender decides whether http is allowed
        [allowInsecureRequests]: true,
        [customFetch]: async (url, { method, headers, body }) => {
          const pairs = Object.entries(headers);
          result = await sender.send({
            method,
            url,
            headers: pairs,
            body: Buffer.from(`${body}`),
            timeoutMs,
            ...settings,
          });
          return responseOf(result);
        },
      },
    );
    return tokenOf(await processClientCredentialsResponse(server, oauthClient, response));
  } catch (error) {
    return new SendError(codeOf(result), failureText(host, result, error));
  }
}

function parametersOf({ scope, audience }: OAuth2Client): Record<string, string> {
  return { ...(scope !== null && { scope }), ...(audience !== null && { audience }) };
}

function authenticationOf({ clientSecret, clientAuthentication }: OAuth2Client): ClientAuth {
  return clientAuthentication === 'BODY' ? ClientSecretPost(clientSecret) : basicAuthentication(clientSecret);
}

// The library's own function also encodes "-", "." and "_", unlike the specification (RFC 6749, appendix B). Many endpoints
// do not decode them, and client ids are often UUIDs.
function basicAuthentication(clientSecret: string): ClientAuth {
  return (_server, { client_id }, _body, headers) => {
    const pair = `${formEncoded(client_id)}:${formEncoded(clientSecret)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

// Without WWW-Authenticate: with it, the library would report the challenge instead of the body, which is more specific.
function responseOf({ responseStatus, responseHeaders, responseBody, errorCode }: SendResult): Response {
  if (responseStatus === null || (errorCode !== null && errorCode !== 'HTTP_STATUS')) throw new Error('no answer');
  const type = responseHeaders?.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const hasBody = ![204, 205, 304].includes(responseStatus);
  return new Response(hasBody ? new Uint8Array(responseBody ?? []) : null, {
    status: responseStatus,
    headers: { 'content-type': type },
  });
}

function tokenOf({ access_token: value, token_type, expires_in }: TokenEndpointResponse): AccessToken {
  if (token_type !== 'bearer' || !/^[\x21-\x7e]+$/.test(value)) throw new Error('no Bearer token');
  const lifetimeMs = Math.min(expires_in ?? DEFAULT_LIFETIME_S, MAX_LIFETIME_S) * 1000;
  return { value, renewAt: performance.now() + lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 2) };
}

// Only error codes of the specifications are quoted: other text could contain our secret, which the endpoint received.
const ERRORS = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'access_denied',
  'slow_down',
  'temporarily_unavailable',
  'server_error',
]);

// what this machine lacks, the endpoint did not refuse
function codeOf(result: SendResult | null): 'AUTHENTICATION' | 'NOT_SENT' {
  return result?.errorCode === 'NOT_SENT' ? 'NOT_SENT' : 'AUTHENTICATION';
}

function failureText(host: string, result: SendResult | null, error: unknown): string {
  if (result === null)
    return `The token endpoint ${host} cannot be called, so nothing was sent: its URL is not an HTTP URL.`;
  const { responseStatus, errorCode, error: fault } = result;
  if (errorCode !== null && errorCode !== 'HTTP_STATUS') {
    return `There is no access token, so nothing was sent. ${fault?.replace(/^Nothing was sent[.:] /, 'Why: ')}`;
  }
  const asked = `The token endpoint ${host} answered ${responseStatus}`;
  if (responseStatus === 200)
    return `${asked}, but without a Bearer token (RFC 6749, section 5.1), so nothing was sent.`;
  const said = error instanceof ResponseBodyError && ERRORS.has(error.error) ? ` (${error.error})` : '';
  return `${asked}${said}, so nothing was sent.`;
}
