// Reads the headers that a signature needs, which must be present once and not empty.
import { headerValues, type IncomingCall } from './call';
import { type Claim, isRefusal, malformed, notSigned, type Refusal, type SecretKind } from './claim';
import { hmacProof, type SignedContent } from './compare-secrets';
import { HMAC_ALGORITHMS, type HmacAlgorithm, SIGNATURE_ENCODINGS, type SignatureEncoding } from './provider';

/** RFC 9110, section 5.5 does not count it as part of a value, nor 5.6.1 as part of what is listed in one. */
export function withoutSpaceAround(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && isSpace(value.charCodeAt(start))) start++;
  while (start < end && isSpace(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

// Not a regular expression, which would take quadratic time for thousands of spaces inside a value.
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The value of a header without the white space around it. */
export function onlyHeader(call: IncomingCall, name: string): string | Refusal {
  return optionalHeader(call, name) ?? notSigned(`The header ${name} is missing.`);
}

/** The value of a header; null: it is missing. */
export function optionalHeader(call: IncomingCall, name: string): string | null | Refusal {
  const values = headerValues(call, name);
  const [value] = values;
  if (value === undefined) return null;
  if (values.length > 1) return malformed(`The header ${name} occurs ${values.length} times; it must occur once.`);
  const trimmed = withoutSpaceAround(value);
  return trimmed === '' ? malformed(`The header ${name} is empty.`) : trimmed;
}

/**
 * Checks a time in seconds since 1970, written in digits only. Messages leave the value out: some providers write it
 * into the body, and users from whom the body is hidden read messages.
 * @param where the subject of messages, such as "The header X"
 */
export function readTimestamp(text: string, where: string): number | Refusal {
  if (!/^[0-9]{1,20}$/.test(text)) {
    return malformed(`${where} has ${text.length} characters; it must be whole seconds since 1970, in digits only.`);
  }
  const digits = text.replace(/^0+/, '').length;
  const unit = finerUnitOf(digits);
  return unit === null
    ? Number(text)
    : malformed(`${where} has ${digits} digits, which looks like ${unit}; it must be in seconds.`);
}

// A time in seconds with 12 digits would be after the year 5138.
function finerUnitOf(digits: number): string | null {
  if (digits <= 11) return null;
  if (digits <= 14) return 'milliseconds';
  return digits <= 17 ? 'microseconds' : 'nanoseconds';
}

// Decodes signatures strictly, because Buffer.from ignores invalid characters and would accept a part of a signature.

/** More are not needed while a secret is replaced, and each one costs time. */
export const MAX_SIGNATURES = 10;

const DIGEST_BYTES: Readonly<Record<HmacAlgorithm, number>> = { SHA1: 20, SHA256: 32, SHA384: 48, SHA512: 64 };

const ENCODING_NAMES: Readonly<Record<SignatureEncoding, string>> = {
  HEX: 'hex',
  BASE64: 'base64',
  BASE64URL: 'base64url',
};

/** Accepts base64url with or without padding. null: the text is not completely in this encoding. */
export function decodeStrictly(text: string, encoding: SignatureEncoding): Buffer | null {
  if (encoding === 'HEX') return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : null;
  const isUrl = encoding === 'BASE64URL';
  const bytes = Buffer.from(text, isUrl ? 'base64url' : 'base64');
  const padded = bytes.toString('base64');
  const right = isUrl ? [bytes.toString('base64url'), padded.replaceAll('+', '-').replaceAll('/', '_')] : [padded];
  return bytes.length > 0 && right.includes(text) ? bytes : null;
}

/** The form of one kind of signature. */
export interface SignatureForm {
  readonly encoding: SignatureEncoding;
  readonly bytes: number;
  /** The algorithm, such as "HMAC-SHA256". */
  readonly maker: string;
}

export const ED25519_FORM: SignatureForm = { encoding: 'BASE64', bytes: 64, maker: 'ed25519' };

export function hmacForm(algorithm: HmacAlgorithm, encoding: SignatureEncoding): SignatureForm {
  return { encoding, bytes: DIGEST_BYTES[algorithm], maker: `HMAC-${algorithm}` };
}

/** @param where the subject of messages, such as "The signature in X" */
export function readSignature(text: string, form: SignatureForm, where: string): Buffer | Refusal {
  const bytes = decodeStrictly(text, form.encoding);
  if (bytes?.length === form.bytes) return bytes;
  const right = ENCODING_NAMES[form.encoding];
  if (text === '') return malformed(`${where} is empty.`);
  const other = encodingThatFits(text, form.bytes);
  if (other !== null) return malformed(`${where} looks like ${ENCODING_NAMES[other]}; it must be ${right}.`);
  return malformed(bytes === null ? `${where} is not ${right}.` : `${where} ${lengthFault(bytes.length, form)}`);
}

/**
 * The readable ones of several signatures, or the refusal of the first if none is readable. Malformed signatures next
 * to a readable one are ignored, as in the libraries of Stripe and of Standard Webhooks.
 */
export function readableOf(signatures: readonly (Buffer | Refusal)[]): Buffer[] | Refusal {
  const readable = signatures.filter((each) => Buffer.isBuffer(each));
  return readable.length === 0 ? (signatures.find(isRefusal) ?? []) : readable;
}

function lengthFault(length: number, { bytes, maker }: SignatureForm): string {
  const other = HMAC_ALGORITHMS.find((each) => DIGEST_BYTES[each] === length);
  return `is ${length} bytes${other ? `, as HMAC-${other} makes them` : ''}; ${maker} makes ${bytes}.`;
}

// Hex comes first in the list, because hex digits are also valid base64.
function encodingThatFits(text: string, bytes: number): SignatureEncoding | null {
  return SIGNATURE_ENCODINGS.find((encoding) => decodeStrictly(text, encoding)?.length === bytes) ?? null;
}

// The most common signature: one header with the HMAC of the body.

export interface HeaderSignature {
  readonly header: string;
  /** The exact text before the signature. */
  readonly prefix?: string;
  readonly algorithm: HmacAlgorithm;
  readonly encoding: SignatureEncoding;
}

export const TEXT_ONLY: readonly SecretKind[] = ['TEXT'];

export function readBodySignature(call: IncomingCall, form: HeaderSignature): Claim | Refusal {
  const signature = readHeaderSignature(call, form);
  if (isRefusal(signature)) return signature;
  const otherwise = badSignature(form.header, 'the body');
  const { algorithm } = form;
  const contents = (body: Buffer): SignedContent[] => [[body]];
  return { proofs: [hmacProof({ algorithm, kinds: TEXT_ONLY, signatures: [signature], contents, otherwise })] };
}

export function readHeaderSignature(call: IncomingCall, form: HeaderSignature): Buffer | Refusal {
  const { header, prefix = '', algorithm, encoding } = form;
  const value = onlyHeader(call, header);
  if (isRefusal(value)) return value;
  if (!value.startsWith(prefix))
    return malformed(`The header ${header} does not begin with ${JSON.stringify(prefix)}.`);
  const where = `The signature in ${header}`;
  return readSignature(value.slice(prefix.length), hmacForm(algorithm, encoding), where);
}

/** @param content the signed content, such as "the body" */
export function badSignature(where: string, content: string): Refusal {
  return {
    code: 'BAD_SIGNATURE',
    message: `The signature in ${where} does not match ${content}: no live secret made it.`,
  };
}

// The template of a signed text, such as "{timestamp}.{body}".

const NAMES = ['body', 'timestamp', 'id', 'url', 'method'] as const;
type Name = (typeof NAMES)[number];

const PLACE = /(\{\w*\})/;

/** The values of a call that are signed. */
export function usesOf(template: string): ReadonlySet<Name> {
  return new Set(NAMES.filter((name) => template.includes(`{${name}}`)));
}

export function contentOf(template: string, values: Readonly<Record<Name, string | Buffer>>): SignedContent {
  return template.split(PLACE).map((piece) => {
    const name = NAMES.find((each) => piece === `{${each}}`);
    return name === undefined ? piece : values[name];
  });
}

/** The separators next to a value. A value that contains one could be split in another place. */
export function separatorsOf(template: string, name: Name): string[] {
  const pieces = template.split(PLACE);
  const places = pieces.flatMap((piece, at) => (piece === `{${name}}` ? [at - 1, at + 1] : []));
  // the first and the last piece have no other value beyond them
  const between = places.filter((at) => at > 0 && at < pieces.length - 1);
  return between.map((at) => pieces[at] ?? '').filter((piece) => piece !== '');
}
