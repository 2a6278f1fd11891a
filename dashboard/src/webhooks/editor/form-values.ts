// The settings of a webhook as a person types them, and as the API takes them.
import type {
  BodyFormat,
  CallOutcome,
  CreateWebhookInput,
  DeliveryOrdering,
  Direction,
  EditedWebhookQuery,
  HmacAlgorithm,
  PlaceKind,
  SignatureEncoding,
  SignatureScheme,
  UpdateWebhookInput,
  WebhookDraftInput,
  WebhookMethod,
  WebhookProvider,
} from '../../api/generated/documents';

export type EditedWebhook = NonNullable<EditedWebhookQuery['webhook']>;

/** Texts as they are typed: numbers too, and lists with a comma or a line for each entry. No secret is among them. */
export interface FormValues {
  direction: Direction;
  name: string;
  /** Of a user; empty: the one who makes the webhook. */
  ownerId: string;
  documentType: string;
  /** With commas. */
  events: string;
  rateRequests: string;
  rateSeconds: string;
  supportMayReveal: boolean;
  // OUTGOING
  url: string;
  method: WebhookMethod;
  condition: string;
  /** `Name: template`, one on each line. */
  headers: string;
  passHeaders: string;
  bodyFormat: BodyFormat;
  body: string;
  /** `key: path`, one on each line. */
  fields: string;
  signatures: readonly SignatureScheme[];
  retrySchedule: string;
  timeoutSeconds: string;
  maxConcurrency: string;
  ordering: DeliveryOrdering | '';
  dedupeSeconds: string;
  sendEvidenceHead: boolean;
  sendTraceparent: boolean;
  receiveAuditEvents: boolean;
  // INCOMING
  provider: WebhookProvider;
  header: string;
  query: string;
  prefix: string;
  algorithm: HmacAlgorithm | '';
  encoding: SignatureEncoding | '';
  signed: string;
  timestampHeader: string;
  idHeader: string;
  username: string;
  toleranceSeconds: string;
  eventFrom: PlaceKind | '';
  eventName: string;
  idFrom: PlaceKind | '';
  idName: string;
  referenceFrom: PlaceKind | '';
  referenceName: string;
  becomes: CallOutcome;
  forwardTo: readonly string[];
  answerStatus: string;
  answerBody: string;
  answerType: string;
}

export const EMPTY_FORM: FormValues = {
  direction: 'OUTGOING',
  name: '',
  ownerId: '',
  documentType: '',
  events: '',
  rateRequests: '',
  rateSeconds: '',
  supportMayReveal: false,
  url: '',
  method: 'POST',
  condition: '',
  headers: '',
  passHeaders: '',
  bodyFormat: 'STANDARD',
  body: '',
  fields: '',
  signatures: ['V1'],
  retrySchedule: '',
  timeoutSeconds: '',
  maxConcurrency: '',
  ordering: '',
  dedupeSeconds: '',
  sendEvidenceHead: false,
  sendTraceparent: false,
  receiveAuditEvents: false,
  provider: 'STANDARD_WEBHOOKS',
  header: '',
  query: '',
  prefix: '',
  algorithm: '',
  encoding: '',
  signed: '',
  timestampHeader: '',
  idHeader: '',
  username: '',
  toleranceSeconds: '',
  eventFrom: '',
  eventName: '',
  idFrom: '',
  idName: '',
  referenceFrom: '',
  referenceName: '',
  becomes: 'BUSINESS_EVENT',
  forwardTo: [],
  answerStatus: '',
  answerBody: '',
  answerType: '',
};

type Inputs = Omit<CreateWebhookInput & UpdateWebhookInput, 'id' | 'expectedVersion' | 'direction'>;

interface Setting<Name extends keyof Inputs> {
  /** What of the form it is made of. */
  of: readonly (keyof FormValues)[];
  input(values: FormValues): Inputs[Name];
}

const list = (text: string) =>
  text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
const numberOf = (text: string) => (text.trim() === '' ? null : Number(text));
const textOf = (text: string) => (text.trim() === '' ? null : text.trim());
const place = (from: PlaceKind | '', name: string) => (from === '' ? null : { from, name: name.trim() });

