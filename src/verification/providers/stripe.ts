import { type IncomingCall, inBody } from '../call';
import { type Claim, isRefusal, malformed, type Refusal } from '../claim';
import { hmacProof, type SignedContent } from '../compare-secrets';
import type { Provider } from '../provider';
import {
  badSignature,
  hmacForm,
  MAX_SIGNATURES,
  onlyHeader,
  readableOf,
  readSignature,
  readTimestamp,
  TEXT_ONLY,
  withoutSpaceAround,
} from '../read-signature';
import { readKeyText } from '../secret-forms';

const HEADER = 'Stripe-Signature';
const FORM = hmacForm('SHA256', 'HEX');

/**
 * docs.stripe.com, "Receive Stripe events in your webhook endpoint", section "Verify webhook signatures manually":
 * `t=<seconds>,v1=<hex>` over `timestamp.body`, with `v1` as often as there are live secrets; other schemes are to be
 * ignored. The key is the whole text of the secret.
 */
export const stripe: Provider = {
  title: 'Stripe',
  secret: {
    right: "the endpoint's signing secret as Stripe shows it: `whsec_` and what follows, 16 characters or more",
    read: (text) => (text.startsWith('whsec_') && !/\s/.test(text) ? readKeyText(text) : null),
    generate: null,
  },
  signatureHeader: () => 'stripe-signature',
  read,
  places: {
    event: [inBody('$.type')],
    id: [inBody('$.id')],
    reference: [inBody('$.data.object.id'), inBody('$.related_object.id')],
  },
  json: true,
};

function read(call: IncomingCall): Claim | Refusal {
  const value = onlyHeader(call, HEADER);
  if (isRefusal(value)) return value;
  const timestamp = onlyElement(elementsOf(value, 't'));
  if (isRefusal(timestamp)) return timestamp;
  const signedAt = readTimestamp(timestamp, `t in ${HEADER}`);
  const signatures = readSignatures(elementsOf(value, 'v1'));
  if (isRefusal(signatures)) return signatures;
  const contents = (body: Buffer): SignedContent[] => [[`${timestamp}.`, body]];
  const otherwise = badSignature(HEADER, 'timestamp and body');
  return { proofs: [hmacProof({ algorithm: 'SHA256', kinds: TEXT_ONLY, signatures, contents, signedAt, otherwise })] };
}

function elementsOf(value: string, name: string): string[] {
  const elements = value.split(',').map(withoutSpaceAround);
  return elements.filter((element) => element.startsWith(`${name}=`)).map((element) => element.slice(name.length + 1));
}

function onlyElement(timestamps: readonly string[]): string | Refusal {
  const [timestamp] = timestamps;
  if (timestamp === undefined) return malformed(`The header ${HEADER} has no timestamp: t= is missing.`);
  return timestamps.length > 1 ? malformed(`The header ${HEADER} has ${timestamps.length} timestamps.`) : timestamp;
}

function readSignatures(texts: readonly string[]): Buffer[] | Refusal {
  if (texts.length === 0) return malformed(`The header ${HEADER} has no signature: v1= is missing.`);
  if (texts.length > MAX_SIGNATURES) {
    return malformed(`The header ${HEADER} has ${texts.length} signatures; at most ${MAX_SIGNATURES} are allowed.`);
  }
  return readableOf(texts.map((text) => readSignature(text, FORM, `v1 in ${HEADER}`)));
}
