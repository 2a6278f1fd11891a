import { Field, ID, InputType, Int } from 'type-graphql';
import { quoted } from '../../errors/errors';
import { Reason, rejects, ShortText } from '../../graphql/arguments/check-input';
import { REASON_RULE } from '../../values/reason';
import { withCommas } from '../../values/text';
import type { ProviderName } from '../../verification/provider';
import {
  DEFAULT_TIMEOUT_MS,
  MAX_ATTEMPTS,
  MAX_DEDUPE_S,
  MAX_EVENTS,
  MAX_TIMEOUT_MS,
  MAX_URL_CHARACTERS,
  MAX_WAIT_S,
  MIN_TIMEOUT_MS,
} from '../setting-limits';
import type { Direction, SignatureScheme } from '../webhook.entity';
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
} from './credential.type';
import { WebhookRequestInput } from './request.inputs';
import { SIGNATURES_TEXT, SignatureSchemeEnum, Signatures } from './signing.type';
import { DirectionEnum } from './webhook.type';

export const URL_TEXT =
  `OUTGOING: the URL to call: https, at most ${withCommas(MAX_URL_CHARACTERS)} characters, without credentials, not a private address. http is ` +
  'allowed where ALLOW_HTTP_TARGETS is on. Path and query may be Liquid templates, whose output is percent-encoded.';
const SCHEDULE_TEXT = `The seconds to wait before each attempt: 1 to ${MAX_ATTEMPTS} numbers from 0 to ${withCommas(MAX_WAIT_S)}.`;
const DEFAULT_SCHEDULE_TEXT =
  'the schedule of Standard Webhooks, 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.';
const TIMEOUT_TEXT =
  `The timeout of an attempt in milliseconds, ${withCommas(MIN_TIMEOUT_MS)} to ${withCommas(MAX_TIMEOUT_MS)}. ` +
  `Default: ${withCommas(DEFAULT_TIMEOUT_MS)}.`;

const DEDUPE_TEXT =
  `The seconds within which an identical event is not sent again, 1 to ${withCommas(MAX_DEDUPE_S)}. An event with the same document ` +
  'type, event, reference and bytes of data as one that was delivered or is open is skipped with the reason ' +
  'DUPLICATE.';

const isSchedule = (value: unknown) =>
  value === null ||
  (Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= MAX_ATTEMPTS &&
    value.every((wait: number) => wait >= 0 && wait <= MAX_WAIT_S));
const isTimeout = (value: unknown) =>
  value === null || ((value as number) >= MIN_TIMEOUT_MS && (value as number) <= MAX_TIMEOUT_MS);
const isDedupe = (value: unknown) => value === null || ((value as number) >= 1 && (value as number) <= MAX_DEDUPE_S);
const isShortList = (value: unknown) => value === null || (value as unknown[]).length <= MAX_EVENTS;

export const FewEvents = () =>
  rejects('TOO_LARGE', 'few', isShortList, (value) => {
    return `events has ${(value as unknown[]).length} names; at most ${MAX_EVENTS} are allowed.`;
  });
const Schedule = () =>
  rejects('INVALID', 'schedule', isSchedule, (value) => `retrySchedule is [${quoted(value)}]. ${SCHEDULE_TEXT}`);
const Timeout = () => rejects('INVALID', 'timeout', isTimeout, (value) => `timeoutMs is ${value}. ${TIMEOUT_TEXT}`);

const Dedupe = () =>
  rejects(
    'INVALID',
    'dedupe',
    isDedupe,
    (value) => `dedupeSeconds is ${value}; it must be 1 to ${withCommas(MAX_DEDUPE_S)} or null.`,
  );

@InputType('CreateWebhookInput', {
  description: 'A new webhook. With only `name` and `url`, it receives all events, signed, with ten attempts each.',
})
export class CreateWebhookInput extends WebhookRequestInput {
  @ShortText()
  @Field(() => String, { description: 'The name, 1 to 200 characters.' })
  name: string;

  @Field(() => DirectionEnum, {
    defaultValue: 'OUTGOING',
    description: 'Who calls: Hookledger (OUTGOING) or the partner (INCOMING). It cannot be changed later.',
  })
  direction: Direction;

  @Field(() => ProviderEnum, {
    nullable: true,
    description:
      'INCOMING: the provider whose signatures the calls have. It cannot be changed later. Default, null: ' +
      'STANDARD_WEBHOOKS.',
  })
  provider?: ProviderName | null;

  @Field(() => String, { nullable: true, description: `${URL_TEXT} Required for OUTGOING.` })
  url?: string | null;

