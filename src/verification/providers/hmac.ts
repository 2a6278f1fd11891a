import { SECRET_VALUE } from '../../values/text';
import { headerValues, type IncomingCall, inBody } from '../call';
import { type Claim, isRefusal, malformed, type Refusal } from '../claim';
import { hmacProof } from '../compare-secrets';
import type { Provider, SecretForm, VerificationSettings } from '../provider';
import {
  badSignature,
  contentOf,
  onlyHeader,
  readHeaderSignature,
  readTimestamp,
  separatorsOf,
  usesOf,
} from '../read-signature';
import { KEY_TEXT_RIGHT, OWN_KEY_RIGHT, randomText, readKeyText, readOwnKey } from '../secret-forms';

const SECRET: SecretForm = {
  right: `${KEY_TEXT_RIGHT}; or \`hex:\` or \`base64:\` and ${OWN_KEY_RIGHT}, where the partner signs with those`,
  read(text) {
    const [, encoding, key] = /^(hex|base64):(.*)$/s.exec(text) ?? [];
    return key === undefined ? readKeyText(text) : readOwnKey(key, encoding === 'hex' ? 'HEX' : 'BASE64');
  },
  generate: randomText,
};

/** An HMAC in a header (RFC 2104), in a form that the settings describe. */
export const hmac: Provider = {
  title: 'HMAC',
  secret: SECRET,
  settings: {
    required: ['header'],
    optional: ['prefix', 'algorithm', 'encoding', 'signed', 'timestampHeader', 'idHeader'],
  },
  signatureHeader: ({ header }) => header?.toLowerCase() ?? null,
  read,
  unrecorded,
  places: { event: [inBody('$.type'), inBody('$.event')], id: [], reference: [] },
};

function read(call: IncomingCall, settings: VerificationSettings): Claim | Refusal {
  const { algorithm, encoding, signed } = settings;
  const header = settings.header ?? '';
  const uses = usesOf(signed);
  const id = uses.has('id') ? onlyHeader(call, settings.idHeader ?? '') : '';
  if (isRefusal(id)) return id;
  const timestampHeader = uses.has('timestamp') ? (settings.timestampHeader ?? '') : null;
  const timestamp = timestampHeader === null ? '' : onlyHeader(call, timestampHeader);
  if (isRefusal(timestamp)) return timestamp;
  const fault =
    separatorFault(signed, 'id', id, settings.idHeader) ??
    separatorFault(signed, 'timestamp', timestamp, settings.timestampHeader);
  if (fault) return fault;
  const signature = readHeaderSignature(call, { header, prefix: settings.prefix ?? '', algorithm, encoding });
  if (isRefusal(signature)) return signature;
  const values = { id, timestamp, url: call.url, method: call.method };
  const contents = (body: Buffer) => [contentOf(signed, { ...values, body })];
  const signedAt = timestampHeader === null ? null : readTimestamp(timestamp, `The header ${timestampHeader}`);
  const otherwise = badSignature(header, signed === '{body}' ? 'the body' : 'what is signed');
  const kinds = ['TEXT', 'V1'] as const;
  return { proofs: [hmacProof({ algorithm, kinds, signatures: [signature], contents, signedAt, otherwise })] };
}

function unrecorded(call: IncomingCall, { header, signed }: VerificationSettings): string | null {
  // such as of Authorization
  if (headerValues(call, header ?? '').some((value) => value.includes(SECRET_VALUE))) return `The header ${header}`;
  return usesOf(signed).has('url') ? 'The token of the address, which is signed,' : null;
}

// "{id}.{timestamp}.{body}": with a full stop in the id, an old signature would be valid for another time and body.
function separatorFault(
  signed: string,
  name: 'id' | 'timestamp',
  value: string,
  header: string | null,
): Refusal | undefined {
  const separator = separatorsOf(signed, name).find((each) => value.includes(each));
  return separator === undefined
    ? undefined
    : malformed(`The header ${header} contains ${JSON.stringify(separator)}, which separates the signed values.`);
}
