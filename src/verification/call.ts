import { formJson, MAX_FORM_FIELDS, readFormFields } from '../json/json-form';
import { type JsonPart, memberOf, type PathStep, readJsonPath, rootOf, textOf } from '../json/json-part';
import { type JsonDocument, readJsonText } from '../json/json-text';
import { decodedText, type HeaderPairs } from '../values/text';

/** The location of a value in a call. */
export interface Place {
  readonly from: 'HEADER' | 'JSON' | 'QUERY';
  /**
   * The name of a header or parameter, or a path such as `$.data.object.id`; for a form, `$.` and the name of a field.
   */
  readonly name: string;
}

export function inHeader(name: string): Place {
  return { from: 'HEADER', name };
}

/** A location in a JSON body or in the fields of a form. */
export function inBody(path: string): Place {
  return { from: 'JSON', name: path };
}

/** One call of a partner, as it was received. It is not verified. */
export interface IncomingCall {
  readonly method: string;
  /** The complete URL as the partner called it, including token and query, because some providers sign it. */
  readonly url: string;
  /** The headers in wire order, with repetitions. */
  readonly headers: HeaderPairs;
  /** The exact bytes of the body as received. */
  readonly body: Buffer;
  /** The client certificate that a trusted proxy passed on; null: none. */
  readonly certificate: ClientCertificate | null;
}

export interface ClientCertificate {
  /** The SHA-256 hash of its DER form, 32 bytes. */
  readonly fingerprint: Buffer;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
}

/** All values of a header, in order. The name is compared without case. */
export function headerValues(call: Pick<IncomingCall, 'headers'>, name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const [each, value] of call.headers) {
    // the length first: a call has many headers, and several are looked up
    if (each.length === wanted.length && each.toLowerCase() === wanted) values.push(value);
  }
  return values;
}

/** All decoded values of a query parameter. */
export function queryValues(call: Pick<IncomingCall, 'url'>, name: string): string[] {
  const at = call.url.indexOf('?');
  return at < 0 ? [] : new URLSearchParams(call.url.slice(at)).getAll(name);
}

// Reads the body of a call according to its content type.

/** FORM: the fields as a JSON object; of repeated fields, the last one. OTHER: bytes that are not read. */
export type CallContent =
  | { readonly kind: 'JSON'; readonly document: JsonDocument }
  | { readonly kind: 'FORM'; readonly document: JsonDocument }
  | { readonly kind: 'OTHER' };

/**
 * Why a body is not readable. Without the position of the fault: it tells how long values are, and not all users who may read
 * the message may read content.
 */
export interface ContentFault {
  readonly fault: string;
}

export const TOO_MANY_FIELDS = `The form has more than ${MAX_FORM_FIELDS} fields, the maximum.`;

/**
 * @param body the body, without content encoding
 * @param mustBeJson whether the body must be JSON regardless of its content type
 */
export function readContent(
  call: Pick<IncomingCall, 'headers'>,
  body: Buffer,
  mustBeJson: boolean,
): CallContent | ContentFault {
  const contentType = headerValues(call, 'content-type')[0] ?? '';
  const [type = ''] = contentType.split(';', 1);
  if (mustBeJson || /^\s*(application|text)\/(json|[^\s;/]+\+json)\s*$/i.test(type)) return readJson(body, contentType);
  return formTypeOf(call) === null ? { kind: 'OTHER' } : readForm(body, contentType);
}

/** The content type of a form, with its parameters; null: the content type is not that of a form. */
export function formTypeOf(call: Pick<IncomingCall, 'headers'>): string | null {
  const contentType = headerValues(call, 'content-type')[0] ?? '';
  return /^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType) ? contentType : null;
}

function readJson(body: Buffer, contentType: string): CallContent | ContentFault {
  const text = decodedText(body, contentType);
  if (text === null) return { fault: 'The body is not valid in its charset, or not UTF-8.' };
  try {
    return { kind: 'JSON', document: readJsonText(text) };
  } catch {
    return { fault: 'The body is not JSON, although its content type or its provider says so.' };
  }
}

// a body that is not valid in its charset is not read, here as in conditions and templates
function readForm(body: Buffer, contentType: string): CallContent | ContentFault {
  const text = decodedText(body, contentType);
  const fields = text === null ? [] : readFormFields(text);
  if (fields === null) return { fault: TOO_MANY_FIELDS };
  return text === null ? { kind: 'OTHER' } : { kind: 'FORM', document: readJsonText(formJson(fields)) };
}

/** The value at the first of these places that has one, as text; null: none has. */
export function saidAt(places: readonly Place[], call: IncomingCall, content: CallContent): string | null {
  for (const place of places) {
    const said = saidBy(place, call, content);
    if (said !== null && said !== '') return said;
  }
  return null;
}

function saidBy({ from, name }: Place, call: IncomingCall, content: CallContent): string | null {
  if (from === 'HEADER') return headerValues(call, name)[0]?.trim() ?? null;
  if (from === 'QUERY') return queryValues(call, name)[0] ?? null;
  return content.kind === 'OTHER' ? null : scalarText(content.document, readJsonPath([name], []));
}

// Numbers keep their text: a double cannot represent an id of 20 digits. Only for them are positions needed, which take as long as
// all else that is read of a body.
function scalarText(document: JsonDocument, path: readonly PathStep[]): string | null {
  const value = valueAt(document.value, path);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' ? textOf(partAt(document, path)) : null;
}

function valueAt(root: unknown, path: readonly PathStep[]): unknown {
  let value = root;
  for (const step of path) {
    if (step === 'any' || typeof value !== 'object' || value === null) return undefined;
    const isFor = 'index' in step === Array.isArray(value);
    const key = 'key' in step ? step.key : step.index;
    if (!isFor || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** The part of a value that `valueAt` found. */
function partAt(document: JsonDocument, path: readonly PathStep[]): JsonPart {
  let part = rootOf(document);
  for (const step of path) {
    if (step !== 'any') part = memberOf(part, 'key' in step ? step.key : step.index) as JsonPart;
  }
  return part;
}
