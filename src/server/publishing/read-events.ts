// Events as CloudEvents 1.0: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { quoted, shortened, type UserError } from '../../errors/errors';
import type { ExactData, NewEvent } from '../../events/event-faults';
import { exactOf, findMembers, type JsonPart, memberOf, textOf } from '../../json/json-part';
import { traceparentOf } from '../../tracing/traceparent';
import { isClean, SHORT_TEXT, uncleanMessage } from '../../values/text';

/**
 * The attributes that are used, and the extensions `documenttype`, `authid` and `causedby`. All others are ignored, except `traceparent`, of
 * which a wrong value is.
 */
type Attributes = Record<(typeof NAMES)[number], string | null>;

const NAMES = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'datacontenttype',
  'documenttype',
  'authid',
  'causedby',
] as const;
const MEMBERS = [...NAMES, 'traceparent', 'data', 'data_base64'];
const REQUIRED = ['specversion', 'id', 'source', 'type', 'subject'] as const;
/** Media types of JSON by the JSON format of CloudEvents, section 3.1: the subtype is json, or ends with +json. */
export const JSON_TYPE = /^(application|text)\/([\w.-]+\+)?json\s*(;|$)/i;

/** An event in the JSON format, from a call in structured or batched mode. @param faults see `plainEvent` */
export function structuredCloudEvent(part: JsonPart, path: readonly string[], faults: UserError[]): NewEvent {
  const reader = memberReader(part, MEMBERS, path, faults);
  const attributes = Object.fromEntries(NAMES.map((name) => [name, reader.text(name)])) as Attributes;
  if (reader.isGiven('data_base64')) {
    reader.refuse('data_base64', 'INVALID', 'data_base64 is not supported: send the data as JSON in data.');
    return newEvent(attributes, NO_DATA, null, reader);
  }
  const trace = memberOf(part, 'traceparent');
  const traceparent = trace?.isRepeated ? null : traceparentOf(trace?.value);
  return newEvent(attributes, reader.data('data'), traceparent, reader);
}

/** Whether a call is in binary mode: its attributes, of which some may be missing, are in headers, and its body is the data. */
export function isBinaryMode(headers: IncomingHttpHeaders): boolean {
  return REQUIRED.some((name) => headers[`ce-${name}`] !== undefined);
}

/** The values of headers by name: a repeated header has several. */
export type HeaderValues = NodeJS.Dict<string[]>;

/** An event from a call in binary mode. @param faults see `plainEvent` */
export function binaryCloudEvent(headers: HeaderValues, body: JsonPart, faults: UserError[]): NewEvent {
  const refuse: MemberReader['refuse'] = (name, code, message) =>
    faults.push({ field: name === null ? null : [`ce-${name}`], code, message });
  const attributes = Object.fromEntries(NAMES.map((name) => [name, attributeOf(headers, name, refuse)])) as Attributes;
  if (body.value === null) refuse(null, 'REQUIRED', 'The body must be a JSON value other than null.');
  const isGiven = (name: string) => headers[`ce-${name}`] !== undefined;
  const [traceparent, ...others] = headers['ce-traceparent'] ?? [];
  const trace = others.length > 0 ? null : traceparentOf(traceparent);
  return newEvent({ ...attributes, datacontenttype: null }, exactOf(body), trace, { refuse, isGiven });
}

// a quoted string, then percent-encoded UTF-8, as the HTTP binding says in section 3.1.3.2
function attributeOf(headers: HeaderValues, name: string, refuse: MemberReader['refuse']): string | null {
  const [value, ...others] = headers[`ce-${name}`] ?? [];
  if (value === undefined) return null;
  if (others.length > 0) {
    refuse(name, 'INVALID', `ce-${name} is given ${others.length + 1} times: give it once.`);
    return null;
  }
  const text = /^"(.*)"$/.exec(value)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? value;
  try {
    if (!BEYOND_ASCII.test(text)) return decodeURIComponent(text);
  } catch {
    // refused below
  }
  const cure = 'write such characters as their bytes in UTF-8, each as %XX, or send the event in structured mode.';
  refuse(name, 'INVALID', `ce-${name} is ${quoted(value)}, which is not percent-encoded UTF-8: ${cure}`);
  return null;
}

/** In headers, which carry no other characters. */
export const BEYOND_ASCII = /[^\t\x20-\x7e]/;

/** A long key is a hash of these, which would hide what no key may contain. */
const HASHED = ['id', 'source'] as const;

type GivenAttributes = Pick<MemberReader, 'isGiven' | 'refuse'>;

