// Events as CloudEvents 1.0: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { quoted, type UserError } from '../../errors';
import type { ExactData, NewEvent } from '../../events/event-faults';
import { exactOf, type JsonPart } from '../../json/json-part';
import { isClean, SHORT_TEXT, uncleanMessage } from '../../text';
import { type MemberReader, memberReader, NO_DATA } from './read-members';

/** The attributes that are used, and the extensions `documenttype`, `authid` and `causedby`. All others are ignored. */
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
const MEMBERS = [...NAMES, 'data', 'data_base64'];
const REQUIRED = ['specversion', 'id', 'source', 'type', 'subject'] as const;
/** Media types of JSON by the JSON format of CloudEvents, section 3.1: the subtype is json, or ends with +json. */
export const JSON_TYPE = /^(application|text)\/([\w.-]+\+)?json\s*(;|$)/i;

/** An event in the JSON format, from a call in structured or batched mode. @param faults see `plainEvent` */
export function structuredCloudEvent(part: JsonPart, path: readonly string[], faults: UserError[]): NewEvent {
  const reader = memberReader(part, MEMBERS, path, faults);
  const attributes = Object.fromEntries(NAMES.map((name) => [name, reader.text(name)])) as Attributes;
  if (reader.isGiven('data_base64')) {
    reader.refuse('data_base64', 'INVALID', 'data_base64 is not supported: send the data as JSON in data.');
    return newEvent(attributes, NO_DATA, reader);
  }
  return newEvent(attributes, reader.data('data'), reader);
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
  return newEvent({ ...attributes, datacontenttype: null }, exactOf(body), { refuse, isGiven });
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

function newEvent(attributes: Attributes, data: ExactData, { isGiven, refuse }: GivenAttributes): NewEvent {
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
