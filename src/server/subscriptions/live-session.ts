// One connection with subscriptions, and its viewer as last looked up.

import { type Credential, credentialId, type Viewer } from '../../access/viewer';
import { AppError } from '../../errors/errors';
import type { Log } from '../../logging/log';
import { currentMs } from '../../time/clock';
import type { CredentialState } from '../../users/api-keys/authenticate';

export interface LiveSession {
  viewer: Viewer;
  readonly requestId: string;
  readonly remoteAddress: string;
  readonly log: Log;
  readonly streams: Set<LiveStream>;
  close(): void;
}

/** One subscription of the connection. */
export interface LiveStream {
  /** Ends the subscription if roles or masking rules have changed, and the viewer may no longer have it. */
  check(): void;
  end(error: AppError): void;
}

type Caller = Pick<LiveSession, 'viewer' | 'requestId' | 'remoteAddress' | 'log'>;

/** @param onRefused called when the key is no longer valid, after its streams have ended with an error */
export function openSession(keys: LiveKeys, caller: Caller, onRefused: (error: AppError) => void): LiveSession {
  const session: LiveSession = { ...caller, streams: new Set(), close: () => leave() };
  const leave = keys.follow(caller.viewer, (state) => {
    if (state) {
      takeRoles(session, state);
      for (const stream of session.streams) stream.check();
    } else {
      const error = new AppError('UNAUTHENTICATED', noLongerValid(caller.viewer));
      for (const stream of session.streams) stream.end(error);
      onRefused(error);
    }
  });
  return session;
}

function noLongerValid({ sessionId }: Viewer): string {
  if (sessionId !== null) return 'This session has ended: sign in again.';
  return 'This API key is no longer valid: it was revoked or has expired.';
}

function takeRoles(session: LiveSession, { roles }: CredentialState): void {
  const before = session.viewer.roles;
  if (roles.size === before.size && [...roles].every((role) => before.has(role))) return;
  session.viewer = { ...session.viewer, roles };
}

// The API keys and sessions of open connections, which are looked up again every two seconds.

/** How soon a revoked key or session, or changed roles, take effect on open connections. */
const CHECK_MS = 2_000;

/** Called with the present state of a key or session; null: it is revoked or expired. */
export type OnState = (state: CredentialState | null) => void;

export interface LiveKeys {
  /** @returns a function that stops following */
  follow(credential: Credential, onState: OnState): () => void;
  stop(): void;
}

interface Followed {
  credential: Credential;
  callbacks: Set<OnState>;
}

/** @param readStates the valid keys and sessions by credentialId; it leaves out those that were revoked or have expired */
export function createLiveKeys(
  readStates: (credentials: readonly Credential[]) => Promise<ReadonlyMap<string, CredentialState>>,
  log: Log,
): LiveKeys {
  const followed = new Map<string, Followed>();
  let timer: NodeJS.Timeout | null = null;

  async function check(): Promise<void> {
    let waitMs = CHECK_MS;
    try {
      // what is followed only since then was not looked for, which does not make it revoked
      const asked = [...followed];
      const states = await readStates(asked.map(([, { credential }]) => credential));
      for (const [id, { callbacks }] of asked) {
        const state = states.get(id) ?? null;
        for (const onState of [...callbacks]) onState(state);
        // what is about to expire is checked at that moment
        if (state?.expiresAt) waitMs = Math.min(waitMs, state.expiresAt.getTime() - currentMs() + 1);
      }
    } catch (error) {
      // while the database is away, no event reaches these connections either
      log.debug({ err: error }, 'keys not looked up, trying again');
    }
    timer = followed.size > 0 ? setTimeout(check, Math.max(waitMs, 1)) : null;
  }

  return {
    follow({ apiKeyId, sessionId }, onState) {
      const credential = { apiKeyId, sessionId };
      const id = credentialId(credential);
      const known = followed.get(id) ?? { credential, callbacks: new Set() };
      known.callbacks.add(onState);
      followed.set(id, known);
      timer ??= setTimeout(check, CHECK_MS);
      return () => {
        known.callbacks.delete(onState);
        if (known.callbacks.size === 0 && followed.get(id) === known) followed.delete(id);
      };
    },
    stop() {
      if (timer) clearTimeout(timer);
      followed.clear();
    },
  };
}
