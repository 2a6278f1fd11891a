// The API keys and sessions of open connections, which are looked up again every two seconds.
import { currentMs } from '../../clock';
import type { Log } from '../../log';
import type { Standing } from '../../users/api-keys/authenticate';
import { type Credential, credentialId } from '../../viewer';

/** How soon a revoked key or session, or changed roles, take effect on open connections. */
const CHECK_MS = 2_000;

/** Called with the present state of a key or session; null: it is revoked or expired. */
export type OnStanding = (standing: Standing | null) => void;

export interface LiveKeys {
  /** @returns a function that stops following */
  follow(credential: Credential, onStanding: OnStanding): () => void;
  stop(): void;
}

interface Followed {
  credential: Credential;
  callbacks: Set<OnStanding>;
}

/** @param look the valid keys and sessions by credentialId; it leaves out those that were revoked or have expired */
export function createLiveKeys(
  look: (credentials: readonly Credential[]) => Promise<ReadonlyMap<string, Standing>>,
  log: Log,
): LiveKeys {
  const followed = new Map<string, Followed>();
  let timer: NodeJS.Timeout | null = null;

  async function check(): Promise<void> {
    let waitMs = CHECK_MS;
    try {
      // what is followed only since then was not looked for, which does not make it revoked
      const lookedFor = [...followed];
      const standings = await look(lookedFor.map(([, { credential }]) => credential));
      for (const [id, { callbacks }] of lookedFor) {
        const standing = standings.get(id) ?? null;
        for (const onStanding of [...callbacks]) onStanding(standing);
        // what is about to expire is checked at that moment
        if (standing?.expiresAt) waitMs = Math.min(waitMs, standing.expiresAt.getTime() - currentMs() + 1);
      }
    } catch (error) {
      // while the database is away, no event reaches these connections either
      log.debug({ err: error }, 'keys not looked up, trying again');
    }
    timer = followed.size > 0 ? setTimeout(check, Math.max(waitMs, 1)) : null;
  }

  return {
    follow({ apiKeyId, sessionId }, onStanding) {
      const credential = { apiKeyId, sessionId };
      const id = credentialId(credential);
      const known = followed.get(id) ?? { credential, callbacks: new Set() };
      known.callbacks.add(onStanding);
      followed.set(id, known);
      timer ??= setTimeout(check, CHECK_MS);
      return () => {
        known.callbacks.delete(onStanding);
        if (known.callbacks.size === 0 && followed.get(id) === known) followed.delete(id);
      };
    },
    stop() {
      if (timer) clearTimeout(timer);
      followed.clear();
    },
  };
}
