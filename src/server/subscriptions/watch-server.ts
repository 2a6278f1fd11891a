import type { GraphQLSchema } from 'graphql';
import type { DataSource } from 'typeorm';
import type { Services } from '../../graphql/context';
import type { Log } from '../../log';
import { standingsOf } from '../../users/authenticate';
import type { RateLimits } from '../edge/rate-limits';
import type { Gate } from '../graphql/graphql-gate';
import { createLiveKeys, type LiveKeys } from './live-keys';
import { createSubscriptionSlots, type SubscriptionSlots } from './subscription-limits';
import { createSubscriptions, type Subscriptions } from './subscriptions';

/** What server-sent events and WebSockets share. */
export interface WatchServer {
  schema: GraphQLSchema;
  subscriptions: Subscriptions;
  keys: LiveKeys;
  slots: SubscriptionSlots;
  rates: RateLimits;
  source: DataSource;
  corsOrigins: readonly string[];
}

export interface WatchParts {
  schema: GraphQLSchema;
  gate: Gate;
  rates: RateLimits;
  /** A pool of its own, on the primary: a replica may lag behind the event. */
  source: DataSource;
  services: Services;
  corsOrigins: readonly string[];
  log: Log;
}

export function createWatchServer({
  schema,
  gate,
  rates,
  source,
  services,
  corsOrigins,
  log,
}: WatchParts): WatchServer {
  const slots = createSubscriptionSlots();
  return {
    schema,
    subscriptions: createSubscriptions({ schema, gate, source, services, slots }),
    keys: createLiveKeys((ids) => standingsOf(source.manager, ids), log),
    slots,
    rates,
    source,
    corsOrigins,
  };
}
