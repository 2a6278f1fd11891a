// The most common signature: one header with the HMAC of the body.
import type { IncomingCall } from './call';
import { type Claim, isRefusal, malformed, type Refusal, type SecretKind } from './claim';
import { hmacProof, type SignedContent } from './compare-secrets';
import type { HmacAlgorithm, SignatureEncoding } from './provider';
import { onlyHeader } from './read-header';
import { hmacForm, readSignature } from './read-signature';

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
