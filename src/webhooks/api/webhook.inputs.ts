import { Field, ID, InputType, Int } from 'type-graphql';
import { quoted } from '../../errors';
import { rejects, ShortText } from '../../graphql/arguments/check-input';
import type { ProviderName } from '../../verification/provider-name';
import type { Direction, Ordering, SignatureScheme } from '../webhook.entity';
import { ProviderEnum } from './agreement.type';
import {
  BASIC_AUTH_TEXT,
  BasicAuthInput,
  CLIENT_CERTIFICATE_TEXT,
  ClientCertificateInput,
  OAUTH2_TEXT,
  OAuth2Input,
  SECRET_HEADERS_TEXT,
  SecretHeaderInput,
} from './credential.inputs';
import {
  CONCURRENCY_TEXT,
  Concurrency,
  ORDERING_TEXT,
  RATE_LIMIT_TEXT,
  RateLimit,
  RateLimitInput,
} from './rate-limits.inputs';
import { WebhookRequestInput } from './request.inputs';
import { SIGNATURES_TEXT, Signatures } from './signing.inputs';
import { SignatureSchemeEnum } from './signing-key.type';
import { DirectionEnum, OrderingEnum } from './webhook.type';

const MAX_EVENTS = 100;
const MAX_ATTEMPTS = 20;
const MAX_WAIT_S = 7 * 24 * 3600;
const URL_TEXT =
  'OUTGOING: https, at most 2,048 characters, no credentials, no private address. http where ALLOW_HTTP_TARGETS is on. ' +
  'Its path and query may be a Liquid template, whose outputs are percent-encoded.';
const SCHEDULE_TEXT = `Seconds to wait before each attempt, 1 to ${MAX_ATTEMPTS} numbers from 0 to ${MAX_WAIT_S}.`;
const TIMEOUT_TEXT = 'Milliseconds for a whole attempt, 1,000 to 30,000; default 15,000.';

const MAX_DEDUPE_S = 24 * 3600;
const DEDUPE_TEXT =
  'Seconds, 1 to 86,400, within which an event is not sent twice: one with the same type, event, reference and bytes of ' +
  'data as one that arrived or is on its way is skipped as a DUPLICATE.';

const isSchedule = (value: unknown) =>
  value === null ||
  (Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= MAX_ATTEMPTS &&
    value.every((wait: number) => wait >= 0 && wait <= MAX_WAIT_S));
const isTimeout = (value: unknown) => value === null || ((value as number) >= 1_000 && (value as number) <= 30_000);
const isDedupe = (value: unknown) => value === null || ((value as number) >= 1 && (value as number) <= MAX_DEDUPE_S);
const isShortList = (value: unknown) => value === null || (value as unknown[]).length <= MAX_EVENTS;

const FewEvents = () =>
  rejects('TOO_LARGE', 'few', isShortList, (value) => {
    return `events has ${(value as unknown[]).length} names; at most ${MAX_EVENTS} are taken.`;
  });
const Schedule = () =>
  rejects('INVALID', 'schedule', isSchedule, (value) => `retrySchedule is [${quoted(value)}]. ${SCHEDULE_TEXT}`);
const Timeout = () => rejects('INVALID', 'timeout', isTimeout, (value) => `timeoutMs is ${value}. ${TIMEOUT_TEXT}`);

const Dedupe = () =>
  rejects('INVALID', 'dedupe', isDedupe, (value) => `dedupeSeconds is ${value}; it takes 1 to 86,400 or null.`);

@InputType('CreateWebhookInput', {
  description: 'A new webhook: `name` and `url` are enough for one that gets everything, signed, ten attempts each.',
})
export class CreateWebhookInput extends WebhookRequestInput {
  @ShortText()
  @Field(() => String, { description: '1 to 200 characters.' })
  name: string;

  @Field(() => DirectionEnum, { defaultValue: 'OUTGOING', description: 'Who calls whom.' })
  direction: Direction;

  @Field(() => ProviderEnum, {
    nullable: true,
    description: 'INCOMING: whose way of signing the calls follow, for good. Default, null: STANDARD_WEBHOOKS.',
  })
  provider?: ProviderName | null;

  @Field(() => String, { nullable: true, description: URL_TEXT })
  url?: string | null;

