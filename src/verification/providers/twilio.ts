import { createHash } from 'node:crypto';
import { parse, stringify } from 'node:querystring';
import { readFormFields } from '../../json/json-form';
import { decodedText } from '../../values/text';
import { formTypeOf, type IncomingCall, inBody, inHeader, queryValues, TOO_MANY_FIELDS } from '../call';
import { type Claim, isRefusal, malformed, notSigned, type Refusal } from '../claim';
import { hmacProof, type SignedContent } from '../compare-secrets';
import type { HmacAlgorithm, Provider } from '../provider';
import { badSignature, decodeStrictly, hmacForm, onlyHeader, readSignature, TEXT_ONLY } from '../read-signature';
import { issuedKey } from '../secret-forms';

const HEADER = 'X-Twilio-Signature';

/**
 * twilio.com/docs, "Secure webhooks", and the helper library of Twilio: HMAC-SHA1, with the auth token of the account,
 * of the URL and the sorted parameters of a form. For another body, the query contains its SHA-256 (`bodySHA256`), and
 * only the URL is signed. With a webhooks rule, Twilio uses HMAC-SHA256 and the shared key instead. No time is signed.
 */
export const twilio: Provider = {
  title: 'Twilio',
  secret: issuedKey("the account's auth token, or the shared key of a webhooks rule"),
  signatureHeader: () => HEADER.toLowerCase(),
  read,
  unrecorded: () => 'The token of the address, which is signed,',
  places: {
    event: ['EventType', 'StatusCallbackEvent', 'MessageStatus', 'SmsStatus', 'CallStatus', 'RecordingStatus'].map(
      (field) => inBody(`$.${field}`),
    ),
    id: [inHeader('I-Twilio-Idempotency-Token')],
    reference: ['MessageSid', 'SmsSid', 'CallSid', 'ConversationSid', 'RecordingSid'].map((field) =>
      inBody(`$.${field}`),
    ),
  },
};

function read(call: IncomingCall): Claim | Refusal {
  const value = onlyHeader(call, HEADER);
  if (isRefusal(value)) return value;
  const algorithm: HmacAlgorithm = decodeStrictly(value, 'BASE64')?.length === 32 ? 'SHA256' : 'SHA1';
  const signature = readSignature(value, hmacForm(algorithm, 'BASE64'), `The signature in ${HEADER}`);
  if (isRefusal(signature)) return signature;
  const hashes = queryValues(call, 'bodySHA256');
  if (hashes.length > 1) return malformed(`bodySHA256 occurs ${hashes.length} times in the query; it must occur once.`);
  const isSigned = call.body.length === 0 || hashes.length === 1 || formTypeOf(call) !== null;
  if (!isSigned) return notSigned('The body is not signed: it is not a form, and bodySHA256 is missing in the query.');
  if (hashes.length === 0 && fieldsOf(call, call.body) === null) return malformed(TOO_MANY_FIELDS);
  const otherwise = badSignature(
    HEADER,
    hashes.length === 1 ? 'the address and bodySHA256' : 'the address and the form',
  );
  const contents = contentsOf(call, hashes[0] ?? null);
  return { proofs: [hmacProof({ algorithm, kinds: TEXT_ONLY, signatures: [signature], contents, otherwise })] };
}

function contentsOf(call: IncomingCall, hash: string | null): (body: Buffer) => SignedContent[] {
  const addresses = signedAddresses(call.url);
  return (body) => {
    if (hash !== null && hash.toLowerCase() !== sha256(body)) return [];
    const fields = hash === null ? fieldsOf(call, body) : [];
    if (fields === null) return [];
    const parameters = sortedParameters(fields);
    return addresses.map((address) => [address, parameters]);
  };
}

type Fields = NonNullable<ReturnType<typeof readFormFields>>;

/** null: the form has too many fields. */
function fieldsOf(call: IncomingCall, body: Buffer): Fields | null {
  const contentType = formTypeOf(call);
  return contentType === null ? [] : readFormFields(decodedText(body, contentType) ?? body.toString('utf8'));
}

// Sorted as in the helper library, by UTF-16 code units; a repeated value is used once.
function sortedParameters(fields: Fields): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of fields) values.set(name, (values.get(name) ?? new Set()).add(value));
  return [...values.keys()]
    .sort()
    .flatMap((name) => [...(values.get(name) ?? [])].sort().map((value) => name + value))
    .join('');
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

// Twilio signs the configured URL and is inconsistent about the port. These are the possible forms.

/** All forms of the URL that the helper library of Twilio accepts. */
function signedAddresses(url: string): string[] {
  const asReceived = withAndWithoutPort(url);
  const normalized = URL.canParse(url) ? withAndWithoutPort(new URL(url).toString()) : [];
  return [...new Set([...asReceived, ...normalized, ...normalized.map(withQueryAgain)])];
}

// Not with URL, which would change characters that were signed.
function withAndWithoutPort(url: string): string[] {
  const [, scheme, userInfo = '', host, port, rest] = AUTHORITY.exec(url) ?? [];
  if (scheme === undefined || host === undefined) return [url];
  const standard = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const start = `${scheme}://${userInfo}${host}`;
  return [`${start}${rest}`, `${start}${port || standard}${rest}`];
}

const AUTHORITY = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*@)?(\[[^\]/?#]*\]|[^:/?#]*)(:[^/?#]*)?(.*)$/is;

function withQueryAgain(url: string): string {
  const at = url.indexOf('?');
  return at < 0 || at === url.length - 1 ? url : `${url.slice(0, at)}?${stringify(parse(url.slice(at + 1)))}`;
}
