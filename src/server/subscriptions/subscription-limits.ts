import { once } from '../edge/once';
import { tooMany } from '../edge/refusal';

/** Limits of open subscriptions. A stream of server-sent events is a connection with one subscription. */
export const SUBSCRIPTION_LIMITS = {
  /** Connections of one API key. */
  connectionsPerKey: 20,
  /** Subscriptions of one WebSocket. */
  subscriptionsPerSocket: 20,
  /** WebSockets of one address range that have not sent their key yet. */
  arrivingPerRange: 50,
  /** Subscriptions of this process; the same limit applies to its WebSockets. */
  subscriptions: 1_000,
} as const;

const RETRY_SECONDS = 10;

/** Each method returns a function that gives the slot back; it may be called more than once. */
export interface SubscriptionSlots {
  /** A WebSocket that has not sent its key yet. @throws Refusal 429 */
  arrive(range: string): () => void;
  /** @throws Refusal 429 */
  connect(apiKeyId: string): () => void;
  /** @throws Refusal 429 */
  subscribe(): () => void;
}

export function createSubscriptionSlots(): SubscriptionSlots {
  const arriving = createSlotsOf(
    SUBSCRIPTION_LIMITS.arrivingPerRange,
    (open) => `From this address ${open} WebSockets wait`,
  );
  const connections = createSlotsOf(
    SUBSCRIPTION_LIMITS.connectionsPerKey,
    (open) => `This API key watches over ${open} connections`,
  );
  let subscriptions = 0;
  return {
    arrive: arriving,
    connect: connections,
    subscribe() {
      if (subscriptions >= SUBSCRIPTION_LIMITS.subscriptions) {
        throw tooMany(`There are ${subscriptions} subscriptions at this server, the maximum.`, RETRY_SECONDS);
      }
      subscriptions += 1;
      return once(() => {
        subscriptions -= 1;
      });
    },
  };
}

/** @param message the beginning of the refusal */
function createSlotsOf(most: number, message: (open: number) => string): (owner: string) => () => void {
  const byOwner = new Map<string, number>();
  return (owner) => {
    const open = byOwner.get(owner) ?? 0;
    if (open >= most) throw tooMany(`${message(open)}, the maximum.`, RETRY_SECONDS);
    byOwner.set(owner, open + 1);
    return once(() => {
      const left = (byOwner.get(owner) ?? 1) - 1;
      if (left > 0) byOwner.set(owner, left);
      else byOwner.delete(owner);
    });
  };
}