/** The entries of a text with one `name: value` on each line, and the line of each. */
export function pairsIn(text: string): { name: string; value: string; line: number; column: number }[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const at = line.indexOf(':');
    const value = at < 0 ? '' : line.slice(at + 1);
    const column = at < 0 ? 1 : at + 2 + (value.length - value.trimStart().length);
    return [{ name: (at < 0 ? line : line.slice(0, at)).trim(), value: value.trim(), line: index + 1, column }];
  });
}

const OF_BOTH = {
  name: { of: ['name'], input: ({ name }) => name.trim() },
  ownerId: { of: ['ownerId'], input: ({ ownerId }) => ownerId || null },
  documentType: { of: ['documentType'], input: ({ documentType }) => textOf(documentType) },
  events: { of: ['events'], input: ({ events }) => list(events) },
  rateLimit: {
    of: ['rateRequests', 'rateSeconds'],
    input({ rateRequests, rateSeconds }) {
      const [maxRequests, seconds] = [numberOf(rateRequests), numberOf(rateSeconds)];
      return maxRequests === null && seconds === null ? null : { maxRequests: maxRequests ?? 0, seconds: seconds ?? 0 };
    },
  },
  supportMayReveal: { of: ['supportMayReveal'], input: ({ supportMayReveal }) => supportMayReveal },
} satisfies { [Name in keyof Inputs]?: Setting<Name> };

const OF_OUTGOING = {
  url: { of: ['url'], input: ({ url }) => textOf(url) },
  method: { of: ['method'], input: ({ method }) => method },
  condition: { of: ['condition'], input: ({ condition }) => (condition.trim() === '' ? null : condition) },
  headers: { of: ['headers'], input: ({ headers }) => pairsIn(headers).map(({ name, value }) => ({ name, value })) },
  passHeaders: { of: ['passHeaders'], input: ({ passHeaders }) => list(passHeaders) },
  bodyFormat: { of: ['bodyFormat'], input: ({ bodyFormat }) => bodyFormat },
  // of another format, what was typed is kept in the form and not sent
  body: {
    of: ['body', 'bodyFormat'],
    input: ({ body, bodyFormat }) => (bodyFormat === 'JSON' && body.trim() !== '' ? body : null),
  },
  fields: {
    of: ['fields', 'bodyFormat'],
    input: ({ fields, bodyFormat }) =>
      bodyFormat === 'JSON' || bodyFormat === 'FORM'
        ? pairsIn(fields).map(({ name, value }) => ({ key: name, fieldname: value }))
        : null,
  },
  signatures: { of: ['signatures'], input: ({ signatures }) => [...signatures] },
  retrySchedule: {
    of: ['retrySchedule'],
    input: ({ retrySchedule }) => (retrySchedule.trim() === '' ? null : list(retrySchedule).map(Number)),
  },
  timeoutMs: {
    of: ['timeoutSeconds'],
    input: ({ timeoutSeconds }) => {
      const seconds = numberOf(timeoutSeconds);
      return seconds === null ? null : Math.round(seconds * 1_000);
    },
  },
  maxConcurrency: { of: ['maxConcurrency'], input: ({ maxConcurrency }) => numberOf(maxConcurrency) },
  ordering: { of: ['ordering'], input: ({ ordering }) => ordering || null },
  dedupeSeconds: { of: ['dedupeSeconds'], input: ({ dedupeSeconds }) => numberOf(dedupeSeconds) },
  sendEvidenceHead: { of: ['sendEvidenceHead'], input: ({ sendEvidenceHead }) => sendEvidenceHead },
  sendTraceparent: { of: ['sendTraceparent'], input: ({ sendTraceparent }) => sendTraceparent },
  receiveAuditEvents: { of: ['receiveAuditEvents'], input: ({ receiveAuditEvents }) => receiveAuditEvents },
} satisfies { [Name in keyof Inputs]?: Setting<Name> };

const VERIFICATION = [
  'header',
  'query',
  'prefix',
  'algorithm',
  'encoding',
  'signed',
  'timestampHeader',
  'idHeader',
  'username',
] as const;