function newEvent(
  attributes: Attributes,
  data: ExactData,
  traceparent: string | null,
  { isGiven, refuse }: GivenAttributes,
): NewEvent {
  for (const name of REQUIRED) {
    if (isGiven(name) && attributes[name] !== '') continue;
    refuse(name, 'REQUIRED', `${name} is missing.`);
  }
  for (const name of HASHED) {
    const text = attributes[name];
    if (text !== null && !isClean(text)) refuse(name, 'INVALID', uncleanMessage(name, text));
  }
  const { specversion, id, source, type, subject, datacontenttype, documenttype, authid, causedby } = attributes;
  if (specversion && specversion !== '1.0') {
    refuse('specversion', 'INVALID', `specversion is ${quoted(specversion)}; only 1.0 is supported.`);
  }
  if (datacontenttype !== null && !JSON_TYPE.test(datacontenttype)) {
    const message = `datacontenttype is ${quoted(datacontenttype)}; only JSON is supported, such as application/json.`;
    refuse('datacontenttype', 'INVALID', message);
  }
  return {
    documentType: documenttype ?? source ?? '',
    event: type ?? '',
    referenceDocument: subject ?? '',
    data,
    user: authid,
    idempotencyKey: keyOf(source ?? '', id ?? ''),
    causedBy: causedby,
    traceparent,
  };
}

/** `source` and `id` together identify an event. Together they may be longer than a key. */
function keyOf(source: string, id: string): string {
  const key = `${source} ${id}`;
  // with a space in the source, another source and id could have the same key
  if (key.length <= SHORT_TEXT && !source.includes(' ')) return key;
  const hash = createHash('sha256').update(JSON.stringify([source, id]));
  return `sha256:${hash.digest('hex')}`;
}

// Events as plain JSON: one object or a list of them, with the fields of PublishEventInput.

const FIELDS = ['documentType', 'event', 'referenceDocument', 'data', 'user', 'idempotencyKey', 'causedBy'];
const REQUIRED_MEMBERS = ['documentType', 'event', 'referenceDocument'];

/**
 * @param key the `Idempotency-Key` header of a call with one event; null: none
 * @param faults gains the faults; the event must not be used if there are any
 */
export function plainEvent(part: JsonPart, path: readonly string[], key: string | null, faults: UserError[]): NewEvent {
  const reader = memberReader(part, FIELDS, path, faults);
  // only the first one: there may be millions
  const unknown = Object.keys(part.value as object).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    const message = `There is no field ${quoted(unknown)}. An event has ${FIELDS.join(', ')}.`;
    reader.refuse(unknown, 'INVALID', message);
  }
  for (const name of REQUIRED_MEMBERS) {
    if (!reader.isGiven(name)) reader.refuse(name, 'REQUIRED', `${name} is missing.`);
  }
  const ownKey = reader.text('idempotencyKey');
  if (key !== null && ownKey !== null && ownKey !== key) {
    const message = `idempotencyKey is ${quoted(ownKey)}, but the header Idempotency-Key is ${quoted(key)}: give one.`;
    reader.refuse('idempotencyKey', 'INVALID', message);
  }
  return {
    documentType: reader.text('documentType') ?? '',
    event: reader.text('event') ?? '',
    referenceDocument: reader.text('referenceDocument') ?? '',
    data: reader.data('data'),
    user: reader.text('user'),
    idempotencyKey: ownKey ?? key,
    causedBy: reader.text('causedBy'),
  };
}

// Reads the members of JSON objects that describe events, with their exact text.

/** Collects faults, so that the caller learns all of them at once. */
interface MemberReader {
  /** The text of a member; null: absent or null. */
  text(name: string): string | null;
  /** The JSON value of a member. Absent or null is a fault. */
  data(name: string): ExactData;
  /** Whether there is such a member, with a value other than null. */
  isGiven(name: string): boolean;
  /** Adds a fault. @param name the member; null: the object itself */
  refuse(name: string | null, code: UserError['code'], message: string): void;
}

/** Stands for data that is refused. */
const NO_DATA: ExactData = { text: 'null', bytes: 4, problems: [] };

/** @param names of the members that are read. @param path the path of the object in the input, for `field` */
function memberReader(
  part: JsonPart,
  names: readonly string[],
  path: readonly string[],
  faults: UserError[],
): MemberReader {
  findMembers(part, names);
  const refuse: MemberReader['refuse'] = (name, code, message) =>
    faults.push({ field: name === null ? [...path] : [...path, name], code, message });
  const member = (name: string): JsonPart | null => {
    const found = memberOf(part, name);
    if (found?.isRepeated) refuse(name, 'INVALID', `${name} is given more than once: give it once.`);
    return found === undefined || found.value === null ? null : found;
  };
  return {
    refuse,
    isGiven: (name) => (memberOf(part, name)?.value ?? null) !== null,
    text(name) {
      const found = member(name);
      if (found === null) return null;
      if (typeof found.value === 'string') return found.value;
      refuse(name, 'INVALID', `${name} is ${shortened(textOf(found))}; it must be a string.`);
      return null;
    },
    data(name) {
      const found = member(name);
      if (found === null) {
        refuse(name, 'REQUIRED', `${name} must be a JSON value other than null.`);
        return NO_DATA;
      }
      return exactOf(found);
    },
  };
}
