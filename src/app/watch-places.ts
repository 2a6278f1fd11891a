import { tooMany } from './refusal';

/** How many may watch at once. A stream of server-sent events is a connection with one subscription. */
export const WATCH_LIMITS = {
  /** Connections of one API key. */
  connectionsPerKey: 20,
  /** Subscriptions of one WebSocket. */
  subscriptionsPerSocket: 20,
  /** Subscriptions of this process, and likewise its WebSockets. */
  subscriptions: 1_000,
} as const;

const RETRY_SECONDS = 10;

/** Each way in gives back the way out, which may be called more than once. */
export interface WatchPlaces {
  /** @throws Refusal 429 */
  connect(apiKeyId: string): () => void;
  /** @throws Refusal 429 */
  subscribe(): () => void;
}

export function createWatchPlaces(): WatchPlaces {
  const connections = new Map<string, number>();
  let subscriptions = 0;
  return {
    connect(apiKeyId) {
      const open = connections.get(apiKeyId) ?? 0;
      if (open >= WATCH_LIMITS.connectionsPerKey) {
        throw tooMany(`This API key watches over ${open} connections, which is the most.`, RETRY_SECONDS);
      }
      connections.set(apiKeyId, open + 1);
      return once(() => {
        const left = (connections.get(apiKeyId) ?? 1) - 1;
        if (left > 0) connections.set(apiKeyId, left);
        else connections.delete(apiKeyId);
      });
    },
    subscribe() {
      if (subscriptions >= WATCH_LIMITS.subscriptions) {
        throw tooMany(`There are ${subscriptions} subscriptions at this server, which is the most.`, RETRY_SECONDS);
      }
      subscriptions += 1;
      return once(() => {
        subscriptions -= 1;
      });
    },
  };
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
