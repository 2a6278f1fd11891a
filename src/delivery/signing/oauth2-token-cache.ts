// OAuth2 client credentials (RFC 6749, section 4.4): from a client id and secret to what a request carries.
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientCertificate } from '../http/client-certificate';
import type { Sender } from '../http/send';
import { SendError } from '../send-error';
import type { OAuth2Client } from './credentials';
import { type AccessToken, requestToken } from './oauth2-token-request';

export interface AccessTokens {
  /** The token that is held, or a new one; or why there is none. @param timeoutMs for all of it */
  tokenFor(client: OAuth2Client, certificate: ClientCertificate | null, timeoutMs: number): Promise<string | SendError>;
  /** The partner did not accept this token: the next request gets another one. */
  drop(client: OAuth2Client, token: string): void;
}

/** Of credentials; each holds at most one token. */
const MAX_HELD = 10_000;

/** A partner that accepts no token at all, and an endpoint that gives none, are asked no more often than this. */
const ASK_EVERY_MS = 500;

interface Held {
  token: AccessToken | null;
  askedAt: number;
  /** One request at a time: a thousand deliveries that wait for a token need one. */
  asking: Promise<AccessToken | SendError> | null;
}

export function createAccessTokens(sender: Sender): AccessTokens {
  const byClient = new Map<string, Held>();

  function heldFor(id: string): Held {
    const known = byClient.get(id);
    if (known) return known;
    const held = { token: null, askedAt: Number.NEGATIVE_INFINITY, asking: null };
    const oldest = byClient.size >= MAX_HELD ? byClient.keys().next().value : undefined;
    if (oldest !== undefined) byClient.delete(oldest);
    byClient.set(id, held);
    return held;
  }

  async function ask(held: Held, client: OAuth2Client, certificate: ClientCertificate | null, timeoutMs: number) {
    const restMs = held.askedAt + ASK_EVERY_MS - performance.now();
    if (restMs > 0) await wait(restMs);
    held.askedAt = performance.now();
    const leftMs = Math.max(1, timeoutMs - Math.max(0, Math.ceil(restMs)));
    const answer = await requestToken(sender, client, certificate, leftMs);
    held.token = answer instanceof SendError ? null : answer;
    return answer;
  }

  return {
    async tokenFor(client, certificate, timeoutMs) {
      const held = heldFor(client.id);
      if (held.token && performance.now() < held.token.renewAt) return held.token.value;
      held.asking ??= ask(held, client, certificate, timeoutMs).finally(() => {
        held.asking = null;
      });
      const answer = await withinTime(held.asking, timeoutMs);
      if (answer === null) return new SendError('AUTHENTICATION', lateText(client, timeoutMs));
      return answer instanceof SendError ? answer : answer.value;
    },
    drop(client, token) {
      const held = byClient.get(client.id);
      if (held?.token?.value === token) held.token = null;
    },
  };
}

// who joins a request that somebody else began has a deadline of their own
async function withinTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T | null> {
  const given = new AbortController();
  try {
    return await Promise.race([answer, wait(timeoutMs, null, { signal: given.signal })]);
  } finally {
    given.abort();
  }
}

function lateText({ tokenUrl }: OAuth2Client, timeoutMs: number): string {
  const { host } = new URL(tokenUrl);
  return `The token endpoint ${host} gave no access token within ${timeoutMs / 1000} s, so nothing was sent.`;
}
