// The API keys of those who stay connected: looked up again and again, as for each request of others.
import { currentMs } from '../../clock';
import type { Log } from '../../log';
import type { Standing } from '../../users/authenticate';

/** How soon those who stay connected notice that their key was revoked or their roles were changed. */
const CHECK_MS = 2_000;

/** What is told about a key; null: it is revoked or expired. */
export type OnStanding = (standing: Standing | null) => void;

export interface LiveKeys {
  /** @returns how to stop it */
  follow(apiKeyId: string, onStanding: OnStanding): () => void;
  stop(): void;
}

/** @param look finds what keys are worth, by their ids; it leaves out those that were revoked or have expired */
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
      for (const [apiKeyId, told] of lookedFor) {
        const standing = standings.get(apiKeyId) ?? null;
        for (const onStanding of [...told]) onStanding(standing);
        // one that is about to expire is looked at then
        if (standing?.expiresAt) waitMs = Math.min(waitMs, standing.expiresAt.getTime() - currentMs() + 1);
      }
    } catch (error) {
      // nothing reaches them either while the database is away
      log.debug({ err: error }, 'keys not looked up, trying again');
    }
    timer = followers.size > 0 ? setTimeout(check, Math.max(waitMs, 1)) : null;
  }

  return {
    follow(apiKeyId, onStanding) {
      const told = followers.get(apiKeyId) ?? new Set();
      followers.set(apiKeyId, told.add(onStanding));
      timer ??= setTimeout(check, CHECK_MS);
      return () => {
        told.delete(onStanding);
        if (told.size === 0 && followers.get(apiKeyId) === told) followers.delete(apiKeyId);
      };
    },
    stop() {
      if (timer) clearTimeout(timer);
      followers.clear();
    },
  };
}
