import { Field, InputType, Int } from 'type-graphql';
import { rejects } from '../../graphql/arguments/check-input';

const MAX_REQUESTS = 10_000;
const MAX_SECONDS = 3_600;
const MAX_CONCURRENCY = 500;

export const RATE_LIMIT_TEXT =
  'At most so many requests in any so many seconds, over all processes; what is over it waits. INCOMING: calls that are ' +
  'right but over it are refused with 429, in each process by itself. null: no limit.';
export const CONCURRENCY_TEXT =
  `Requests on the wire at once, 1 to ${MAX_CONCURRENCY}, over all processes; what is over it waits. null: what each ` +
  'worker has room for.';
export const ORDERING_TEXT =
  'Keeps the deliveries of each document in order, one at a time: the next goes when the one before has arrived. ' +
  'null: no order. What is open when it is switched on is not kept in order.';

@InputType('RateLimitInput', { description: 'So many requests in any window of so many seconds.' })
export class RateLimitInput {
  @Field(() => Int, { description: `1 to ${MAX_REQUESTS}.` })
  requests: number;

  @Field(() => Int, { description: `1 to ${MAX_SECONDS}.` })
  seconds: number;
}

const isWithin = (value: number, most: number) => value >= 1 && value <= most;
const isRateLimit = (value: unknown) => {
  if (value === null) return true;
  const { requests, seconds } = value as RateLimitInput;
  return isWithin(requests, MAX_REQUESTS) && isWithin(seconds, MAX_SECONDS);
};

export const RateLimit = () =>
  rejects('INVALID', 'rateLimit', isRateLimit, (value) => {
    const { requests, seconds } = value as RateLimitInput;
    return `rateLimit is ${requests} requests in ${seconds} s; it takes 1 to ${MAX_REQUESTS} in 1 to ${MAX_SECONDS} s.`;
  });

export const Concurrency = () =>
  rejects(
    'INVALID',
    'concurrency',
    (value) => value === null || isWithin(value as number, MAX_CONCURRENCY),
    (value) => `maxConcurrency is ${value}; it takes 1 to ${MAX_CONCURRENCY}, or null.`,
  );
