import type { IncomingCall } from './call';
import { type Claim, isRefusal, malformed, type Proof, type Refusal } from './claim';
import { ed25519Proof, hmacProof, type SignedContent } from './compare-secrets';
import {
  badSignature,
  ED25519_FORM,
  hmacForm,
  MAX_SIGNATURES,
  onlyHeader,
  readableOf,
  readSignature,
  readTimestamp,
  type SignatureForm,
} from './read-signature';

type Version = 'v1' | 'v1a';

const FORMS: Readonly<Record<Version, SignatureForm>> = { v1: hmacForm('SHA256', 'BASE64'), v1a: ED25519_FORM };

type Signatures = Record<Version, Buffer[]>;

/**
 * Standard Webhooks 1.0.0, "Signature scheme": `id.timestamp.body`, signed with HMAC-SHA256 (`v1`) or ed25519 (`v1a`),
 * once for each key.
 * @param prefix the prefix of the three headers, such as "webhook"
 */
export function readStandardSignature(call: IncomingCall, prefix: string): Claim | Refusal {
  const id = readId(call, `${prefix}-id`);
  if (isRefusal(id)) return id;
  const timestamp = onlyHeader(call, `${prefix}-timestamp`);
  if (isRefusal(timestamp)) return timestamp;
  const signedAt = readTimestamp(timestamp, `The header ${prefix}-timestamp`);
  const signatures = readSignatures(call, `${prefix}-signature`);
  if (isRefusal(signatures)) return signatures;
  const contents = (body: Buffer): SignedContent[] => [[`${id}.${timestamp}.`, body]];
  const signed = { contents, signedAt, otherwise: badSignature(`${prefix}-signature`, 'id, timestamp and body') };
  const proofs: Proof[] = [];
  if (signatures.v1.length > 0) {
    proofs.push(hmacProof({ ...signed, algorithm: 'SHA256', kinds: ['V1'], signatures: signatures.v1 }));
  }
  if (signatures.v1a.length > 0) proofs.push(ed25519Proof({ ...signed, signatures: signatures.v1a }));
  return { proofs };
}

// "id.timestamp.body" is unambiguous only if the id contains no full stop, which the specification forbids.
function readId(call: IncomingCall, header: string): string | Refusal {
  const id = onlyHeader(call, header);
  const isSplittable = isRefusal(id) || !id.includes('.');
  return isSplittable ? id : malformed(`The header ${header} contains a full stop, which Standard Webhooks forbids.`);
}

function readSignatures(call: IncomingCall, header: string): Signatures | Refusal {
  const value = onlyHeader(call, header);
  if (isRefusal(value)) return value;
  const entries = value.split(' ').filter((entry) => entry !== '');
  if (entries.length > MAX_SIGNATURES) {
    return malformed(`The header ${header} has ${entries.length} signatures; at most ${MAX_SIGNATURES} are allowed.`);
  }
  const read = entries.flatMap((entry) => readEntry(entry, header) ?? []);
  const readable = readableOf(read.map(({ signature }) => signature));
  if (isRefusal(readable)) return readable;
  if (readable.length === 0) return malformed(`The header ${header} has no signature of version v1 or v1a.`);
  const of = (wanted: Version) =>
    read.flatMap(({ version, signature }) => (version === wanted && !isRefusal(signature) ? signature : []));
  return { v1: of('v1'), v1a: of('v1a') };
}

// Unknown versions are ignored, as the specification requires.
function readEntry(entry: string, header: string): { version: Version | null; signature: Buffer | Refusal } | null {
  const comma = entry.indexOf(',');
  if (comma < 0) {
    const message = `The header ${header} has a signature without a version and a comma before it.`;
    return { version: null, signature: malformed(message) };
  }
  const version = entry.slice(0, comma);
  if (version !== 'v1' && version !== 'v1a') return null;
  const where = `The ${version} signature in ${header}`;
  return { version, signature: readSignature(entry.slice(comma + 1), FORMS[version], where) };
}
