import { Field, InputType, Int } from 'type-graphql';
import { rejects } from '../../graphql/arguments/check-input';
import { by, partOf } from '../../graphql/lists/where';
import { withCommas } from '../../values/text';
import type { RequestSettings } from '../request/request-settings';
import { MAX_CONCURRENCY, MAX_RATE_REQUESTS, MAX_RATE_SECONDS } from '../setting-limits';
import type { Ordering } from '../webhook.entity';
import { WebhookConnectionInput } from './credential.type';
import { OrderingEnum } from './webhook.type';

const RATE_LIMIT_TEXT =
  'The maximum number of requests in a time window, over all processes; deliveries above the limit wait. INCOMING: ' +
  'valid calls above the limit are refused with 429, counted in each process separately. null: no limit.';
const CONCURRENCY_TEXT =
  `The maximum number of concurrent requests of all processes, 1 to ${MAX_CONCURRENCY}; deliveries above the limit ` +
  'wait. null: only the capacity of the workers limits it.';
const ORDERING_TEXT =
  'Keeps the deliveries of each document in order: the next delivery is sent when the previous one has ' +
  'succeeded. null: deliveries are not ordered. Deliveries that are open when the setting is set are not ' +
  'ordered. Later events overtake one that cannot be fanned out (`deadLetters`), with HOLD too.';

@InputType('RateLimitInput', { description: 'A limit on the number of requests in a sliding time window.' })
class RateLimitInput {
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

const RateLimit = () =>
  rejects('INVALID', 'rateLimit', isRateLimit, (value) => {
    const { maxRequests, seconds } = value as RateLimitInput;
    return `rateLimit is ${maxRequests} requests in ${seconds} s; it must be 1 to ${MAX_RATE_REQUESTS} in 1 to ${MAX_RATE_SECONDS} s.`;
  });

const Concurrency = () =>
  rejects(
    'INVALID',
    'concurrency',
    (value) => value === null || isWithin(value as number, MAX_CONCURRENCY),
    (value) => `maxConcurrency is ${value}; it must be 1 to ${MAX_CONCURRENCY}, or null.`,
  );

export const RateLimitWhere = partOf('RateLimitWhere', 'Rate limits that meet all of these conditions.', {
  maxRequests: by.integer('The maximum number of requests in any window.', { column: 'rate_limit' }),
  seconds: by.integer('The length of the window in seconds.', { column: 'rate_limit_seconds' }),
});
export type RateLimitWhere = InstanceType<typeof RateLimitWhere>;

/**
 * What is sent and when; the same for a new and for a changed webhook. It extends WebhookConnectionInput, which extends
 * AgreementInput, because a class can extend only one other.
 */
@InputType()
export abstract class WebhookRequestInput extends WebhookConnectionInput implements RequestSettings {
  @RateLimit()
  @Field(() => RateLimitInput, { nullable: true, description: RATE_LIMIT_TEXT })
  rateLimit?: RateLimitInput | null;

  @Concurrency()
  @Field(() => Int, { nullable: true, description: CONCURRENCY_TEXT })
  maxConcurrency?: number | null;

  @Field(() => OrderingEnum, { nullable: true, description: ORDERING_TEXT })
  ordering?: Ordering | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the webhook may receive the entries of the audit trail as events (`audit.<action>`), if it subscribes to them. ' +
      'Only a SYSTEM_MANAGER may set it, and no other role may change or test such a webhook, forward calls to it, or act on its ' +
      'deliveries: FORBIDDEN for others. ' +
      'Default, null: false.',
  })
  receiveAuditEvents?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether each request carries the header `hookledger-head`: the newest signed head of the sealed log, as ' +
      '`evidenceHeads { nodes { checkpoint } }` without lines of witnesses, in base64. With it, the partner can prove a later rewriting ' +
      'of the log, and that Hookledger signed the head. Default, null: false.',
  })
  sendEvidenceHead?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether each request that belongs to a trace carries its place in it, in the header `traceparent` of the W3C trace context. The ' +
      'partner can continue the trace, and learns its id. Default, null: false.',
  })
  sendTraceparent?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether SUPPORT may see masked content of the requests, with a reason (`revealContent`). Only a ' +
      'SYSTEM_MANAGER may change it, also by an import or a restored version: FORBIDDEN for others. Default, ' +
      'null: false.',
  })
  supportMayReveal?: boolean | null;
}
