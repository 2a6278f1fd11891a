import type { GraphQLSchema } from 'graphql';
import type { Services } from '../../graphql/context';
import type { Log } from '../../logging/log';
import type { PoolShare } from '../../sql/session-pool';
import { credentialStates } from '../../users/sessions/authenticate-session';
import type { RateLimits } from '../edge/rate-limits';
import type { NoteAnswer } from '../graphql/executor';
import type { Gate } from '../graphql/graphql-gate';
import { createLiveKeys, type LiveKeys } from './live-session';
import { createSubscriptionSlots, type SubscriptionSlots } from './subscription-request';
import { createSubscriptions, type Subscriptions } from './subscriptions';

/** What server-sent events and WebSockets share. */
export interface WatchServer {
  schema: GraphQLSchema;
  subscriptions: Subscriptions;
  keys: LiveKeys;
  slots: SubscriptionSlots;
  rates: RateLimits;
  db: PoolShare;
  corsOrigins: readonly string[];
}

export interface WatchParts {
  schema: GraphQLSchema;
  gate: Gate;
  rates: RateLimits;
  /** On the primary: a replica may lag behind the event. */
  db: PoolShare;
  services: Services;
  noteAnswer: NoteAnswer;
  corsOrigins: readonly string[];
  log: Log;
}

export function createWatchServer({
  schema,
  gate,
  rates,
  db,
  services,
  noteAnswer,
  corsOrigins,
  log,
}: WatchParts): WatchServer {
  const slots = createSubscriptionSlots();
  return {
    schema,
    subscriptions: createSubscriptions({ schema, gate, db, services, slots, noteAnswer }),
    keys: createLiveKeys((credentials) => credentialStates(db, credentials), log),
    slots,
    rates,
    db,
    corsOrigins,
  };
}