/** What the providers that are no products take. A prefix may end in a blank: it is not trimmed. */
export const VERIFICATION_OF: Partial<Record<WebhookProvider, readonly (typeof VERIFICATION)[number][]>> = {
  HMAC: ['header', 'prefix', 'algorithm', 'encoding', 'signed', 'timestampHeader', 'idHeader'],
  TOKEN: ['header', 'query', 'prefix'],
  BASIC: ['username'],
};

const OF_INCOMING = {
  verification: {
    of: [...VERIFICATION],
    input(values) {
      const names = VERIFICATION_OF[values.provider];
      return names ? Object.fromEntries(names.map((name) => [name, values[name] === '' ? null : values[name]])) : null;
    },
  },
  toleranceSeconds: { of: ['toleranceSeconds'], input: ({ toleranceSeconds }) => numberOf(toleranceSeconds) },
  eventLocation: { of: ['eventFrom', 'eventName'], input: ({ eventFrom, eventName }) => place(eventFrom, eventName) },
  idLocation: { of: ['idFrom', 'idName'], input: ({ idFrom, idName }) => place(idFrom, idName) },
  referenceLocation: {
    of: ['referenceFrom', 'referenceName'],
    input: ({ referenceFrom, referenceName }) => place(referenceFrom, referenceName),
  },
  becomes: { of: ['becomes'], input: ({ becomes }) => becomes },
  forwardTo: {
    of: ['forwardTo', 'becomes'],
    input: ({ forwardTo, becomes }) => (becomes === 'FORWARD' ? [...forwardTo] : null),
  },
  answer: {
    of: ['answerStatus', 'answerBody', 'answerType'],
    input: ({ answerStatus, answerBody, answerType }) => ({
      statusCode: numberOf(answerStatus),
      body: answerBody === '' ? null : answerBody,
      contentType: textOf(answerType),
    }),
  },
} satisfies { [Name in keyof Inputs]?: Setting<Name> };

const SETTINGS = {
  OUTGOING: { ...OF_BOTH, ...OF_OUTGOING },
  INCOMING: { ...OF_BOTH, ...OF_INCOMING },
} as const;

export type { Direction };
export type SettingName = keyof typeof OF_BOTH | keyof typeof OF_OUTGOING | keyof typeof OF_INCOMING;

function settingsOf(direction: Direction): [SettingName, Setting<keyof Inputs>][] {
  return Object.entries(SETTINGS[direction]) as [SettingName, Setting<keyof Inputs>][];
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The settings in which two forms differ, as the API sees them. */
export function changedSettings(direction: Direction, one: FormValues, other: FormValues): SettingName[] {
  return settingsOf(direction)
    .filter(([, { input }]) => !isSame(input(one), input(other)))
    .map(([name]) => name);
}

/** What was changed: a setting that was not touched is not sent, so that it is not checked again either. */
export function changesOf(direction: Direction, values: FormValues, base: FormValues): Partial<Inputs> {
  const changed = changedSettings(direction, values, base);
  const entries = settingsOf(direction).filter(([name]) => changed.includes(name));
  return Object.fromEntries(entries.map(([name, { input }]) => [name, input(values)]));
}

const DRAFT_SETTINGS: readonly SettingName[] = [
  'url',
  'documentType',
  'events',
  'condition',
  'method',
  'headers',
  'passHeaders',
  'bodyFormat',
  'body',
  'fields',
];

/** What a preview takes of the changes. */
export function draftOf(values: FormValues, base: FormValues): WebhookDraftInput {
  const changes = Object.entries(changesOf('OUTGOING', values, base));
  return Object.fromEntries(changes.filter(([name]) => DRAFT_SETTINGS.includes(name as SettingName)));
}

/** A setting as a text to compare. */
export function shownSetting(direction: Direction, name: SettingName, values: FormValues): string {
  const setting = settingsOf(direction).find(([each]) => each === name)?.[1];
  const value: unknown = setting?.input(values) ?? null;
  if (value === null) return '';
  if (name === 'headers') return values.headers;
  if (name === 'fields') return values.fields;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `into` with these settings of `from`. */
export function withSettings(
  direction: Direction,
  into: FormValues,
  from: FormValues,
  names: readonly SettingName[],
): FormValues {
  const keys = settingsOf(direction)
    .filter(([name]) => names.includes(name))
    .flatMap(([, { of: parts }]) => parts);
  return { ...into, ...Object.fromEntries(keys.map((key) => [key, from[key]])) };
}

const NUMBERS = {
  OUTGOING: ['rateRequests', 'rateSeconds', 'timeoutSeconds', 'maxConcurrency', 'dedupeSeconds'],
  INCOMING: ['rateRequests', 'rateSeconds', 'toleranceSeconds', 'answerStatus'],
} as const satisfies Record<Direction, readonly (keyof FormValues)[]>;

/** What is no number although it must be: the API would refuse the whole call. */
export function notNumbers(direction: Direction, values: FormValues): (keyof FormValues)[] {
  const isWhole = (text: string) => /^\s*\d{0,9}\s*$/.test(text);
  const wrong: (keyof FormValues)[] = NUMBERS[direction].filter((key) =>
    key === 'timeoutSeconds' ? !/^\s*(\d{0,6}(\.\d{1,3})?)?\s*$/.test(values[key]) : !isWhole(values[key]),
  );
  if (direction === 'OUTGOING' && !list(values.retrySchedule).every(isWhole)) wrong.push('retrySchedule');
  return wrong;
}

const lines = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([name, value]) => `${name}: ${value}`).join('\n');
const written = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value));

