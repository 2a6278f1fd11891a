// The API keys of open connections, which are looked up again every two seconds.
import { currentMs } from '../../clock';
import type { Log } from '../../log';
import type { Standing } from '../../users/authenticate';

/** How soon a revoked key or changed roles take effect on open connections. */
const CHECK_MS = 2_000;

/** Called with the present state of a key; null: it is revoked or expired. */
export type OnStanding = (standing: Standing | null) => void;

export interface LiveKeys {
  /** @returns a function that stops following the key */
  follow(apiKeyId: string, onStanding: OnStanding): () => void;
  stop(): void;
}

/** @param look finds keys by their ids; it leaves out those that were revoked or have expired */
export function createLiveKeys(
  look: (apiKeyIds: readonly string[]) => Promise<ReadonlyMap<string, Standing>>,
  log: Log,
): LiveKeys {
  const followers = new Map<string, Set<OnStanding>>();
  let timer: NodeJS.Timeout | null = null;

  async function check(): Promise<void> {
    let waitMs = CHECK_MS;
    try {
      // a key that is followed only since then was not looked for, which does not make it revoked
      const lookedFor = [...followers];
      const standings = await look(lookedFor.map(([apiKeyId]) => apiKeyId));
      for (const [apiKeyId, callbacks] of lookedFor) {
        const standing = standings.get(apiKeyId) ?? null;
        for (const onStanding of [...callbacks]) onStanding(standing);
        // a key that is about to expire is checked at that moment
        if (standing?.expiresAt) waitMs = Math.min(waitMs, standing.expiresAt.getTime() - currentMs() + 1);
      }
    } catch (error) {
      // while the database is away, no event reaches these connections either
      log.debug({ err: error }, 'keys not looked up, trying again');
    }
    timer = followers.size > 0 ? setTimeout(check, Math.max(waitMs, 1)) : null;
  }

  return {
    follow(apiKeyId, onStanding) {
      const callbacks = followers.get(apiKeyId) ?? new Set();
      followers.set(apiKeyId, callbacks.add(onStanding));
      timer ??= setTimeout(check, CHECK_MS);
      return () => {
        callbacks.delete(onStanding);
        if (callbacks.size === 0 && followers.get(apiKeyId) === callbacks) followers.delete(apiKeyId);
      };
    },
    stop() {
      if (timer) clearTimeout(timer);
      followers.clear();
    },
  };
}