  @ShortText(200, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description:
      'OUTGOING: the document type of the events to send, at most 200 characters, such as "Sales Invoice". Default, ' +
      'null: all types. INCOMING: the document type of the events that it makes. Default, null: the name of the ' +
      'provider, such as GitHub.',
  })
  documentType?: string | null;

  @FewEvents()
  @Field(() => [String], {
    nullable: true,
    description:
      `The names of the events to send, at most ${MAX_EVENTS}. Default, empty: all events. INCOMING: calls with ` +
      'other events are only recorded.',
  })
  events?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The user who is responsible for the webhook, `usr_...`. Default, null: you.',
  })
  ownerId?: string | null;

  @Schedule()
  @Field(() => [Int], { nullable: true, description: `${SCHEDULE_TEXT} Default, null: ${DEFAULT_SCHEDULE_TEXT}` })
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
      'The secret of V1: `whsec_` and base64 of 24 to 64 bytes. INCOMING: the secret of the provider, in its form. ' +
      'Default, null: a random secret; none for a provider that issues secrets itself: set it later with ' +
      'rotateWebhookSecret.',
  })
  secret?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The secret of FRAPPE, 1 to 200 characters, such as that of the Frappe webhook that this one replaces. ' +
      'Default, null: a random secret.',
  })
  frappeSecret?: string | null;

  @Dedupe()
  @Field(() => Int, { nullable: true, description: `${DEDUPE_TEXT} Default, null: off.` })
  dedupeSeconds?: number | null;

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
  description:
    'The changes to a webhook. Omitted fields keep their values. Existing deliveries keep their URL and body.',
})
export class UpdateWebhookInput extends WebhookRequestInput {
  @Field(() => ID, { description: 'The id of the webhook, `whk_...`.' })
  id: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'The `version` that you have read. If the webhook has another one by now, the error is CONFLICT and nothing is ' +
      'changed. Default, null: any.',
  })
  expectedVersion?: number | null;

  @ShortText()
  @Field(() => String, { nullable: true, description: 'The name, 1 to 200 characters; null is refused.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      `${URL_TEXT} If scheme, host or port change, the same call must also give the credentials again or remove them ` +
      'with null; otherwise it is refused with CONFLICT.',
  })
  url?: string | null;

  @ShortText(200, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The document type, at most 200 characters; null: all types; of INCOMING, the name of the provider.',
  })
  documentType?: string | null;

  @FewEvents()
  @Field(() => [String], {
    nullable: true,
    description: `The complete new list of event names, at most ${MAX_EVENTS}; null or empty: all events.`,
  })
  events?: string[] | null;

  @rejects(
    'REQUIRED',
    'given',
    (value) => value !== null,
    () => 'ownerId must not be null: a webhook has an owner.',
  )
  @Field(() => ID, {
    nullable: true,
    description: 'The user who is responsible for the webhook, `usr_...`; null is refused.',
  })
  ownerId?: string | null;

  @Schedule()
  @Field(() => [Int], { nullable: true, description: `${SCHEDULE_TEXT} null: ${DEFAULT_SCHEDULE_TEXT}` })
  retrySchedule?: number[] | null;

  @Timeout()
  @Field(() => Int, { nullable: true, description: `${TIMEOUT_TEXT} null: the default.` })
  timeoutMs?: number | null;

  @Signatures(false)
  @Field(() => [SignatureSchemeEnum], {
    nullable: true,
    description:
      `${SIGNATURES_TEXT} An added scheme gets a new secret, which the response contains; a removed scheme ends at ` +
      'once.',
  })
  signatures?: SignatureScheme[] | null;

  @Dedupe()
  @Field(() => Int, { nullable: true, description: `${DEDUPE_TEXT} null: off.` })
  dedupeSeconds?: number | null;

  @Field(() => [SecretHeaderInput], {
    nullable: true,
    description: `${SECRET_HEADERS_TEXT} This is the complete new list; null: none.`,
  })
  secretHeaders?: SecretHeaderInput[] | null;

  @Field(() => BasicAuthInput, { nullable: true, description: `${BASIC_AUTH_TEXT} null: removed.` })
  basicAuth?: BasicAuthInput | null;

  @Field(() => OAuth2Input, { nullable: true, description: `${OAUTH2_TEXT} null: removed.` })
  oauth2?: OAuth2Input | null;

  @Field(() => ClientCertificateInput, { nullable: true, description: `${CLIENT_CERTIFICATE_TEXT} null: removed.` })
  clientCertificate?: ClientCertificateInput | null;
}

const REASON_TEXT = `The reason, which \`statusReason\` and the audit trail contain: ${REASON_RULE} Default, null: none.`;

@InputType('PauseWebhookInput', { description: 'The webhook to pause, and the reason.' })
export class PauseWebhookInput {
  @Field(() => ID, { description: 'The id of an ACTIVE webhook, `whk_...`.' })
  id: string;

  @Reason({ nullable: true })
  @Field(() => String, { nullable: true, description: REASON_TEXT })
  reason?: string | null;
}

@InputType('ResumeWebhookInput', { description: 'The webhook to resume.' })
export class ResumeWebhookInput {
  @Field(() => ID, { description: 'The id of a PAUSED or DISABLED webhook, `whk_...`.' })
  id: string;

  @Reason({ nullable: true })
  @Field(() => String, { nullable: true, description: REASON_TEXT })
  reason?: string | null;
}

@InputType('ArchiveWebhookInput', { description: 'The webhook to archive permanently.' })
export class ArchiveWebhookInput {
  @Field(() => ID, { description: 'The id of the webhook, `whk_...`.' })
  id: string;
}
