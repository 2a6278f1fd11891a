// A signature as text: strict, because Buffer.from skips what it cannot read, and half a signature must not pass for one.
import { isRefusal, malformed, type Refusal } from './claim';
import { HMAC_ALGORITHMS, type HmacAlgorithm, SIGNATURE_ENCODINGS, type SignatureEncoding } from './provider';

/** Nobody needs more while a secret is replaced, and each costs us. */
export const MAX_SIGNATURES = 10;

const DIGEST_BYTES: Readonly<Record<HmacAlgorithm, number>> = { SHA1: 20, SHA256: 32, SHA384: 48, SHA512: 64 };

const ENCODING_NAMES: Readonly<Record<SignatureEncoding, string>> = {
  HEX: 'hex',
  BASE64: 'base64',
  BASE64URL: 'base64url',
};

/** base64url with or without padding. null: the text is not in that encoding from its first to its last character. */
export function decodeStrictly(text: string, encoding: SignatureEncoding): Buffer | null {
  if (encoding === 'HEX') return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : null;
  const isUrl = encoding === 'BASE64URL';
  const bytes = Buffer.from(text, isUrl ? 'base64url' : 'base64');
  const padded = bytes.toString('base64');
  const right = isUrl ? [bytes.toString('base64url'), padded.replaceAll('+', '-').replaceAll('/', '_')] : [padded];
  return bytes.length > 0 && right.includes(text) ? bytes : null;
}

/** How one kind of signature is written. */
export interface SignatureForm {
  readonly encoding: SignatureEncoding;
  readonly bytes: number;
  /** What makes it, such as "HMAC-SHA256". */
  readonly maker: string;
}

export const ED25519_FORM: SignatureForm = { encoding: 'BASE64', bytes: 64, maker: 'ed25519' };

export function hmacForm(algorithm: HmacAlgorithm, encoding: SignatureEncoding): SignatureForm {
  return { encoding, bytes: DIGEST_BYTES[algorithm], maker: `HMAC-${algorithm}` };
}

/** @param where as a sentence begins, such as "The signature in X" */
export function readSignature(text: string, form: SignatureForm, where: string): Buffer | Refusal {
  const bytes = decodeStrictly(text, form.encoding);
  if (bytes?.length === form.bytes) return bytes;
  const right = ENCODING_NAMES[form.encoding];
  if (text === '') return malformed(`${where} is empty.`);
  const other = encodingThatFits(text, form.bytes);
  if (other !== null) return malformed(`${where} looks like ${ENCODING_NAMES[other]}; ${right} is right.`);
  return malformed(bytes === null ? `${where} is not ${right}.` : `${where} ${lengthFault(bytes.length, form)}`);
}

/**
 * Those of several that can be read; where none can, why the first can not. A malformed one beside a right one is passed over,
 * as the libraries of Stripe and of Standard Webhooks do.
 */
export function readableOf(signatures: readonly (Buffer | Refusal)[]): Buffer[] | Refusal {
  const readable = signatures.filter((each) => Buffer.isBuffer(each));
  return readable.length === 0 ? (signatures.find(isRefusal) ?? []) : readable;
}

function lengthFault(length: number, { bytes, maker }: SignatureForm): string {
  const other = HMAC_ALGORITHMS.find((each) => DIGEST_BYTES[each] === length);
  return `is ${length} bytes${other ? `, as HMAC-${other} makes them` : ''}; ${maker} makes ${bytes}.`;
}

// Hex digits are base64 as well, so hex is asked first.
function encodingThatFits(text: string, bytes: number): SignatureEncoding | null {
  return SIGNATURE_ENCODINGS.find((encoding) => decodeStrictly(text, encoding)?.length === bytes) ?? null;
}