  @ShortText(200, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description:
      'At most 200 characters, such as "Sales Invoice". Left out or null: documents of every type. INCOMING: what the ' +
      "document type of its events is; left out or null: the provider's name, such as GitHub.",
  })
  documentType?: string | null;

  @FewEvents()
  @Field(() => [String], {
    nullable: true,
    description: `At most ${MAX_EVENTS}. Left out or empty: every event. INCOMING: calls of others are only recorded.`,
  })
  events?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Who answers for it, `usr_...`; left out or null: you.' })
  ownerId?: string | null;

  @Schedule()
  @Field(() => [Int], { nullable: true, description: `${SCHEDULE_TEXT} Default: that of Standard Webhooks.` })
  retrySchedule?: number[] | null;

  @Timeout()
  @Field(() => Int, { nullable: true, description: TIMEOUT_TEXT })
  timeoutMs?: number | null;

  @Signatures(true)
  @Field(() => [SignatureSchemeEnum], { nullable: true, description: `${SIGNATURES_TEXT} Default, null: [V1].` })
  signatures?: SignatureScheme[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Your own secret for V1: `whsec_` and base64 of 24 to 64 bytes. INCOMING: that of the provider, in its form. Left ' +
      'out or null: a random one, but none where the partner issues it: give it with rotateWebhookSecret then.',
  })
  secret?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The secret of the Frappe webhook that this one replaces, 1 to 200 characters; null: a random one.',
  })
  frappeSecret?: string | null;

  @Dedupe()
  @Field(() => Int, { nullable: true, description: `${DEDUPE_TEXT} Default, null: off.` })
  dedupeSeconds?: number | null;

  @RateLimit()
  @Field(() => RateLimitInput, { nullable: true, description: RATE_LIMIT_TEXT })
  rateLimit?: RateLimitInput | null;

  @Concurrency()
  @Field(() => Int, { nullable: true, description: CONCURRENCY_TEXT })
  maxConcurrency?: number | null;

  @Field(() => OrderingEnum, { nullable: true, description: ORDERING_TEXT })
  ordering?: Ordering | null;

  @Field(() => [SecretHeaderInput], { nullable: true, description: SECRET_HEADERS_TEXT })
  secretHeaders?: SecretHeaderInput[] | null;

  @Field(() => BasicAuthInput, { nullable: true, description: BASIC_AUTH_TEXT })
  basicAuth?: BasicAuthInput | null;

  @Field(() => OAuth2Input, { nullable: true, description: OAUTH2_TEXT })
  oauth2?: OAuth2Input | null;

  @Field(() => ClientCertificateInput, { nullable: true, description: CLIENT_CERTIFICATE_TEXT })
  clientCertificate?: ClientCertificateInput | null;
}

@InputType('UpdateWebhookInput', {
  description: 'Fields that are left out stay as they are. Deliveries that exist already keep their URL and body.',
})
export class UpdateWebhookInput extends WebhookRequestInput {
  @Field(() => ID, { description: 'The webhook, `whk_...`.' })
  id: string;

  @ShortText()
  @Field(() => String, { nullable: true, description: '1 to 200 characters; null is refused.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      `${URL_TEXT} Where it leads to another scheme, host or port, credentials must be given again in the same call, or ` +
      'null: CONFLICT.',
  })
  url?: string | null;

  @ShortText(200, { nullable: true })
  @Field(() => String, { nullable: true, description: 'At most 200 characters; null: documents of every type.' })
  documentType?: string | null;

  @FewEvents()
  @Field(() => [String], { nullable: true, description: `At most ${MAX_EVENTS}; null or empty: every event.` })
  events?: string[] | null;

  @rejects(
    'REQUIRED',
    'given',
    (value) => value !== null,
    () => 'ownerId must not be null: a webhook has an owner.',
  )
  @Field(() => ID, { nullable: true, description: 'Who answers for it, `usr_...`; null is refused.' })
  ownerId?: string | null;

  @Schedule()
  @Field(() => [Int], { nullable: true, description: `${SCHEDULE_TEXT} null: the default schedule.` })
  retrySchedule?: number[] | null;

  @Timeout()
  @Field(() => Int, { nullable: true, description: `${TIMEOUT_TEXT} null: the default.` })
  timeoutMs?: number | null;

  @Signatures(false)
  @Field(() => [SignatureSchemeEnum], {
    nullable: true,
    description: `${SIGNATURES_TEXT} What is added gets a new secret, which the answer shows; what is removed ends at once.`,
  })
  signatures?: SignatureScheme[] | null;

  @Dedupe()
  @Field(() => Int, { nullable: true, description: `${DEDUPE_TEXT} null: off.` })
  dedupeSeconds?: number | null;

  @RateLimit()
  @Field(() => RateLimitInput, { nullable: true, description: RATE_LIMIT_TEXT })
  rateLimit?: RateLimitInput | null;

  @Concurrency()
  @Field(() => Int, { nullable: true, description: CONCURRENCY_TEXT })
  maxConcurrency?: number | null;

  @Field(() => OrderingEnum, { nullable: true, description: ORDERING_TEXT })
  ordering?: Ordering | null;

  @Field(() => [SecretHeaderInput], {
    nullable: true,
    description: `${SECRET_HEADERS_TEXT} This is the whole list; null: none.`,
  })
  secretHeaders?: SecretHeaderInput[] | null;

  @Field(() => BasicAuthInput, { nullable: true, description: `${BASIC_AUTH_TEXT} null: removed.` })
  basicAuth?: BasicAuthInput | null;

  @Field(() => OAuth2Input, { nullable: true, description: `${OAUTH2_TEXT} null: removed.` })
  oauth2?: OAuth2Input | null;

  @Field(() => ClientCertificateInput, { nullable: true, description: `${CLIENT_CERTIFICATE_TEXT} null: removed.` })
  clientCertificate?: ClientCertificateInput | null;
}

@InputType('PauseWebhookInput', { description: 'Which webhook rests, and why.' })
export class PauseWebhookInput {
  @Field(() => ID, { description: 'A webhook that is ACTIVE, `whk_...`.' })
  id: string;

  @ShortText(1_000, { nullable: true })
  @Field(() => String, { nullable: true, description: 'Why, for whoever wonders later; at most 1,000 characters.' })
  reason?: string | null;
}

@InputType('ResumeWebhookInput', { description: 'Which webhook goes on.' })
export class ResumeWebhookInput {
  @Field(() => ID, { description: 'A webhook that is PAUSED or DISABLED, `whk_...`.' })
  id: string;
}

@InputType('ArchiveWebhookInput', { description: 'Which webhook ends, for good.' })
export class ArchiveWebhookInput {
  @Field(() => ID, { description: 'A webhook, `whk_...`.' })
  id: string;
}
