// Decodes signatures strictly, because Buffer.from ignores invalid characters and would accept a part of a signature.
import { isRefusal, malformed, type Refusal } from './claim';
import { HMAC_ALGORITHMS, type HmacAlgorithm, SIGNATURE_ENCODINGS, type SignatureEncoding } from './provider';

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
