// One connection with subscriptions, and its viewer as last looked up.
import { AppError } from '../../errors';
import type { Log } from '../../log';
import type { CredentialState } from '../../users/api-keys/authenticate';
import type { Viewer } from '../../viewer';
import type { LiveKeys } from './live-keys';

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