/** The form for a webhook that is stored. */
export function valuesOf(webhook: EditedWebhook): FormValues {
  const { incoming, rateLimit } = webhook;
  const both = {
    ...EMPTY_FORM,
    direction: webhook.direction,
    name: webhook.name,
    ownerId: webhook.owner?.id ?? '',
    documentType: webhook.documentType ?? '',
    events: webhook.events.join(', '),
    rateRequests: written(rateLimit?.maxRequests),
    rateSeconds: written(rateLimit?.seconds),
    supportMayReveal: webhook.supportMayReveal,
  };
  if (!incoming) {
    return {
      ...both,
      url: webhook.url ?? '',
      method: webhook.method,
      condition: webhook.condition ?? '',
      headers: lines(webhook.headers.map(({ name, template }) => [name, template])),
      passHeaders: webhook.passHeaders.join(', '),
      bodyFormat: webhook.bodyFormat,
      body: webhook.body ?? '',
      fields: lines((webhook.fields ?? []).map(({ key, fieldname }) => [key, fieldname])),
      signatures: webhook.signatures,
      retrySchedule: webhook.retrySchedule?.join(', ') ?? '',
      timeoutSeconds: String(webhook.timeoutMs / 1_000),
      maxConcurrency: written(webhook.maxConcurrency),
      ordering: webhook.ordering ?? '',
      dedupeSeconds: written(webhook.dedupeSeconds),
      sendEvidenceHead: webhook.sendEvidenceHead,
      sendTraceparent: webhook.sendTraceparent,
      receiveAuditEvents: webhook.receiveAuditEvents,
    };
  }
  const { verification, eventLocation, idLocation, referenceLocation, answer } = incoming;
  return {
    ...both,
    provider: incoming.provider,
    header: verification?.header ?? '',
    query: verification?.query ?? '',
    prefix: verification?.prefix ?? '',
    algorithm: verification?.algorithm ?? '',
    encoding: verification?.encoding ?? '',
    signed: verification?.signed ?? '',
    timestampHeader: verification?.timestampHeader ?? '',
    idHeader: verification?.idHeader ?? '',
    username: verification?.username ?? '',
    toleranceSeconds: written(incoming.toleranceSeconds),
    eventFrom: eventLocation?.from ?? '',
    eventName: eventLocation?.name ?? '',
    idFrom: idLocation?.from ?? '',
    idName: idLocation?.name ?? '',
    referenceFrom: referenceLocation?.from ?? '',
    referenceName: referenceLocation?.name ?? '',
    becomes: incoming.becomes,
    forwardTo: incoming.forwardTo.map(({ id }) => id),
    answerStatus: written(answer.statusCode),
    answerBody: answer.body ?? '',
    answerType: answer.contentType ?? '',
  };
}
