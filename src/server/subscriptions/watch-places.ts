import { tooMany } from '../edge/refusal';

/** How many may watch at once. A stream of server-sent events is a connection with one subscription. */
export const WATCH_LIMITS = {
  /** Connections of one API key. */
  connectionsPerKey: 20,
  /** Subscriptions of one WebSocket. */
  subscriptionsPerSocket: 20,
  /** WebSockets of one address range whose keys are not known yet. */
  arrivingPerRange: 50,
  /** Subscriptions of this process, and likewise its WebSockets. */
  subscriptions: 1_000,
} as const;

const RETRY_SECONDS = 10;

/** Each way in gives back the way out, which may be called more than once. */
export interface WatchPlaces {
  /** A WebSocket whose key is not known yet. @throws Refusal 429 */
  arrive(range: string): () => void;
  /** @throws Refusal 429 */
  connect(apiKeyId: string): () => void;
  /** @throws Refusal 429 */
  subscribe(): () => void;
}

export function createWatchPlaces(): WatchPlaces {
  const arriving = createPlacesOf(WATCH_LIMITS.arrivingPerRange, (open) => `From this address ${open} WebSockets wait`);
  const connections = createPlacesOf(
    WATCH_LIMITS.connectionsPerKey,
    (open) => `This API key watches over ${open} connections`,
  );
  let subscriptions = 0;
  return {
    arrive: arriving,
    connect: connections,
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

/** @param message of the refusal, without its end */
function createPlacesOf(most: number, message: (open: number) => string): (owner: string) => () => void {
  const byOwner = new Map<string, number>();
  return (owner) => {
    const open = byOwner.get(owner) ?? 0;
    if (open >= most) throw tooMany(`${message(open)}, which is the most.`, RETRY_SECONDS);
    byOwner.set(owner, open + 1);
    return once(() => {
      const left = (byOwner.get(owner) ?? 1) - 1;
      if (left > 0) byOwner.set(owner, left);
      else byOwner.delete(owner);
    });
  };
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
