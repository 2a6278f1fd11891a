import type { GraphQLSchema } from 'graphql';
import type { DataSource } from 'typeorm';
import type { Services } from '../../graphql/context';
import type { Log } from '../../log';
import { standingsOf } from '../../users/authenticate';
import type { RateLimits } from '../edge/rate-limits';
import type { Gate } from '../graphql/graphql-gate';
import { createLiveKeys, type LiveKeys } from './live-keys';
import { createSubscriptions, type Subscriptions } from './subscriptions';
import { createWatchPlaces, type WatchPlaces } from './watch-places';

/** What server-sent events and WebSockets share. */
export interface WatchServer {
  schema: GraphQLSchema;
  subscriptions: Subscriptions;
  keys: LiveKeys;
  places: WatchPlaces;
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
  const places = createWatchPlaces();
  return {
    schema,
    subscriptions: createSubscriptions({ schema, gate, source, services, places }),
    keys: createLiveKeys((ids) => standingsOf(source.manager, ids), log),
    places,
    rates,
    source,
    corsOrigins,
  };
}
