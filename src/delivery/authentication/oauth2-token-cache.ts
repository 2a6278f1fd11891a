// Caches OAuth2 access tokens (RFC 6749, section 4.4, client credentials).
import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { ConnectionSettings } from '../http/connection-settings';
import type { Sender } from '../http/send';
import { SendError } from '../send-error';
import type { OAuth2Client } from './decrypt-credentials';
import { type AccessToken, requestToken } from './oauth2-token-request';

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
