import { Field, InputType, Int } from 'type-graphql';
import { rejects } from '../../graphql/arguments/check-input';
import { IntFilter } from '../../graphql/lists/filter-inputs';
import { type FilterMap, intFilter } from '../../graphql/lists/where-to-sql';
import { withCommas } from '../../text';
import { MAX_CONCURRENCY, MAX_RATE_REQUESTS, MAX_RATE_SECONDS } from '../setting-limits';

export const RATE_LIMIT_TEXT =
  'The maximum number of requests in a time window, over all processes; deliveries above the limit wait. INCOMING: ' +
  'valid calls above the limit are refused with 429, counted in each process separately. null: no limit.';
export const CONCURRENCY_TEXT =
  `The maximum number of concurrent requests of all processes, 1 to ${MAX_CONCURRENCY}; deliveries above the limit ` +
  'wait. null: only the capacity of the workers limits it.';
export const ORDERING_TEXT =
  'Keeps the deliveries of each document in order: the next delivery is sent when the previous one has ' +
  'succeeded. null: deliveries are not ordered. Deliveries that are open when the setting is set are not ' +
  'ordered. Later events overtake one that cannot be fanned out (`deadLetters`), with HOLD too.';

@InputType('RateLimitInput', { description: 'A limit on the number of requests in a sliding time window.' })
export class RateLimitInput {
  @Field(() => Int, {
    description: `The maximum number of requests in any window, 1 to ${withCommas(MAX_RATE_REQUESTS)}.`,
  })
  maxRequests: number;

  @Field(() => Int, { description: `The length of the window in seconds, 1 to ${withCommas(MAX_RATE_SECONDS)}.` })
  seconds: number;
}

const isWithin = (value: number, most: number) => value >= 1 && value <= most;
const isRateLimit = (value: unknown) => {
  if (value === null) return true;
  const { maxRequests, seconds } = value as RateLimitInput;
  return isWithin(maxRequests, MAX_RATE_REQUESTS) && isWithin(seconds, MAX_RATE_SECONDS);
};

export const RateLimit = () =>
  rejects('INVALID', 'rateLimit', isRateLimit, (value) => {
    const { maxRequests, seconds } = value as RateLimitInput;
    return `rateLimit is ${maxRequests} requests in ${seconds} s; it must be 1 to ${MAX_RATE_REQUESTS} in 1 to ${MAX_RATE_SECONDS} s.`;
  });

export const Concurrency = () =>
  rejects(
    'INVALID',
    'concurrency',
    (value) => value === null || isWithin(value as number, MAX_CONCURRENCY),
    (value) => `maxConcurrency is ${value}; it must be 1 to ${MAX_CONCURRENCY}, or null.`,
  );

@InputType('RateLimitWhere', { description: 'Rate limits that meet all of these conditions.' })
export class RateLimitWhere {
  @Field(() => IntFilter, { nullable: true, description: 'The maximum number of requests in any window.' })
  maxRequests?: IntFilter;

  @Field(() => IntFilter, { nullable: true, description: 'The length of the window in seconds.' })
  seconds?: IntFilter;
}

export const RATE_LIMIT_FILTER: FilterMap = {
  maxRequests: intFilter('rate_limit'),
  seconds: intFilter('rate_limit_seconds'),
};
